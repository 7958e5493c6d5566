import Failures
import Learning

extension RunConfiguration {
    /// Checks every value against its key and the values against each other.
    ///
    /// Whether a key has an effect is no question to the values: it is asked of what somebody gave (`AskedConfiguration`).
    /// - Throws: `.configuration` with the keys, what was expected and what was found.
    public func validate() throws(Failure) {
        var values = ConfigurationValues(self)
        try values.check(origin: "configuration")
        try checkData()
        try checkEnergy()
        try checkObjective()
        try checkModel()
        try checkSampler()
        try checkChains()
        try checkDiagnostics()
        try checkExchange()
        try checkOptimizer()
    }

    /// What recipes for data start from.
    func checkData() throws(Failure) {
        try requireRise("data.low", data.low, "data.high", data.high)
        if let split = data.split {
            try require(
                data.test == nil && data.validation?.share == nil,
                "data.split = \"\(split)\": the column says which rows are held out; expected data.validation and data.test without a share, null"
            )
        }
        if let weight = data.weight {
            try require(
                !posterior.keepChains,
                "data.weight = \"\(weight)\": posterior.keepChains keeps chains with rows that each step visits once; expected data.weight = null"
            )
        }
        guard case .path(let path)? = data.validation else { return }
        try require(
            condition.kind != .image,
            "data.validation = \"\(path)\": condition.kind = \"image\" needs an image for each row, which a file of rows has not; expected a share of the data"
        )
    }

    private func checkModel() throws(Failure) {
        switch model.kind {
        case .mlp: try require(!model.widths.isEmpty, "model.kind = \"mlp\" needs at least one entry in model.widths, found []")
        case .convolution, .unet:
            try require(
                !model.channels.isEmpty, "model.kind = \"\(model.kind.rawValue)\" needs at least one entry in model.channels, found []")
            for (name, list) in [("kernels", model.kernels), ("strides", model.strides), ("paddings", model.paddings)] {
                try require(
                    list.count == model.channels.count,
                    "expected as many entries in model.\(name) as in model.channels (\(model.channels.count)), found \(list.count)")
            }
            for (index, padding) in model.paddings.enumerated() {
                try require(
                    padding < model.kernels[index],
                    "expected model.paddings[\(index)] below model.kernels[\(index)] = \(model.kernels[index]), found \(padding)")
            }
        case .rbm:
            try require(
                model.widths.count == 1,
                "model.kind = \"rbm\" has one layer of hidden units: expected one entry in model.widths, found \(model.widths)")
        case .layers: try require(!model.layers.isEmpty, "model.kind = \"layers\" needs a list in model.layers, found []")
        }
    }

    private func checkDiagnostics() throws(Failure) {
        guard diagnostics.every > 0 else { return }
        try require(
            objective.kind.model.energy != .none,
            "diagnostics.every = \(diagnostics.every): objective.kind = \"\(objective.kind.rawValue)\" trains no energy that chains could follow; expected 0"
        )
        try require(
            (diagnostics.thin ?? sampler.steps) > 0,
            "diagnostics.every = \(diagnostics.every) runs chains for diagnostics.thin steps between two draws, or sampler.steps; expected at least 1, found 0"
        )
        // A window takes the place of a step in what a thread works with.
        try require(
            windowChains <= run.chainsPerShard,
            "diagnostics.chains: expected at most run.chainsPerShard = \(run.chainsPerShard), found \(windowChains)")
    }

    private func checkOptimizer() throws(Failure) {
        let decays = [
            ("beta1", optimizer.beta1), ("beta2", optimizer.beta2), ("momentum", optimizer.momentum), ("average", optimizer.average ?? 0),
        ]
        for (name, decay) in decays {
            // The bias correction divides by 1 - beta; an average with a decay of 1 stays where it began.
            try require(Float(decay) < 1, "expected optimizer.\(name) below 1 also as a 32-bit float, found \(decay)")
        }
        try require(
            optimizer.schedule != .cosine || optimizer.finalLearningRate <= optimizer.learningRate,
            """
            expected optimizer.finalLearningRate at most optimizer.learningRate = \(optimizer.learningRate), found \(optimizer.finalLearningRate)
            """)
        try require(
            optimizer.learningRate > 0 || RunNetworks.Part.allCases.allSatisfy { (learningRate(of: $0) ?? 0) == 0 },
            RunNetworks.Part.allCases.map { "\($0.rawValue).learningRate" }.joined(separator: ", ")
                + " share the schedule of optimizer.learningRate; expected that above 0, found 0")
    }

    /// Two ends of a range, which must be a range of floats as well: values are measured in parts of its width.
    func requireRise(_ lowKey: String, _ low: Double, _ highKey: String, _ high: Double) throws(Failure) {
        try require(low < high, "expected \(lowKey) below \(highKey), found \(low) and \(high)")
        let width = Float(high) - Float(low)
        try require(
            width > 0 && width.isFinite,
            "expected \(lowKey) and \(highKey) whose difference is a 32-bit float above 0, found \(low) and \(high)")
    }

    func require(_ condition: Bool, _ message: @autoclosure () -> String) throws(Failure) {
        guard condition else { throw Failure(.configuration, "configuration: " + message()) }
    }
}

import Failures

extension RunConfiguration {
    /// Checks every value against its key and the values against each other.
    /// - Throws: `.configuration` with the keys, what was expected and what was found.
    public func validate() throws(Failure) {
        var values = try ConfigurationValues(self)
        try values.check(origin: "configuration")
        try checkStart(origin: "configuration")
        try checkObjective()
        try checkData()
        try checkModel()
        try checkSampler()
        try checkChains()
        try checkOptimizer()
    }

    func checkStart(origin: String) throws(Failure) {
        guard let start = objective.kind.start, chains.start != start else { return }
        throw Failure(
            .configuration,
            """
            \(origin): objective.kind = "\(objective.kind.rawValue)" means chains.start = "\(start.rawValue)", found \
            "\(chains.start.rawValue)", which is objective.kind = "\(chains.start.objective.rawValue)"; give one of the two keys and the other follows
            """)
    }

    private func checkData() throws(Failure) {
        try require(data.low < data.high, "expected data.low below data.high, found \(data.low) and \(data.high)")
    }

    private func checkModel() throws(Failure) {
        switch model.kind {
        case .mlp: try require(!model.widths.isEmpty, "model.kind = \"mlp\" needs at least one entry in model.widths, found []")
        case .convolution:
            try require(!model.channels.isEmpty, "model.kind = \"convolution\" needs at least one entry in model.channels, found []")
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
        case .layers: try require(!model.layers.isEmpty, "model.kind = \"layers\" needs a list in model.layers, found []")
        }
    }

    private func checkChains() throws(Failure) {
        try require(
            chains.noiseLow < chains.noiseHigh,
            "expected chains.noiseLow below chains.noiseHigh, found \(chains.noiseLow) and \(chains.noiseHigh)")
        guard chains.start == .persistent else { return }
        let batch = run.shards * run.chainsPerShard
        if let buffer = chains.buffer {
            try require(
                buffer >= batch && buffer % run.shards == 0,
                "expected chains.buffer to be a multiple of run.shards = \(run.shards) and at least shards x chainsPerShard = \(batch), found \(buffer)"
            )
        }
        try require(
            chains.storage == .float || (sampler.low != nil && sampler.high != nil),
            "chains.storage = \"byte\" keeps 8 bits between sampler.low and sampler.high; expected both, found null")
    }

    private func checkOptimizer() throws(Failure) {
        for (name, decay) in [("beta1", optimizer.beta1), ("beta2", optimizer.beta2), ("momentum", optimizer.momentum)] {
            // The bias correction divides by 1 - beta.
            try require(Float(decay) < 1, "expected optimizer.\(name) below 1 also as a 32-bit float, found \(decay)")
        }
        try require(
            optimizer.schedule != .cosine || optimizer.finalLearningRate <= optimizer.learningRate,
            """
            expected optimizer.finalLearningRate at most optimizer.learningRate = \(optimizer.learningRate), found \(optimizer.finalLearningRate)
            """)
        if optimizer.kind == .sgd {
            try require(
                optimizer.clipSigma == nil,
                "optimizer.clipSigma needs the second moment of \"adam\" or \"adamw\"; expected null with \"sgd\"")
        } else {
            try require(
                optimizer.momentum == 0,
                "optimizer.momentum belongs to \"sgd\"; expected 0 with \"\(optimizer.kind.rawValue)\" (see optimizer.beta1), found \(optimizer.momentum)"
            )
        }
    }

    func require(_ condition: Bool, _ message: @autoclosure () -> String) throws(Failure) {
        guard condition else { throw Failure(.configuration, "configuration: " + message()) }
    }
}

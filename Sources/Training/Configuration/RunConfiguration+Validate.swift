import Failures
import Learning

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
        try checkDiagnostics()
        try checkExchange()
        try checkOptimizer()
        try checkGuard()
    }

    private func checkGuard() throws(Failure) {
        try require(
            `guard`.policy == .rollback || `guard`.rollbackEvery == Guard().rollbackEvery,
            "guard.rollbackEvery = \(`guard`.rollbackEvery) has no effect: it belongs to guard.policy = \"rollback\". Leave it at \(Guard().rollbackEvery)."
        )
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
        try requireRise("data.low", data.low, "data.high", data.high)
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
        try require(
            model.initial == nil || model.initialScale == 1,
            "model.initialScale = \(model.initialScale) has no effect on the parameters that model.initial names. Leave it at 1.0.")
    }

    private func checkDiagnostics() throws(Failure) {
        guard diagnostics.every > 0 else { return }
        try require(
            objective.kind != .autoencoder,
            "diagnostics.every = \(diagnostics.every): objective.kind = \"autoencoder\" trains no energy that chains could follow; expected 0"
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

    private func checkChains() throws(Failure) {
        try requireRise("chains.noiseLow", chains.noiseLow, "chains.noiseHigh", chains.noiseHigh)
        guard hasPersistentChains else { return }
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

    private func checkExchange() throws(Failure) {
        let isLadder = !exchange.temperatures.isEmpty
        guard isLadder || exchange.policy != .none else { return }
        let key = isLadder ? "exchange.temperatures" : "exchange.policy = \"\(exchange.policy.rawValue)\""
        try require(
            hasPersistentChains,
            "\(key) needs chains that persist (objective.kind = \"pcd\"): with \"\(objective.kind.rawValue)\" every step begins anew, there is nothing to exchange"
        )
        if isLadder { try checkLadder() }
        try require(
            isLadder || run.shards > 1, "\(key) exchanges samples between shards; expected run.shards of at least 2, found \(run.shards)")
    }

    private func checkLadder() throws(Failure) {
        try require(
            objective.kind == .pcd,
            "exchange.temperatures needs objective.kind = \"pcd\", found \"\(objective.kind.rawValue)\", whose penalty takes all chains for samples of the model"
        )
        try require(
            diagnostics.every == 0,
            "diagnostics.every needs chains of one temperature; with exchange.temperatures expected 0, found \(diagnostics.every). "
                + "ebm-dist diagnose looks at the coldest chains of a checkpoint.")
        let temperatures = exchange.temperatures
        let isRising = zip(temperatures, temperatures.dropFirst()).allSatisfy { Float($0) < Float($1) }
        try require(
            temperatures.count >= 2 && temperatures.count <= TemperatureLadder.maximumLevels && temperatures[0] == 1 && isRising
                && Float(temperatures[temperatures.count - 1]) < .infinity,
            "expected 2 to \(TemperatureLadder.maximumLevels) rising exchange.temperatures that begin with 1, found \(temperatures)")
        try require(
            run.shards % temperatures.count == 0,
            """
            the \(temperatures.count) exchange.temperatures are dealt over as many shards each; expected run.shards to be a multiple of \
            \(temperatures.count), found \(run.shards)
            """)
        try require(
            exchange.policy == .none,
            "exchange.temperatures and exchange.policy = \"\(exchange.policy.rawValue)\" exclude each other: samples that change places would leave their ladder"
        )
        try require(
            chains.replacement == .inPlace,
            "exchange.temperatures needs chains.replacement = \"inPlace\": a reservoir mixes the positions of all temperatures")
        try require(
            sampler.noise == nil,
            "exchange.temperatures needs sampler.noise = null: with a noise of its own the chains have no temperature that a swap could be accepted by"
        )
        try require(
            sampler.gradientClip == nil && (sampler.kind != .stanley || sampler.adjusted),
            "exchange.temperatures needs chains that sample exp(-E/T): expected sampler.gradientClip = null, and stanley with sampler.adjusted = true"
        )
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
            optimizer.learningRate > 0 || (generator.learningRate ?? 0) == 0 && (encoder.learningRate ?? 0) == 0,
            "generator.learningRate and encoder.learningRate share the schedule of optimizer.learningRate; expected that above 0, found 0")
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

import Failures
import Learning
import Sampling

/// Values of the groups `sampler`, `chains` and `exchange` that do not go together.
extension RunConfiguration {
    func checkSampler() throws(Failure) {
        if let low = sampler.low, let high = sampler.high { try requireRise("sampler.low", low, "sampler.high", high) }
        let recomputation = sampler.stanleyOptions(channels: 1).recomputation
        try require(
            !(uses("sampler.adjusted") && sampler.adjusted) || recomputation == .everyStep,
            "sampler.adjusted = true needs gamma at both ends of every move; expected sampler.recompute = \"everyStep\", found \"\(recomputation.rawValue)\""
                + (sampler.preset.map { " of sampler.preset = \"\($0.rawValue)\"" } ?? ""))
        try checkSiteKernel()
    }

    func checkChains() throws(Failure) {
        try requireRise("chains.noiseLow", chains.noiseLow, "chains.noiseHigh", chains.noiseHigh)
        guard hasPersistentChains else { return }
        if let buffer = chains.buffer {
            try require(
                buffer >= rowsPerStep && buffer % run.shards == 0,
                "expected chains.buffer to be a multiple of run.shards = \(run.shards) and at least shards x chainsPerShard = \(rowsPerStep), found \(buffer)"
            )
        }
        try require(
            chains.storage == .float || (sampler.low != nil && sampler.high != nil),
            "chains.storage = \"byte\" keeps 8 bits between sampler.low and sampler.high; expected both, found null")
    }

    func checkExchange() throws(Failure) {
        if uses("exchange.temperatures"), !exchange.temperatures.isEmpty { return try checkLadder() }
        try require(
            !uses("exchange.policy") || exchange.policy == .none || run.shards > 1,
            "exchange.policy = \"\(exchange.policy.rawValue)\" exchanges samples between shards; expected run.shards of at least 2, found \(run.shards)"
        )
    }

    private func checkLadder() throws(Failure) {
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
        try checkTarget()
    }

    /// A swap is accepted by the temperatures that chains have.
    private func checkTarget() throws(Failure) {
        try require(
            !uses("sampler.noise") || sampler.noise == nil,
            "exchange.temperatures needs sampler.noise = null: with a noise of its own the chains have no temperature that a swap could be accepted by"
        )
        let kind = sampler.kind
        let plain = KernelKind.all.filter {
            var other = Self(); other.sampler.kind = $0; return other.anyKernel.samplesTarget
        }
        try require(
            anyKernel.samplesTarget,
            "exchange.temperatures needs chains that sample exp(-E/T): expected sampler.kind = \(ConfigurationKey.list(plain.map(\.rawValue))) with "
                + "sampler.gradientClip = null, or \"stanley\" with sampler.adjusted = true, found \"\(kind.rawValue)\""
                + (sampler.gradientClip.map { " with sampler.gradientClip = \($0)" } ?? ""))
    }
}

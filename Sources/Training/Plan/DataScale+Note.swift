import Configuration
import Datasets
import Measures
import Numerics
import Sampling

extension DataScale {
    private typealias Limits = DiagnosticThresholds

    /// One sentence on data that fit neither the model, nor the noise that chains start from, nor what the sampler can reach, with what to set; nil where
    /// they fit.
    package func note(_ source: DataSource, _ configuration: RunConfiguration) -> String? {
        onBytes(configuration.data) ?? onFloats(source) ?? onNoise(source, configuration) ?? onBox ?? onDrift(configuration)
    }

    /// Truth values, classes or gray values of few levels that were stored as bytes.
    private func onBytes(_ data: RunConfiguration.Data) -> String? {
        guard let greatestByte, greatestByte <= Limits.darkByte else { return nil }
        let width = data.high - data.low
        guard width * Double(greatestByte) / 255 < Limits.darkWidth else { return nil }
        let place =
            "the greatest byte of the data is \(greatestByte) of 255, so that all values lie from \(Spread.short(data.low)) to "
            + "\(Spread.short(data.low + width * Double(greatestByte) / 255))"
        guard greatestByte > 0 else { return "all bytes of the data are 0" }
        let high = "set data.high=\(Spread.short(data.low + width * 255 / Double(greatestByte))), which is what 255 would become"
        return greatestByte == 1 ? "\(place): save truth values as bool, or \(high)" : "\(place): \(high), or scale the bytes"
    }

    /// Floats far from those of about 1 for which networks, step sizes and noise are made.
    private func onFloats(_ source: DataSource) -> String? {
        guard source.dataset != nil, source.dataset?.levels == nil else { return nil }
        if let oddColumn, Self.isOdd(oddColumn.spread) {
            let name = oddColumn.name.map { " (\($0))" } ?? ""
            return
                "column \(oddColumn.number)\(name) of the data lies at \(oddColumn.spread.text), and networks, step sizes and noise are made for "
                + "values of about 1: set data.standardize=true"
        }
        guard !source.shape.isVector, Self.isOdd(data) else { return nil }
        let isByte = range.lowerBound >= 0 && range.upperBound <= 255 && range.upperBound > Limits.largeValue
        return
            "the values of the data lie at \(data.text), from \(Spread.short(range.lowerBound)) to \(Spread.short(range.upperBound)), and networks, "
            + "step sizes and noise are made for values from -1 to 1: "
            + (isByte ? "save the images as bytes (uint8), which are scaled" : "scale the file to that range")
    }

    private static func isOdd(_ spread: Spread) -> Bool {
        spread.distance(from: 0) > Limits.largeValue || (spread.deviation > 0 && spread.deviation < Limits.smallDeviation)
    }

    private func onNoise(_ source: DataSource, _ configuration: RunConfiguration) -> String? {
        // Sites begin at any of their values.
        guard let noise, data.deviation > 0, !configuration.sampler.kind.movesSites else { return nil }
        let ratio = data.deviation / noise.deviation
        let isFar = abs(data.mean - noise.mean) > Limits.noiseDistance * max(data.deviation, noise.deviation)
        guard isFar || !Limits.dataToNoise.contains(ratio) else { return nil }
        let place = "the data lie at \(data.text), the noise that chains start from at \(noise.text)"
        let isUniform = configuration.chains.noise == .uniform || isFar
        let fit =
            isUniform
            ? "chains.noise=uniform chains.noiseLow=\(Spread.short(range.lowerBound)) chains.noiseHigh=\(Spread.short(range.upperBound))"
            : "chains.noiseDeviation=\(Spread.short(data.deviation))"
        let canStandardise =
            source.shape.isVector && source.dataset != nil && source.dataset?.levels == nil && !configuration.data.standardize
        return "\(place): set \(fit)" + (canStandardise ? ", or data.standardize=true" : "")
    }

    /// Chains that start from noise and are held where they started by a limit on the drift.
    private func onDrift(_ configuration: RunConfiguration) -> String? {
        let restart = configuration.hasPersistentChains ? configuration.chains.restartProbability : 1
        guard noise != nil, restart > 0, let limit = configuration.anyKernel.driftLimit else { return nil }
        let way = Double(limit) * Double(configuration.sampler.steps) / restart
        guard way < data.deviation else { return nil }
        let keys = configuration.uses("sampler.threshold") ? "sampler.threshold" : "sampler.gradientClip"
        return
            "the sampler moves a value of a chain by at most \(Spread.short(way)) before it starts anew, however steep the energy is, and the data lie at "
            + "\(data.text): raise \(keys), sampler.stepSize or sampler.steps \(Spread.short((data.deviation / way).rounded(.up))) times or more"
    }

    private var onBox: String? {
        guard outside > Limits.outside else { return nil }
        return
            "\(Spread.short(100 * outside)) % of the values of the data lie outside the box of the sampler, where no chain can go: they reach from "
            + "\(Spread.short(range.lowerBound)) to \(Spread.short(range.upperBound)); set sampler.low and sampler.high"
    }
}

import Measures
import Sampling

extension DiagnosticFindings {
    /// Where chains lie, beside the data and the noise: chains that agree with each other may agree far away from all data.
    mutating func addPlaces(_ scale: FunctionalScale) {
        let chains = diagnostics.functionals.dropFirst().map { Spread(mean: $0.summary.mean, deviation: $0.summary.deviation) }
        precondition(chains.count == scale.data.count, "\(chains.count) functionals beside \(scale.data.count) of the data")
        let departures = chains.indices.map { scale.departure(chains[$0], $0) }
        guard let worst = departures.indices.max(by: { departures[$0] < departures[$1] }), chains.allSatisfy({ $0.mean.isFinite }) else {
            return
        }
        if departures[worst] > DiagnosticThresholds.departure {
            let noise = scale.startsFromNoise ? ", of the noise that they start from at \(scale.noise[worst].text)" : ""
            return departs(
                "the chains have left the data: \(diagnostics.functionals[worst + 1].name) lies at \(chains[worst].text), of the data at "
                    + "\(scale.data[worst].text)\(noise). Try \(advice.ways).")
        }
        let (far, near) = (scale.distance(of: scale.noise), scale.distance(of: chains))
        guard far > DiagnosticThresholds.distinctNoise * scale.deviation else { return }
        let text = "(means and deviations differ from those of the data by \(Spread.short(near)), of noise by \(Spread.short(far)))"
        near < far
            ? good("the chains lie nearer to the data than noise does \(text).")
            : departs(
                "the chains lie farther from the data than noise does \(text): the model has not learned these data, or its sampler does not reach them."
            )
    }
}

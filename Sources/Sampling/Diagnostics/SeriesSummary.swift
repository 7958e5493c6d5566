/// What diagnostics say of one number of the chains; NaN, in JSON null, is what cannot be told.
public struct SeriesSummary: Codable, Hashable, Sendable {
    @OrNull public private(set) var mean: Double
    /// Standard deviation over all chains and draws.
    @OrNull public private(set) var deviation: Double
    /// Rank-normalised split R-hat over all chains.
    @OrNull public private(set) var rHat: Double
    /// R-hat between shards (`PotentialScaleReduction.between`); NaN for a single one.
    @OrNull public private(set) var rHatBetweenShards: Double
    @OrNull public private(set) var bulkESS: Double
    @OrNull public private(set) var tailESS: Double
    /// Draws that are worth one independent draw: τ = draws of all chains / ESS of the mean.
    @OrNull public private(set) var autocorrelationTime: Double
    /// The Monte Carlo standard error of the mean: deviation / √ESS of the mean.
    @OrNull public private(set) var meanError: Double

    /// - Parameter shards: the chains of a shard stand side by side.
    public init(_ series: ChainSeries, shards: Int) {
        let moments = Moments(series.values[...])
        let ess = EffectiveSampleSize.mean(series)
        let spread = moments.variance.squareRoot()
        (mean, deviation) = (moments.mean, spread)
        rHat = PotentialScaleReduction.rankNormalisedSplit(series)
        rHatBetweenShards = PotentialScaleReduction.between(groups: shards, series)
        bulkESS = EffectiveSampleSize.bulk(series)
        tailESS = EffectiveSampleSize.tail(series)
        autocorrelationTime = Double(series.values.count) / ess
        meanError = spread / ess.squareRoot()
    }
}

/// What diagnostics say of one number of the chains.
public struct SeriesSummary: Codable, Hashable, Sendable {
    public let mean: Double
    /// Standard deviation over all chains and draws.
    public let deviation: Double
    /// Rank-normalised split R-hat over all chains.
    public let rHat: Double
    /// R-hat between shards (`PotentialScaleReduction.between`); NaN for a single one.
    public let rHatBetweenShards: Double
    public let bulkESS: Double
    public let tailESS: Double
    /// Draws that are worth one independent draw: τ = draws of all chains / ESS of the mean.
    public let autocorrelationTime: Double
    /// The Monte Carlo standard error of the mean: deviation / √ESS of the mean.
    public let meanError: Double

    /// - Parameter shards: the chains of a shard stand side by side.
    public init(_ series: ChainSeries, shards: Int) {
        let moments = Moments(series.values[...])
        let ess = EffectiveSampleSize.mean(series)
        mean = moments.mean
        deviation = moments.variance.squareRoot()
        rHat = PotentialScaleReduction.rankNormalisedSplit(series)
        rHatBetweenShards = PotentialScaleReduction.between(groups: shards, series)
        bulkESS = EffectiveSampleSize.bulk(series)
        tailESS = EffectiveSampleSize.tail(series)
        autocorrelationTime = Double(series.values.count) / ess
        meanError = deviation / ess.squareRoot()
    }
}

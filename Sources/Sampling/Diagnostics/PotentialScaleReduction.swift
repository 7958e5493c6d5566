/// R-hat: how much wider all chains together are than each of them. 1 where they agree; chains that have not found the same law give more.
///
///     R² = ((n - 1)/n W + B/n) / W,   W = mean variance inside a chain,  B/n = variance of the chains' means
///
/// Source: A. Gelman, D. Rubin, doi:10.1214/ss/1177011136; split and rank-normalised: A. Vehtari, A. Gelman, D. Simpson, B. Carpenter,
/// P.-C. Bürkner, arXiv:1903.08008.
public enum PotentialScaleReduction {
    /// Rank-normalised split R-hat: the larger one of that of the halves of all chains (location) and that of |x - median| (scale).
    ///
    /// Infinity where chains stand still at different places; NaN where it cannot be told: values that are not finite or all the same, or chains
    /// that are too short (`ChainSeries.isLongEnough`).
    public static func rankNormalisedSplit(_ series: ChainSeries) -> Double {
        guard series.isLongEnough else { return .nan }
        return rankNormalised(series.split)
    }

    /// R-hat between groups of chains, such as shards: every group's chains are pooled and count as one chain, not split.
    ///
    /// It asks whether the groups see the same law, however slowly a chain moves: groups of chains that stand still but are spread alike give 1.
    /// Rank-normalised; the larger one of location and scale. With n effectively independent values in each group, groups that agree give
    /// about √(1 + 1/n).
    /// - Parameter groups: the chains of a group stand side by side; their number is a multiple of it. NaN for less than two groups, and as above.
    public static func between(groups: Int, _ series: ChainSeries) -> Double {
        precondition(groups >= 1 && series.chains.isMultiple(of: groups), "\(series.chains) chains in \(groups) groups")
        guard groups >= 2, series.isLongEnough else { return .nan }
        return rankNormalised(ChainSeries(chains: groups, draws: series.values.count / groups, series.values))
    }

    /// The larger one of location and scale.
    private static func rankNormalised(_ series: ChainSeries) -> Double {
        guard series.isFinite, !series.isConstant else { return .nan }
        let location = plain(series.rankNormalised)
        let folded = series.folded
        // Two values alike on both sides of the median: there is no scale to compare.
        return folded.isConstant ? location : max(location, plain(folded.rankNormalised))
    }

    /// R-hat of the values as they are.
    public static func plain(_ series: ChainSeries) -> Double {
        guard series.chains >= 2, series.draws >= 2 else { return .nan }
        let moments = (0..<series.chains).map { Moments(series.chain($0)) }
        let within = moments.reduce(0) { $0 + $1.variance } / Double(series.chains)
        let between = Moments(moments.map(\.mean)[...]).variance
        let n = Double(series.draws)
        return (between / within + (n - 1) / n).squareRoot()
    }
}

/// Mean and unbiased variance.
struct Moments {
    let mean: Double
    let variance: Double

    init(_ values: ArraySlice<Double>) {
        // Sums of differences: values that are all the same have a variance of 0 and no rounding error.
        let origin = values.first ?? .nan
        let mean = origin + values.reduce(0) { $0 + ($1 - origin) } / Double(values.count)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        self.mean = mean
        variance = squares / Double(values.count - 1)
    }
}

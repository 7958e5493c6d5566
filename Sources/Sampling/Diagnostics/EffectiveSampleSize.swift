import Foundation

/// How many independent draws are worth as much as the correlated ones of all chains.
///
///     ESS = N / τ,   τ = 1 + 2 Σ_t ρ_t,   ρ_t = 1 - (W - mean autocovariance at lag t) / var⁺
///
/// with N draws of all chains together, W and var⁺ as in R-hat: chains that disagree lower it. The sum ends by Geyer's initial monotone sequence.
/// τ is kept above 1/log₁₀ N, as antithetic chains would give any number. NaN for chains that are too short (`ChainSeries.isLongEnough`), where
/// values are not finite, and where all are the same.
///
/// Source: C. Geyer, doi:10.1214/ss/1177011137; A. Vehtari et al., arXiv:1903.08008, sections 3 and 4.
public enum EffectiveSampleSize {
    /// Of the middle of the law: split chains, rank-normalised.
    public static func bulk(_ series: ChainSeries) -> Double {
        guard series.isLongEnough, series.isFinite else { return .nan }
        return plain(series.split.rankNormalised)
    }

    /// Of its tails: the smaller one of those of the 5 % and the 95 % quantile.
    public static func tail(_ series: ChainSeries) -> Double {
        guard series.isLongEnough, series.isFinite else { return .nan }
        let sizes = [0.05, 0.95].map { plain(series.indicator(atMost: series.quantile($0)).split) }
        return sizes.contains { $0.isNaN } ? .nan : min(sizes[0], sizes[1])
    }

    /// Of the mean: split chains, values as they are.
    public static func mean(_ series: ChainSeries) -> Double {
        guard series.isLongEnough, series.isFinite else { return .nan }
        return plain(series.split)
    }

    /// Of chains as they are; NaN where all values are the same.
    static func plain(_ series: ChainSeries) -> Double {
        guard series.draws >= 2, series.isFinite, !series.isConstant else { return .nan }
        let count = Double(series.values.count)
        let time = max(Correlations(series).integratedTime, 1 / log10(count))
        return count / time
    }
}

/// The autocorrelations of several chains, computed lag by lag as far as they are needed.
private struct Correlations {
    let series: ChainSeries
    /// The values without their chain's mean.
    let centred: [Double]
    let within: Double
    let total: Double

    init(_ series: ChainSeries) {
        self.series = series
        let moments = (0..<series.chains).map { Moments(series.chain($0)) }
        centred = series.values.indices.map { series.values[$0] - moments[$0 / series.draws].mean }
        within = moments.reduce(0) { $0 + $1.variance } / Double(series.chains)
        let n = Double(series.draws)
        let between = series.chains > 1 ? Moments(moments.map(\.mean)[...]).variance : 0
        total = within * (n - 1) / n + between
    }

    /// ρ_t
    func correlation(_ lag: Int) -> Double { lag == 0 ? 1 : 1 - (within - covariance(lag)) / total }

    /// The autocovariance at a lag, divided by the number of draws (not of pairs), averaged over chains.
    private func covariance(_ lag: Int) -> Double {
        let (draws, pairs) = (series.draws, series.draws - lag)
        var sum = 0.0
        unsafe centred.withUnsafeBufferPointer { values in
            for chain in 0..<series.chains {
                let start = chain * draws
                var partial = SIMD8<Double>.zero
                for first in stride(from: 0, to: pairs - pairs % 8, by: 8) {
                    let x = unsafe UnsafeRawPointer(values.baseAddress! + start + first).loadUnaligned(as: SIMD8<Double>.self)
                    let y = unsafe UnsafeRawPointer(values.baseAddress! + start + first + lag).loadUnaligned(as: SIMD8<Double>.self)
                    partial += x * y
                }
                for index in pairs - pairs % 8..<pairs { unsafe sum += values[start + index] * values[start + index + lag] }
                sum += partial.sum()
            }
        }
        return sum / Double(series.chains * draws)
    }

    /// τ = -1 + 2 Σ_k P_k, P_k = ρ_2k + ρ_2k+1 as long as it is positive, none larger than the one before.
    var integratedTime: Double {
        var lag = 1
        var (even, odd) = (1.0, correlation(1))
        var pairs = [even + odd]
        while lag < series.draws - 3, even + odd > 0 {
            (even, odd) = (correlation(lag + 1), correlation(lag + 2))
            if even + odd >= 0 { pairs.append(even + odd) }
            lag += 2
        }
        // The pair at which the sum ends adds its even part, if that is positive: it lowers the bias.
        let last = even > 0 ? even : 0
        // Of the pairs, the last one is the one that ended the search when it was not negative.
        let kept = pairs.prefix(max(0, (lag - 1) / 2))
        var (sum, least) = (0.0, Double.infinity)
        for pair in kept {
            least = min(least, pair)
            sum += least
        }
        return -1 + 2 * sum + last
    }
}

import Distributed
import Failures
import Numerics

/// Intervals by resampling rows with replacement: the same resamples in every run, and on any number of ranks.
///
/// A resample of n rows is how often each of them stands in it. B. Efron, doi:10.1214/aos/1176344552.
package struct Bootstrap: Sendable {
    package let resamples: Int
    package let seed: UInt64

    /// - Parameter resamples: 200 settle ends of 95 % to about a tenth of the interval's width.
    package init(resamples: Int = 200, seed: UInt64 = 1) { (self.resamples, self.seed) = (resamples, seed) }

    /// How often each of so many rows stands in a resample: whole numbers whose sum is the number of rows.
    /// - Parameter set: tells sets of rows apart that are drawn independently.
    package func counts(rows: Int, resample: Int, set: Int = 0) -> [Int] {
        let stream = RandomStream(seed: seed, purpose: .bootstrap, step: set, index: resample)
        var counts = [Int](repeating: 0, count: rows)
        for draw in 0..<rows { counts[stream.integer(below: rows, at: draw)] += 1 }
        return counts
    }

    /// Collective. The interval of a value that is computed again for each resample; the resamples are dealt to the ranks.
    /// - Parameters:
    ///   - value: of the rows themselves.
    ///   - sizes: rows of each set.
    ///   - statistic: the value with the rows of each set counted so often.
    package func interval(
        of value: Double, sizes: [Int], method: Interval.Method = .percentiles, _ communicator: any Communicator,
        statistic: ([[Int]]) throws -> Double
    ) throws(Failure) -> Interval {
        let values = try DealtTiles.gather(tiles: resamples, perTile: 1, communicator) { resample in
            [try statistic(sizes.enumerated().map { counts(rows: $1, resample: resample, set: $0) })]
        }
        return interval(of: value, resampled: values, method: method)
    }

    /// The interval of a value whose resamples are known.
    package func interval(of value: Double, resampled: [Double], method: Interval.Method = .percentiles) -> Interval {
        let sorted = resampled.filter { !$0.isNaN }.sorted()
        guard sorted.count > 1 else {
            return Interval(low: .nan, high: .nan, method: method, count: sorted.count, seed: seed)
        }
        let tail = (1 - Interval.standardLevel) / 2
        let (low, high) = (Self.quantile(tail, of: sorted), Self.quantile(1 - tail, of: sorted))
        let shift = value - sorted.reduce(0, +) / Double(sorted.count)
        let ends =
            switch method {
            case .reflected: (2 * value - high, 2 * value - low)
            case .centered: (low + shift, high + shift)
            default: (low, high)
            }
        return Interval(low: ends.0, high: ends.1, method: method, count: sorted.count, seed: seed)
    }

    /// Between the order statistics, linearly.
    private static func quantile(_ share: Double, of sorted: [Double]) -> Double {
        let place = share * Double(sorted.count - 1)
        let below = min(Int(place), sorted.count - 2)
        return sorted[below] + (place - Double(below)) * (sorted[below + 1] - sorted[below])
    }
}

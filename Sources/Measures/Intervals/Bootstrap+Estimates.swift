import Distributed
import Failures

extension Bootstrap {
    /// Collective. Several values of one or more sets of rows, each with its interval; the resamples are dealt to the ranks.
    /// - Parameters:
    ///   - sizes: rows of each set.
    ///   - statistic: the values with the rows of each set counted so often.
    package func estimates(
        sizes: [Int], _ communicator: any Communicator, statistic: (_ counts: [[Int]]) -> [Double]
    ) throws(Failure) -> [Estimate] {
        let values = statistic(sizes.map { [Int](repeating: 1, count: $0) })
        let resampled = try DealtTiles.rows(resamples, perTile: 1, columns: values.count, communicator) { part in
            part.map { resample in statistic(sizes.enumerated().map { counts(rows: $1, resample: resample, set: $0) }) }
        }
        return values.indices.map { place in Estimate(values[place], interval(of: values[place], resampled: resampled.map { $0[place] })) }
    }

    /// Several values of one set of rows, each with its interval: for what every rank computes in no time.
    /// - Parameters:
    ///   - set: as in `counts`.
    ///   - statistic: the values with each row counted so often; NaN where there is none.
    package func estimates(rows: Int, set: Int = 0, _ statistic: (_ counts: [Int]) -> [Double]) -> [Estimate] {
        let values = statistic([Int](repeating: 1, count: rows))
        let resampled = (0..<resamples).map { statistic(counts(rows: rows, resample: $0, set: set)) }
        return values.indices.map { place in Estimate(values[place], interval(of: values[place], resampled: resampled.map { $0[place] })) }
    }

    /// Values that are functions of sums over rows, such as means and ratios, each with its interval.
    /// - Parameters:
    ///   - terms: what each row adds to each of the sums.
    ///   - values: of the sums.
    package func estimates(ofSums terms: [[Double]], set: Int = 0, _ values: (_ sums: [Double]) -> [Double]) -> [Estimate] {
        precondition(!terms.isEmpty, "sums over no rows")
        return estimates(rows: terms.count, set: set) { counts in
            var sums = [Double](repeating: 0, count: terms[0].count)
            for (row, count) in zip(terms, counts) where count > 0 {
                for place in sums.indices { sums[place] += Double(count) * row[place] }
            }
            return values(sums)
        }
    }

    /// The share of rows for which something holds.
    package func share(of holds: [Bool], set: Int = 0) -> Estimate {
        precondition(!holds.isEmpty, "a share of no rows")
        return estimates(rows: holds.count, set: set) { counts in
            [Double(zip(holds, counts).reduce(0) { $0 + ($1.0 ? $1.1 : 0) }) / Double(holds.count)]
        }[0]
    }
}

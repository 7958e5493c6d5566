extension Bootstrap {
    /// Several values of one set of rows, each with its interval: for what every rank computes in no time.
    /// - Parameters:
    ///   - set: as in `counts`.
    ///   - statistic: the values with each row counted so often; NaN where there is none.
    package func estimates(rows: Int, set: Int = 0, _ statistic: (_ counts: [Int]) -> [Double]) -> [Estimate] {
        let values = statistic([Int](repeating: 1, count: rows))
        let resampled = (0..<resamples).map { statistic(counts(rows: rows, resample: $0, set: set)) }
        return values.indices.map { place in Estimate(values[place], interval(of: values[place], resampled: resampled.map { $0[place] })) }
    }

    /// The share of rows for which something holds.
    package func share(of holds: [Bool], set: Int = 0) -> Estimate {
        precondition(!holds.isEmpty, "a share of no rows")
        return estimates(rows: holds.count, set: set) { counts in
            [Double(zip(holds, counts).reduce(0) { $0 + ($1.0 ? $1.1 : 0) }) / Double(holds.count)]
        }[0]
    }
}

/// Whether samples lie nearer to the rows that were trained on than rows that were not: what a model does that knows rows by heart.
///
/// C. Meehan, K. Chaudhuri, S. Dasgupta, arXiv:2004.05675, have the same comparison of ranks.
public struct Memorization: Codable, Hashable, Sendable {
    /// P(d < d') + ½ P(d = d'), d being the distance of a sample to its nearest training row and d' that of a held-out row: ½ where samples are like held-out
    /// rows, 1 where all are nearer.
    public let closer: Estimate
    /// Medians of these distances.
    public let sampleDistance: Estimate
    public let heldOutDistance: Estimate

    /// - Parameters: distances, at least one each.
    package init(samples: [Double], heldOut: [Double], _ bootstrap: Bootstrap = Bootstrap()) {
        func taken(_ values: [Double], _ counts: [Int]) -> [Double] { zip(values, counts).flatMap { repeatElement($0, count: $1) } }
        func closer(_ samples: [Double], _ heldOut: [Double]) -> Double { ScoreSeparation(positives: heldOut, negatives: samples).auroc }
        let resampled = (0..<bootstrap.resamples).map { resample in
            closer(
                taken(samples, bootstrap.counts(rows: samples.count, resample: resample, set: 0)),
                taken(heldOut, bootstrap.counts(rows: heldOut.count, resample: resample, set: 1)))
        }
        let value = closer(samples, heldOut)
        self.closer = Estimate(value, bootstrap.interval(of: value, resampled: resampled))
        func median(_ values: [Double], set: Int) -> Estimate {
            bootstrap.estimates(rows: values.count, set: set) { counts in [Self.median(taken(values, counts))] }[0]
        }
        (sampleDistance, heldOutDistance) = (median(samples, set: 0), median(heldOut, set: 1))
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
}

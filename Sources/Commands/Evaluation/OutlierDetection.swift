import Distributed
import Failures
import Foundation
import Measures

/// What is found where a threshold is chosen, with intervals of 95 % over resamples of the rows of either kind.
public struct OutlierDetection: Codable, Hashable, Sendable {
    public let auroc: Interval
    public let auprc: Interval
    /// The share of outliers among the rows with the highest scores.
    public let precision: [Precision]
    public let thresholds: [Threshold]

    public struct Precision: Codable, Hashable, Sendable {
        /// Rows that are looked at.
        public let rows: Int
        public let precision: Estimate
    }

    public struct Threshold: Codable, Hashable, Sendable {
        /// The share of inliers whose scores lie above the threshold, at most.
        public let falseAlarms: Double
        public let score: Double
        /// Of the score.
        public let interval: Interval
        /// The share of outliers whose scores lie above it.
        public let detected: Estimate
    }

    private static let shares = [0.01, 0.05, 0.1]

    /// Collective. The same bits on any number of ranks.
    /// - Parameter separation: of the same scores.
    init(_ ranked: RankedScores, _ separation: OutlierEvaluation.Part, _ communicator: any Communicator) throws(Failure) {
        let tops = [10, ranked.positives].filter { $0 <= ranked.positives }.reduce(into: [Int]()) { if !$0.contains($1) { $0.append($1) } }
        let estimates = try Bootstrap().estimates(sizes: [ranked.positives, ranked.negatives], communicator) { counts in
            let counts = RankedScores.Counts(positives: counts[0], negatives: counts[1])
            let thresholds = Self.shares.map { ranked.threshold(falseAlarms: $0, counts) }
            return tops.map { ranked.precision(top: $0, counts) } + thresholds.flatMap { [$0.score, $0.detected] }
        }
        (auroc, auprc) = (separation.intervals.auroc, separation.intervals.auprc)
        precision = zip(tops, estimates).map { Precision(rows: $0, precision: $1) }
        let found = Array(estimates.dropFirst(tops.count))
        thresholds = Self.shares.enumerated().map { place, share in
            let score = found[2 * place]
            return Threshold(falseAlarms: share, score: score.value, interval: score.interval, detected: found[2 * place + 1])
        }
    }

    /// Lines for the person at the terminal.
    var text: String {
        let found = precision.map { "of the \($0.rows) rows with the highest scores are outliers: \($0.precision.text(3))" }
        let alarms = thresholds.map { threshold in
            "false alarms \(String(format: "%.0f", 100 * threshold.falseAlarms)) %: threshold \(Estimate(threshold.score, threshold.interval).significant), "
                + "outliers above it: \(threshold.detected.text(3))"
        }
        return (found + alarms).joined(separator: "\n")
    }
}

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
        /// The share of outliers whose scores lie above it.
        public let detected: Estimate
    }

    private static let shares = [0.01, 0.05, 0.1]

    /// Collective. The same bits on any number of ranks.
    init(_ ranked: RankedScores, _ communicator: any Communicator) throws(Failure) {
        let tops = [10, ranked.positives].filter { $0 <= ranked.positives }.reduce(into: [Int]()) { if !$0.contains($1) { $0.append($1) } }
        func values(_ counts: RankedScores.Counts) -> [Double] {
            let separation = ranked.separation(counts)
            return [separation.auroc, separation.auprc] + tops.map { ranked.precision(top: $0, counts) }
                + Self.shares.map { ranked.threshold(falseAlarms: $0, counts).detected }
        }
        let (bootstrap, own) = (Bootstrap(), values(ranked.once))
        let resampled = try DealtTiles.gather(tiles: bootstrap.resamples, perTile: own.count, communicator) { resample in
            values(
                RankedScores.Counts(
                    positives: bootstrap.counts(rows: ranked.positives, resample: resample, set: 0),
                    negatives: bootstrap.counts(rows: ranked.negatives, resample: resample, set: 1)))
        }
        let estimates = own.indices.map { place in
            Estimate(
                own[place],
                bootstrap.interval(
                    of: own[place], resampled: stride(from: place, to: resampled.count, by: own.count).map { resampled[$0] }))
        }
        (auroc, auprc) = (estimates[0].interval, estimates[1].interval)
        precision = zip(tops, estimates.dropFirst(2)).map { Precision(rows: $0, precision: $1) }
        thresholds = zip(Self.shares, estimates.dropFirst(2 + tops.count)).map {
            Threshold(falseAlarms: $0, score: ranked.threshold(falseAlarms: $0, ranked.once).score, detected: $1)
        }
    }

    /// Lines for the person at the terminal.
    var text: String {
        let found = precision.map { "of the \($0.rows) rows with the highest scores are outliers: \($0.precision.text(3))" }
        let alarms = thresholds.map { threshold in
            "false alarms \(String(format: "%.0f", 100 * threshold.falseAlarms)) %: threshold \(String(format: "%.4g", threshold.score)), "
                + "outliers above it: \(threshold.detected.text(3))"
        }
        return (found + alarms).joined(separator: "\n")
    }
}

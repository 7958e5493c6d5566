import Distributed
import Failures
import Foundation
import Measures

/// How well a model's scores tell rows of other data from its own.
public struct OutlierEvaluation: Codable, Hashable, Sendable {
    /// Scored rows: where they come from, how many, and their mean score.
    public struct Rows: Codable, Hashable, Sendable {
        public let data: String
        public let count: Int
        public let meanScore: Double
    }

    /// Rows of the distribution that was learned.
    public let inliers: Rows
    /// Whether these were trained on.
    public let areTrainingRows: Bool
    /// The rows to be found: the positive class.
    public let outliers: Rows
    public let auroc: Double
    public let auprc: Double

    /// Collective. The same bits on any number of ranks.
    /// - Parameter count: rows of each, or all where there are fewer.
    package init(
        scores: RowScores, inliers: EvaluationRows, areTrainingRows: Bool, outliers: EvaluationRows, count: Int,
        _ communicator: any Communicator
    ) throws(Failure) {
        let own = try scores.scores(of: inliers, count: min(count, inliers.available), communicator)
        let other = try scores.scores(of: outliers, count: min(count, outliers.available), communicator)
        let separation = ScoreSeparation(positives: other, negatives: own)
        self.inliers = Rows(data: inliers.name, count: own.count, meanScore: own.reduce(0, +) / Double(own.count))
        self.areTrainingRows = areTrainingRows
        self.outliers = Rows(data: outliers.name, count: other.count, meanScore: other.reduce(0, +) / Double(other.count))
        (auroc, auprc) = (separation.auroc, separation.auprc)
    }

    /// Lines for the person at the terminal.
    public var text: String {
        let chance = Double(outliers.count) / Double(outliers.count + inliers.count)
        return """
            \(outliers.count) rows of \(outliers.data) as outliers (the positive class) among \(inliers.count) \
            \(areTrainingRows ? "training " : "")rows of \(inliers.data)
            mean score \(String(format: "%.2f", outliers.meanScore)) against \(String(format: "%.2f", inliers.meanScore))
            AUROC \(String(format: "%.4f", auroc)) (chance 0.5)   AUPRC \(String(format: "%.4f", auprc)) (chance \(String(format: "%.2f", chance)))
            """
    }
}

import Configuration
import Distributed
import Failures
import Formats
import Foundation
import Measures
import Training

/// How well a model's scores tell rows of other data from its own.
public struct OutlierEvaluation: Codable, Hashable, Sendable {
    /// Scored rows: where they come from, how many, and their mean score.
    public struct Rows: Codable, Hashable, Sendable {
        public let data: String
        public let count: Int
        public let meanScore: Double
        /// Of the mean.
        public let interval: Interval
    }

    /// Rows of the distribution that was learned.
    public let inliers: Rows
    /// Whether these were trained on.
    public let areTrainingRows: Bool
    /// The rows to be found: the positive class.
    public let outliers: Rows
    public let auroc: Double
    public let auprc: Double
    /// What is found with a threshold, and intervals.
    public let detection: OutlierDetection
    /// How well the parts tell the rows, by their names, where the score is a sum: `reconstruction` and `prior` of a latent prior.
    public let parts: [String: Part]?

    /// A part of the score as a score of its own.
    public struct Part: Codable, Hashable, Sendable {
        /// Its mean over the rows of either kind.
        public let inliers: Double
        public let outliers: Double
        public let auroc: Double
        public let auprc: Double
        /// Where they lie by chance in the choice of rows.
        public let intervals: Intervals

        /// Of the values of the same names.
        public struct Intervals: Codable, Hashable, Sendable {
            public let inliers: Interval
            public let outliers: Interval
            public let auroc: Interval
            public let auprc: Interval
        }

        /// Collective.
        fileprivate init(_ own: [Double], _ other: [Double], _ communicator: any Communicator) throws(Failure) {
            let ranked = RankedScores(positives: other, negatives: own)
            func mean(_ values: [Double], _ counts: [Int]) -> Double {
                zip(values, counts).reduce(0) { $0 + Double($1.1) * $1.0 } / Double(values.count)
            }
            let found = try Bootstrap().estimates(sizes: [other.count, own.count], communicator) { counts in
                let separation = ranked.separation(RankedScores.Counts(positives: counts[0], negatives: counts[1]))
                return [mean(own, counts[1]), mean(other, counts[0]), separation.auroc, separation.auprc]
            }
            (inliers, outliers, auroc, auprc) = (found[0].value, found[1].value, found[2].value, found[3].value)
            intervals = Intervals(
                inliers: found[0].interval, outliers: found[1].interval, auroc: found[2].interval, auprc: found[3].interval)
        }

        fileprivate var means: [Estimate] { [Estimate(outliers, intervals.outliers), Estimate(inliers, intervals.inliers)] }
        fileprivate var separations: [Estimate] { [Estimate(auroc, intervals.auroc), Estimate(auprc, intervals.auprc)] }
    }

    /// Collective. The same bits on any number of ranks.
    /// - Parameter count: rows of each, or all where there are fewer.
    package init(
        scores: RowScores, inliers: EvaluationRows, areTrainingRows: Bool, outliers: EvaluationRows, count: Int,
        _ communicator: any Communicator
    ) throws(Failure) {
        let own = try scores.scores(of: inliers, count: min(count, inliers.available), communicator)
        let other = try scores.scores(of: outliers, count: min(count, outliers.available), communicator)
        // The score itself, then its parts.
        let found = try own.indices.map { (place) throws(Failure) in try Part(own[place], other[place], communicator) }
        let whole = found[0]
        self.inliers = Rows(data: inliers.name, count: own[0].count, meanScore: whole.inliers, interval: whole.intervals.inliers)
        self.areTrainingRows = areTrainingRows
        self.outliers = Rows(data: outliers.name, count: other[0].count, meanScore: whole.outliers, interval: whole.intervals.outliers)
        (auroc, auprc) = (whole.auroc, whole.auprc)
        detection = try OutlierDetection(RankedScores(positives: other[0], negatives: own[0]), whole, communicator)
        parts = scores.parts.isEmpty ? nil : Dictionary(uniqueKeysWithValues: zip(scores.parts, found.dropFirst()))
    }

    /// Lines for the person at the terminal.
    public var text: String {
        let chance = Double(outliers.count) / Double(outliers.count + inliers.count)
        func number(_ value: Double, _ digits: Int = 2) -> String { String(format: "%.\(digits)f", value) }
        let lines = [
            "\(outliers.count) rows of \(outliers.data) as outliers (the positive class) among \(inliers.count) "
                + "\(areTrainingRows ? "training " : "")rows of \(inliers.data)",
            "mean score \(Estimate(outliers.meanScore, outliers.interval).text(2)) against "
                + Estimate(inliers.meanScore, inliers.interval).text(2),
            "AUROC \(number(auroc, 4)) (chance 0.5; \(Self.ends(detection.auroc)))   AUPRC \(number(auprc, 4)) (chance \(number(chance)); "
                + "\(Self.ends(detection.auprc)))", detection.text,
        ]
        let ofParts = (parts ?? [:]).sorted { $0.key < $1.key }.map { name, part in
            "of it \(name): mean \(part.means[0].text(2)) against \(part.means[1].text(2)), AUROC \(part.separations[0].text(4)), "
                + "AUPRC \(part.separations[1].text(4))"
        }
        return (lines + ofParts).joined(separator: "\n")
    }
}

extension OutlierEvaluation {
    private static func ends(_ interval: Interval) -> String {
        "95 %: \(String(format: "%.4f", interval.low)) to \(String(format: "%.4f", interval.high))"
    }
}

extension OutlierEvaluation: MeasureFinding {}

extension MeasureKind {
    static let outliers = MeasureKind(
        "outliers", "how well the energy tells rows of other data from the run's (--outliers): AUROC, AUPRC, precision, thresholds",
        option: Option(name: "--outliers") { $0.outliers != nil }, measuresRows: true
    ) { (model) throws(Failure) in
        let (trained, communicator) = (model.trained, model.communicator)
        let (scores, count) = try communicator.agree {
            (try trained.scores(seed: model.seed, for: "evaluate: --outliers"), try model.rowCount())
        }
        guard let path = model.command.outliers else { preconditionFailure("an option that was checked is missing") }
        let outliers = try path == "rest" ? rest(model) : trained.evaluationRows(of: path, option: "--outliers", communicator)
        let inliers = try model.testRows()
        return try OutlierEvaluation(
            scores: scores, inliers: inliers, areTrainingRows: inliers.digest == model.training.digest,
            outliers: outliers, count: count, communicator)
    }

    /// Collective. The rows of the run's own data that it did not choose.
    private static func rest(_ model: MeasuredModel) throws(Failure) -> EvaluationRows {
        if let rows = try model.trained.otherRows(model.communicator) { return rows }
        throw Failure(
            .usage,
            "evaluate: --outliers rest: expected a run that learned some of its rows (data.rows), found "
                + "data.rows = \(model.trained.configuration["data.rows"].text). Give a file (./rest for one of this name).")
    }
}

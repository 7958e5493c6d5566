import Datasets
import Distributed
import Failures

extension EvaluateCommand {
    /// Rows that are measured where no number is given, and at most.
    private static let defaultRows = 1000
    private static let mostRows = 1 << 24

    /// Rows of data to measure, or all where there are fewer.
    private func rowCount() throws(Failure) -> Int {
        let rows = count ?? Self.defaultRows
        guard rows <= Self.mostRows else {
            throw Failure(.usage, "evaluate: --count: expected at most \(Self.mostRows) rows, found \(rows)")
        }
        return rows
    }

    /// Collective. How well the model tells the rows of `outliers` from `inliers`; nil where they are not given.
    func evaluateOutliers(
        _ trained: TrainedModel, _ training: DataSource, inliers: EvaluationRows, _ communicator: any Communicator
    ) throws(Failure) -> OutlierEvaluation? {
        guard let outliers else { return nil }
        let (scores, count) = try communicator.agree { (try trained.scores(seed: seed ?? 1, for: "evaluate: --outliers"), try rowCount()) }
        return try OutlierEvaluation(
            scores: scores, inliers: inliers, areTrainingRows: inliers.digest == training.digest,
            outliers: try trained.rows(outliers, training: training, option: "--outliers", communicator), count: count, communicator)
    }
}

import Distributed
import Failures
import Foundation
import Measures
import Numerics
import Training

/// How often a small classifier tells samples from data.
public struct ClassifierEvaluation: Codable, Hashable, Sendable {
    public let origin: String
    public let notFinite: Int
    public let data: String
    /// Of each kind.
    public let rows: Int
    /// The share of rows that the classifier which has not seen them puts on the right side: 0.5 where there is no telling, 1 where all are told.
    public let accuracy: Estimate
    public let settings: TwoSampleClassifier.Settings

    public var text: String {
        """
        C2ST accuracy      \(accuracy.text(4))   of a network of two layers of \(settings.width) that learned half of \(rows) samples of \(origin) and \
        of as many rows of \(data); chance 0.5
        """
    }
}

extension ClassifierEvaluation: MeasureFinding {}

extension MeasureKind {
    static let twoSampleTest = MeasureKind(
        "c2st", "how often a small classifier tells samples from data (classifier two-sample test)", needs: [.samples]
    ) { (model) throws(Failure) in
        let (drawn, communicator) = (try model.drawn(), model.communicator)
        let (finite, left) = try drawn.finite(atLeast: TwoSampleClassifier.leastRows)
        let count = min(finite.rows, model.held.available)
        guard count >= TwoSampleClassifier.leastRows else {
            throw Failure(
                .data, "\(model.held.name): expected at least \(TwoSampleClassifier.leastRows) rows to compare samples with, found \(count)"
            )
        }
        var settings = TwoSampleClassifier.Settings()
        settings.seed = model.seed
        let classifier = try TwoSampleClassifier(dimension: finite.columns, settings)
        let judgements = try classifier.judgements(finite.rows(0..<count), model.held.read(0..<count), communicator)
        func accuracy(_ counts: [[Int]]) -> Double {
            let right = zip(judgements, counts.joined()).reduce(0.0) { $0 + $1.0 * Double($1.1) }
            return right / Double(judgements.count)
        }
        let own = accuracy([Array(repeating: 1, count: judgements.count)])
        return ClassifierEvaluation(
            origin: drawn.origin, notFinite: left, data: model.held.name, rows: count,
            accuracy: Estimate(own, try Bootstrap().interval(of: own, sizes: [count, count], communicator, statistic: accuracy)),
            settings: settings)
    }
}

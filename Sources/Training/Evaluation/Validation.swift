import Configuration
import Distributed
import Failures
import Learning
import Measures
import Numerics

/// What a run measures on rows that it does not train on.
final class Validation {
    /// Rows whose energies are compared, of each kind.
    private static let rows = 256

    /// The held-out rows in the fixed order of evaluations.
    let heldOut: EvaluationRows
    private let model: EvaluatedModel
    private var reference: SampleReference?
    private let lossOfRows: HeldOutLossMeasurement?

    /// Collective. - Returns: nil for a run that trains on all rows.
    init?(_ model: EvaluatedModel) throws(Failure) {
        guard let heldOut = try model.communicator.agree({ try model.plan.heldOutRows() }) else { return nil }
        (self.heldOut, self.model) = (heldOut, model)
        lossOfRows = try model.communicator.agree { try HeldOutLossMeasurement(model.plan) }
    }

    /// Whether the objective has a loss that compares models on these rows.
    var hasLoss: Bool { lossOfRows != nil }

    /// What lines of evaluation.jsonl say.
    struct Findings: Codable, Hashable, Sendable {
        /// Absent for objectives that train no energy.
        let energies: HeldOutEnergies?
        /// Absent for objectives whose loss compares no models (`RowLoss`), and where it is no number.
        let loss: HeldOutLoss?
        /// The run's samples against held-out rows; absent as `EvaluationLine.samples` is.
        let samples: SampleMeasures?
    }

    /// Collective. The same bits on any number of ranks.
    /// - Parameters:
    ///   - weights: those whose energies are meant.
    ///   - interval: the steps between two such comparisons.
    /// - Returns: nil for objectives that train no energy.
    func energies(_ weights: ModelWeights, every interval: Int) throws(Failure) -> HeldOutEnergies? {
        guard let training = try model.trainingRows() else { return nil }
        let count = min(model.rowCount(Self.rows, every: interval), training.available, heldOut.available)
        guard count >= 2 else { return nil }
        try model.prepare(weights)
        guard let seen = try model.energies(of: training, count: count), let unseen = try model.energies(of: heldOut, count: count) else {
            return nil
        }
        return HeldOutEnergies(training: seen, heldOut: unseen)
    }

    /// Collective. The objective's loss of the held-out rows, of the averaged parameters where there are such. The same bits on any number of ranks.
    func loss() throws(Failure) -> HeldOutLoss? {
        try lossOfRows.flatMap { (loss) throws(Failure) in try loss.measure(model.trainer) }
    }

    /// Collective. Samples against the held-out rows, on the features of the training data.
    func compare(_ samples: Matrix, components: PrincipalComponents) throws(Failure) -> SampleMeasures? {
        if reference == nil { reference = try SampleReference(heldOut, components: components, model.communicator) }
        return try reference?.measures(of: samples, model.communicator)
    }
}

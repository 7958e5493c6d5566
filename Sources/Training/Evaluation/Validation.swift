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

    /// Collective. - Returns: nil for a run that trains on all rows.
    init?(_ model: EvaluatedModel) throws(Failure) {
        guard let heldOut = try model.communicator.agree({ try model.plan.heldOutRows() }) else { return nil }
        (self.heldOut, self.model) = (heldOut, model)
    }

    /// What lines of evaluation.jsonl say.
    struct Findings: Codable, Hashable, Sendable {
        /// Absent for objectives that train no energy.
        let energies: HeldOutEnergies?
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

    /// Collective. Samples against the held-out rows, on the features of the training data.
    func compare(_ samples: Matrix, components: PrincipalComponents) throws(Failure) -> SampleMeasures? {
        if reference == nil { reference = try SampleReference(heldOut, components: components, model.communicator) }
        return try reference?.measures(of: samples, model.communicator)
    }
}

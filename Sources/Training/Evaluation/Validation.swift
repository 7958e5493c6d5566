import Configuration
import Distributed
import Failures
import Learning
import Measures
import Model
import Numerics

/// What a run measures on rows that it does not train on.
final class Validation {
    /// Rows whose energies are compared, of each kind.
    private static let rows = 256

    /// The held-out rows in the fixed order of evaluations.
    let heldOut: EvaluationRows
    private let training: EvaluationRows
    private let probe: EnergyProbe?
    private var reference: SampleReference?

    /// Collective. - Returns: nil for a run that trains on all rows.
    init?(_ plan: RunPlan, _ communicator: any Communicator) throws(Failure) {
        guard let heldOut = try communicator.agree({ try plan.heldOutRows() }) else { return nil }
        self.heldOut = heldOut
        training = try communicator.agree { try EvaluationRows(plan.source, plan.configuration) }
        probe = try EnergyProbe(plan)
    }

    /// What lines of evaluation.jsonl say.
    struct Findings: Codable, Hashable, Sendable {
        /// Absent for objectives whose energy is none of rows.
        let energies: HeldOutEnergies?
        /// The run's samples against held-out rows; absent as `EvaluationLine.samples` is.
        let samples: SampleMeasures?
    }

    /// Collective. The same bits on any number of ranks.
    /// - Parameter parameters: of all networks.
    /// - Returns: nil for objectives whose energy is none of rows.
    func energies(_ parameters: [Float], of state: TrainingState, _ communicator: any Communicator) throws(Failure) -> HeldOutEnergies? {
        guard let probe else { return nil }
        let count = min(Self.rows, training.available, heldOut.available)
        guard count >= 2 else { return nil }
        probe.prepare(parameters, of: state)
        return HeldOutEnergies(
            training: try probe.energies(of: training, count: count, communicator),
            heldOut: try probe.energies(of: heldOut, count: count, communicator))
    }

    /// Collective. Samples against the held-out rows, on the features of the training data.
    func compare(_ samples: Matrix, components: PrincipalComponents, _ communicator: any Communicator) throws(Failure) -> SampleMeasures? {
        if reference == nil { reference = try SampleReference(heldOut, components: components, communicator) }
        return try reference?.measures(of: samples, communicator)
    }
}

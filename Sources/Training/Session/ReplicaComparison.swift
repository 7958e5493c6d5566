import Configuration
import Distributed
import Failures

/// All ranks must hold the same parameters: compared at intervals, and before anything is saved.
final class ReplicaComparison: StepCallback {
    private let trainer: Trainer
    private let interval: Int

    init(_ trainer: Trainer) {
        self.trainer = trainer
        interval = trainer.plan.configuration.guard.replicaCheckEvery
    }

    func isDue(_ moment: StepMoment) -> Bool { moment.isMultiple(of: interval) }

    func act(_ moment: StepMoment) throws(Failure) { try compare() }

    /// Collective.
    /// - Throws: `.numerical` where they differ.
    func compare() throws(Failure) {
        let isSame = try trainer.communicator.isSame(trainer.plan.slices.digest(trainer.state))
        try trainer.communicator.onRoot {
            guard isSame else {
                throw Failure(
                    .numerical,
                    "step \(trainer.state.step): the ranks hold different parameters: a machine computes wrongly, or they differ in type")
            }
        }
    }
}

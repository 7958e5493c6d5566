import Configuration
import Distributed
import Failures
import Learning

/// Saves the run: at intervals, at the points that a rollback goes to, at a request to stop and at the end.
final class CheckpointSaving: StepCallback {
    let phase = Phase.checkpoint
    private let trainer: Trainer
    private let store: CheckpointStore
    private let replicas: ReplicaComparison
    private let metrics: MetricsReport
    private let evaluation: IntervalEvaluation
    private let events: TensorBoardReport
    private let terminal: Terminal
    /// nil where the guard does not roll back.
    private let points: RollbackPoints?
    /// Whether it was said that older checkpoints cannot be removed: once is enough.
    private var hasSaidWhatIsLeft = false

    /// - Parameter metrics, evaluation, events: whose lines belong to a checkpoint.
    init(
        _ trainer: Trainer, _ store: CheckpointStore, _ replicas: ReplicaComparison, _ metrics: MetricsReport,
        _ evaluation: IntervalEvaluation, _ events: TensorBoardReport, _ terminal: Terminal
    ) {
        (self.trainer, self.store, self.replicas, self.terminal) = (trainer, store, replicas, terminal)
        (self.metrics, self.evaluation, self.events) = (metrics, evaluation, events)
        points = RollbackPoints(trainer.plan.configuration)
    }

    func isDue(_ moment: StepMoment) -> Bool {
        moment.isStopping || moment.isDue(trainer.plan.configuration.checkpoint.every) || points?.contains(moment.step) == true
            || evaluation.best?.step == moment.step
    }

    func act(_ moment: StepMoment) throws(Failure) { try save() }

    /// Collective. The state before the first step, where a rollback may go back to it.
    func saveStart() throws(Failure) {
        guard points != nil else { return }
        try save()
        trainer.charge(phase)
    }

    private func save() throws(Failure) {
        let communicator = trainer.communicator
        try replicas.compare()
        let left = try communicator.expecting(.storing("saving a checkpoint", bytes: store.bytes)) { () throws(Failure) in
            let reports = try communicator.fromRoot {
                Manifest.Reports(
                    metricsBytes: try metrics.storedBytes(), evaluation: try evaluation.stored(), eventBytes: events.storedBytes(),
                    best: evaluation.best)
            }
            return try store.save(trainer, reports, communicator)
        }
        if !hasSaidWhatIsLeft, let remark = RunFolder.remark(onLeft: left) {
            terminal.line(remark)
            hasSaidWhatIsLeft = true
        }
    }
}

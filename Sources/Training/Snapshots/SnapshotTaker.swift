import Configuration
import Datasets
import Distributed
import Failures
import Learning
import Measures
import Numerics

/// Takes snapshots of a model that trains.
final class SnapshotTaker {
    private let trainer: Trainer
    private let heldOut: EvaluationRows?
    private var rows: EvaluationRows?
    private lazy var weights = RunWeights(trainer.plan.networks)

    /// - Parameter heldOut: rows that the run does not train on; nil for none.
    init(_ trainer: Trainer, heldOut: EvaluationRows?) { (self.trainer, self.heldOut) = (trainer, heldOut) }

    /// Collective. Of the trainer's step.
    /// - Parameter quality: of the samples, where it was measured.
    func take(quality: SampleQuality?) throws(Failure) -> ModelSnapshot {
        let (plan, communicator) = (trainer.plan, trainer.communicator)
        let condition = try communicator.agree { try plan.configuration.rowCondition(for: plan.source) }
        if rows == nil { rows = try communicator.agree { try EvaluationRows(plan.source, plan.configuration) } }
        var samples: Matrix?
        if condition == nil {
            try trainer.drawSamples()
            samples = try EvaluationChains(plan).gather(trainer, count: ModelSnapshot.count)
        }
        var modelState = trainer.state.modelState
        weights.prepare(parameters: try trainer.bestParameters(), state: &modelState, iterating: false)
        let model = SnapshotModel(
            configuration: plan.configuration, networks: plan.networks, weights: weights, step: trainer.state.step,
            preparation: plan.rowMetadata.rows, rows: rows, heldOut: condition == nil ? heldOut : nil, condition: condition,
            samples: samples)
        return try ModelSnapshot(model, quality: quality, measuring: false, communicator)
    }
}

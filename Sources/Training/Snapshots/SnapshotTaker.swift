import Configuration
import Failures
import Learning
import Measures
import Numerics

/// Takes snapshots of a model that trains.
final class SnapshotTaker {
    private let evaluated: EvaluatedModel
    private let heldOut: EvaluationRows?

    /// - Parameter heldOut: rows that the run does not train on; nil for none.
    init(_ evaluated: EvaluatedModel, heldOut: EvaluationRows?) { (self.evaluated, self.heldOut) = (evaluated, heldOut) }

    /// Collective. Of the trainer's step.
    /// - Parameter quality: of the samples, where it was measured.
    func take(quality: SampleQuality?) throws(Failure) -> ModelSnapshot {
        let (plan, trainer, condition) = (evaluated.plan, evaluated.trainer, evaluated.condition)
        var samples: Matrix?
        if condition == nil || plan.networks.generator == nil {
            try trainer.drawSamples()
            samples = try EvaluationChains(plan).gather(trainer, count: ModelSnapshot.count)
        }
        try evaluated.prepare(.average)
        let model = SnapshotModel(
            configuration: plan.configuration, networks: plan.networks, weights: evaluated.weights, step: trainer.state.step,
            preparation: plan.rowMetadata.rows, rows: try evaluated.trainingRows(), heldOut: heldOut, condition: condition,
            samples: samples)
        return try ModelSnapshot(model, quality: quality, measuring: false, evaluated.communicator)
    }
}

import Configuration
import Datasets
import Distributed
import Failures
import Learning
import Numerics

/// The chains that a picture shows: as many of each shard, in shard order, so that the picture does not depend on ranks.
package struct SampleGathering {
    private let plan: RunPlan

    package init(_ plan: RunPlan) { self.plan = plan }

    /// Collective. `samples.count` of the shards' negatives, channels innermost.
    package func gather(_ trainer: Trainer) throws(Failure) -> [Float] {
        let configuration = plan.configuration
        // On a ladder of temperatures one chain of each row is a negative in each block of shards.
        let sources = configuration.run.shards / (configuration.rowsPerStep / configuration.negativesPerStep)
        let perShard = min((configuration.samples.count + sources - 1) / sources, configuration.run.chainsPerShard)
        let mine = trainer.shards.flatMap { shard in
            (0..<perShard).flatMap { ModelSamples.record(shard.negatives.rows($0..<$0 + 1), isSample: shard.isNegative($0)) }
        }
        let negatives = try ModelSamples.gather(
            mine, perShard: perShard, width: plan.source.shape.count, layout: plan.layout, trainer.communicator)
        return negatives.rows(0..<min(negatives.rows, configuration.samples.count)).values
    }
}

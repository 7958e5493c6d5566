import Datasets
import Distributed
import Failures
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
        let length = plan.source.shape.count + 1
        let all = try trainer.communicator.gather(
            trainer.flaggedChains(perShard: perShard), perShard: perShard * length, layout: plan.layout)
        let negatives = stride(from: 0, to: all.count, by: length).filter { all[$0] == 1 }
        return negatives.prefix(configuration.samples.count).flatMap { all[$0 + 1..<$0 + length].map { Float($0) } }
    }
}

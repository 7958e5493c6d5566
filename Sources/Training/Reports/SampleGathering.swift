import Datasets
import Distributed
import Failures
import Numerics

/// The chains that a picture shows: as many of each shard, in shard order, so that the picture does not depend on ranks.
struct SampleGathering {
    private let plan: RunPlan

    init(_ plan: RunPlan) { self.plan = plan }

    /// Collective. `samples.count` of the shards' negatives, channels innermost.
    func gather(_ trainer: Trainer) throws(Failure) -> [Float] {
        let configuration = plan.configuration
        let perShard = min(
            (configuration.samples.count + configuration.run.shards - 1) / configuration.run.shards, configuration.run.chainsPerShard)
        let dimension = plan.source.shape.count
        let mine = trainer.negatives(perShard: perShard).map { Double($0) }
        let all = try trainer.communicator.gather(mine, perShard: perShard * dimension, layout: plan.layout)
        return all.prefix(configuration.samples.count * dimension).map { Float($0) }
    }
}

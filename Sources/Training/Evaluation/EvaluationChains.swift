import Configuration
import Datasets
import Distributed
import Failures
import Learning
import Numerics
import Sampling

/// The chains of a run that an evaluation looks at: as many of each shard, evenly chosen, in shard order.
package struct EvaluationChains {
    private let plan: RunPlan

    package init(_ plan: RunPlan) { self.plan = plan }

    /// Chains of a shard.
    private var available: Int { plan.profile.hasChains ? plan.storedChains : plan.configuration.run.chainsPerShard }

    /// Collective. Chains of the replay buffer, or the step's negatives where chains do not persist, on all ranks: rows x dimension.
    /// - Parameter count: rounded up to the same number for each shard, and not more than there are.
    package func gather(_ trainer: Trainer, count: Int) throws(Failure) -> Matrix {
        // On a ladder of temperatures one of the chains at a slot of a block of shards is a sample of the model: the coldest.
        let (shards, width) = (plan.configuration.run.shards, plan.source.shape.count)
        let sources = shards / max(1, plan.configuration.exchange.temperatures.count)
        let perShard = min((count + sources - 1) / sources, available)
        let mine = trainer.shards.flatMap { flagged($0, perShard, step: trainer.state.step) }
        return try ModelSamples.gather(mine, perShard: perShard, width: width, layout: plan.layout, trainer.communicator)
    }

    /// The chosen chains of a shard, in front of each whether it is a sample of the model.
    private func flagged(_ shard: ShardState, _ count: Int, step: Int) -> [Double] {
        let rows = chosen(shard, count, step: step)
        return (0..<count).flatMap { row in
            let level = shard.replay?.levels.isEmpty == false ? shard.replay?.levels[row * available / count] : 0
            return ModelSamples.record(rows.rows(row..<row + 1), isSample: level == 0)
        }
    }

    /// Chains of one shard, evenly chosen: count x dimension.
    func chosen(_ shard: ShardState, _ count: Int, step: Int) -> Matrix {
        let rows = Matrix(rows: count, columns: plan.source.shape.count)
        let dither = RandomStream(seed: plan.configuration.run.seed, purpose: .evaluation, step: step, index: shard.index)
        for row in 0..<count {
            let (target, chain) = (rows.rows(row..<row + 1), row * available / count)
            if let replay = shard.replay, plan.profile.hasChains {
                replay.read(chain, into: target, dither: dither, from: row * rows.columns)
            } else {
                target.copy(from: shard.negatives.rows(chain..<chain + 1))
            }
        }
        return rows
    }
}

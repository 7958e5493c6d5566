import Datasets
import Distributed
import Failures
import Numerics
import Sampling

/// The chains of a run that an evaluation looks at: as many of each shard, evenly chosen, in shard order.
package struct EvaluationChains {
    private let plan: RunPlan

    package init(_ plan: RunPlan) { self.plan = plan }

    /// Collective. Chains of the replay buffer, or the step's negatives where chains do not persist, on all ranks: rows x dimension.
    /// - Parameter count: rounded up to the same number for each shard, and not more than there are.
    package func gather(_ trainer: Trainer, count: Int) throws(Failure) -> Matrix {
        let (shards, width) = (plan.configuration.run.shards, plan.source.shape.count)
        let perShard = min((count + shards - 1) / shards, plan.storedChains)
        let mine = trainer.shards.flatMap { chosen($0, perShard, step: trainer.state.step).values.map { Double($0) } }
        let all = try trainer.communicator.gather(mine, perShard: perShard * width, layout: plan.layout)
        return Matrix(rows: shards * perShard, columns: width, all.map { Float($0) })
    }

    private func chosen(_ shard: ShardState, _ count: Int, step: Int) -> Matrix {
        let rows = Matrix(rows: count, columns: plan.source.shape.count)
        let dither = RandomStream(seed: plan.configuration.run.seed, purpose: .evaluation, step: step, index: shard.index)
        for row in 0..<count {
            let (target, chain) = (rows.rows(row..<row + 1), row * plan.storedChains / count)
            if let replay = shard.replay {
                replay.read(chain, into: target, dither: dither, from: row * rows.columns)
            } else {
                target.copy(from: shard.negatives.rows(chain..<chain + 1))
            }
        }
        return rows
    }
}

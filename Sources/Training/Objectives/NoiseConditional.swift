import Numerics

/// An objective for every level of a noise ladder, over one energy that is told the level: E(x, k).
///
/// In every step each shard takes one level, all equally likely; the tile's gradient, which
/// starts from zero, counts with the level's weight. With diffusion contrastive divergence
/// the data of level k have noise σ_k, and the diffusion leads to level k + 1.
package struct NoiseConditional: Objective {
    let seed: UInt64
    let ladder: NoiseLadder
    /// One for each level.
    let objectives: [any Objective]
    /// The factors of their gradients.
    package let weights: [Float]

    package var profile: ObjectiveProfile { objectives[0].profile }

    package func sampleNegatives(_ shard: ShardState, worker: ShardWorker, step: Int) {
        objectives[level(shard, worker, step)].sampleNegatives(shard, worker: worker, step: step)
    }

    package func addGradient(_ shard: ShardState, worker: ShardWorker, step: Int) {
        let level = level(shard, worker, step)
        objectives[level].addGradient(shard, worker: worker, step: step)
        let weight = weights[level]
        worker.gradient.combine(worker.gradient, worker.gradient) { value, _ in weight * value }
        shard.report.loss *= Double(weight)
    }

    /// The level of this step, which the worker's energy is told.
    private func level(_ shard: ShardState, _ worker: ShardWorker, _ step: Int) -> Int {
        let level = RandomStream(seed: seed, purpose: .noiseLevel, step: step, index: shard.index).integer(below: ladder.levels, at: 0)
        worker.setCondition(ladder.feature(level))
        return level
    }
}

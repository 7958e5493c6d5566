import Numerics

/// An objective for every level of a noise ladder, over one energy that is told the level: E(x, k).
///
/// In every step each shard takes one level, all equally likely. With diffusion contrastive divergence the data of level k have noise σ_k, and the
/// diffusion leads to level k + 1.
package struct NoiseConditional: Objective {
    let seed: UInt64
    let ladder: NoiseLadder
    /// One for each level.
    let objectives: [any Objective]

    package init(seed: UInt64, ladder: NoiseLadder, objectives: [any Objective]) {
        self.seed = seed
        self.ladder = ladder
        self.objectives = objectives
    }

    package var profile: ObjectiveProfile { objectives[0].profile }

    package func sampleNegatives(_ shard: ShardState, worker: ShardWorker, step: Int) {
        objectives[level(shard, worker, step)].sampleNegatives(shard, worker: worker, step: step)
    }

    package func addGradient(_ shard: ShardState, worker: ShardWorker, step: Int) {
        objectives[level(shard, worker, step)].addGradient(shard, worker: worker, step: step)
    }

    /// The level of this step, which the worker's energy is told.
    private func level(_ shard: ShardState, _ worker: ShardWorker, _ step: Int) -> Int {
        let level = RandomStream(seed: seed, purpose: .noiseLevel, step: step, index: shard.index).integer(below: ladder.levels, at: 0)
        worker.setCondition(ladder.feature(level))
        return level
    }
}

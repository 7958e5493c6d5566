import Numerics

/// An objective for every level of a noise ladder, over one energy with the level as its condition: E(x, k).
///
/// In every step each shard takes one level, all equally likely, whose loss and whose gradient of the energy count with the level's weight. With diffusion contrastive
/// divergence the data of level k have noise σ_k, and the diffusion leads to level k + 1.
package struct NoiseConditional<Base: Objective>: Objective {
    let seed: UInt64
    let ladder: NoiseLadder
    /// One for each level, and what it counts.
    let objectives: [Base]
    let weights: [Float]

    package init(seed: UInt64, ladder: NoiseLadder, objectives: [Base], weights: [Float]) {
        precondition(
            objectives.count == ladder.levels && weights.count == ladder.levels,
            "an objective and a weight for each of \(ladder.levels) levels")
        (self.seed, self.ladder, self.objectives, self.weights) = (seed, ladder, objectives, weights)
    }

    package var profile: ObjectiveProfile { objectives[0].profile }

    package func makeState(_ shard: Int, _ make: TileMaker) -> Base.State { objectives[0].makeState(shard, make) }

    package func makeScratch(_ make: TileMaker) -> Base.Scratch { objectives[0].makeScratch(make) }

    package func sampleNegatives(_ shard: Base.State, _ scratch: Base.Scratch, _ worker: ShardWorker, step: Int) {
        objectives[level(shard, worker, step)].sampleNegatives(shard, scratch, worker, step: step)
    }

    package func addGradient(_ shard: Base.State, _ scratch: Base.Scratch, _ worker: ShardWorker, step: Int) {
        let level = level(shard, worker, step)
        objectives[level].addGradient(shard, scratch, worker, step: step)
        let (weight, gradient) = (weights[level], worker.engine.energyGradient)
        guard weight != 1 else { return }
        gradient.combine(gradient, gradient) { value, _ in weight * value }
        if shard.report.counts(.loss) { shard.report[.loss] *= Double(weight) }
    }

    /// The level of this step, the condition of the worker's networks.
    private func level(_ shard: ShardState, _ worker: ShardWorker, _ step: Int) -> Int {
        let level = RandomStream(seed: seed, purpose: .noiseLevel, step: step, index: shard.index).integer(below: ladder.levels, at: 0)
        worker.engine.setLevels([ladder.feature(level)])
        return level
    }
}

extension Objective {
    /// This objective for the lowest level of a ladder and others of its type for the others.
    /// - Parameter weights: what the levels count.
    package func onLevels(of ladder: NoiseLadder, seed: UInt64, _ others: [any Objective], weights: [Float]) -> any Objective {
        let objectives = others.map { other -> Self in
            guard let own = other as? Self else { preconditionFailure("all levels have one type of objective") }
            return own
        }
        return NoiseConditional(seed: seed, ladder: ladder, objectives: [self] + objectives, weights: weights)
    }
}

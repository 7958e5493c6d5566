import Datasets
import Model
import Numerics
import Sampling

/// Diffusion contrastive divergence by recovery: negatives are the states from which a noised row may have come.
///
/// x_T = x0 + σ ξ; K steps of a sampler on E(x') + |x' - x_T|²/(2σ²), from x_T; gradient: mean ∇θE(x0) - mean ∇θE(x'). The tether makes the
/// target nearly log-concave for small σ, so that short chains suffice. Cost: K + 2 passes a data row.
///
/// Source: R. Gao, Y. Song, B. Poole, Y. Wu, D. Kingma, arXiv:2012.08125 (recovery likelihood); W. Luo et al., arXiv:2307.01668.
package struct RecoveryDiffusion<Kernel: TransitionKernel>: Objective {
    let seed: UInt64
    let kernel: Kernel
    let steps: Int
    /// σ
    let deviation: Float
    let box: ClosedRange<Float>?
    let rowsPerStep: Int
    let data: DataStream

    package var profile: ObjectiveProfile {
        var profile = ObjectiveProfile()
        profile.chainScratch = kernel.scratchTiles
        profile.hasAcceptStep = kernel.hasAcceptStep
        profile.evaluations = kernel.energyEvaluations(steps: steps) + 2
        return profile
    }

    package func sampleNegatives(_ shard: ShardState, worker: ShardWorker, step: Int) {
        shard.report = ShardReport()
        let positions = worker.chains.positions
        data.fill(worker.data, step: step, shard: shard.index)
        RandomStream(seed: seed, purpose: .diffusionNoise, step: step, index: shard.index).fillNormals(worker.origin)
        worker.origin.combine(worker.data, worker.origin) { $0 + deviation * $1 }
        positions.copy(from: worker.origin)
        worker.times.stamp(.data)
        let tethered = TetheredPotential(base: worker.potential, centres: worker.origin, precision: 1 / (deviation * deviation))
        let noise = ChainNoise(seed: seed, motion: .langevin, decisions: .acceptance, step: step, index: shard.index)
        let info = kernel.run(worker.chains, steps: steps, noise: noise, in: tethered)
        shard.negatives.copy(from: positions)
        shard.report.add(info, from: worker.origin, to: shard.negatives, box: box)
        worker.times.stamp(.sampling)
    }

    package func addGradient(_ shard: ShardState, worker: ShardWorker, step: Int) {
        data.fill(worker.data, step: step, shard: shard.index)
        worker.times.stamp(.data)
        let scale = 1 / Float(rowsPerStep)
        shard.report.dataEnergy = worker.addGradient(of: worker.data) { _ in scale }
        shard.report.sampleEnergy = worker.addGradient(of: shard.negatives) { _ in -scale }
        worker.times.stamp(.gradients)
    }
}

import Datasets
import Model
import Numerics
import Sampling

/// Variational MCMC teaching: a variational autoencoder draws the starts of the chains and learns from where they end.
///
/// A step: x0 = g(z), z ~ N(0, I); K steps of a sampler of E lead from x0 to x~; the energy's gradient is mean ∇θE(x+) - mean ∇θE(x~), and the
/// autoencoder's that of mean |g(z') - x~|² + w KL(q(z|x~) ‖ N(0, I)), z' = μ(x~) + σ(x~) ξ, with x~ held fixed. The autoencoder never sees data.
/// The encoder's outputs are the means, then the log variances.
///
/// Source: J. Xie, Z. Zheng, P. Li, Learning Energy-Based Model with Variational Auto-Encoder as Amortized Sampler, AAAI 2021, arXiv:2012.14936.
package struct VariationalTeaching<Kernel: TransitionKernel>: Objective {
    let seed: UInt64
    let kernel: Kernel
    let steps: Int
    let box: ClosedRange<Float>?
    /// w
    let divergenceWeight: Float
    let rowsPerStep: Int
    let data: DataStream
    /// What the networks are told about each data row; its negative is told the same.
    let condition: RowCondition?

    package init(
        seed: UInt64, kernel: Kernel, steps: Int, box: ClosedRange<Float>?, divergenceWeight: Float, rowsPerStep: Int, data: DataStream,
        condition: RowCondition?
    ) {
        self.seed = seed
        self.kernel = kernel
        self.steps = steps
        self.box = box
        self.divergenceWeight = divergenceWeight
        self.rowsPerStep = rowsPerStep
        self.data = data
        self.condition = condition
    }

    package var profile: ObjectiveProfile {
        var profile = ObjectiveProfile()
        profile.chainScratch = kernel.scratchTiles
        profile.hasChains = true
        profile.usesSampler = steps > 0
        profile.hasAcceptStep = steps > 0 && kernel.hasAcceptStep
        (profile.hasDecoder, profile.hasEncoder) = (true, true)
        profile.evaluations = kernel.energyEvaluations(steps: steps) + 2
        return profile
    }

    package func sampleNegatives(_ shard: ShardState, worker: ShardWorker, step: Int) {
        shard.report = ShardReport()
        guard let generator = worker.generator else { preconditionFailure("teaching needs a generator") }
        if condition != nil { worker.fillData(data, told: condition, seed: seed, step: step, shard: shard.index) }
        worker.times.stamp(.data)
        RandomStream(seed: seed, purpose: .latentStart, step: step, index: shard.index).fillNormals(worker.latents)
        worker.chains.positions.copy(from: generator.outputs(of: worker.latents))
        condition?.paste(worker.told, into: worker.chains.positions)
        worker.origin.copy(from: worker.chains.positions)
        if steps > 0 {
            let factor = worker.stepSizeFactor
            let noise = ChainNoise(seed: seed, motion: .langevin, decisions: .acceptance, step: step, index: shard.index)
            let scaled = factor == 1 ? kernel : kernel.scaled(by: factor)
            let info =
                condition.map {
                    let given = ConditionedPotential(base: worker.potential, condition: $0, told: worker.told)
                    return scaled.run(worker.chains, steps: steps, noise: noise, in: given)
                } ?? scaled.run(worker.chains, steps: steps, noise: noise, in: worker.potential)
            shard.report.add(info, from: worker.origin, to: worker.chains.positions, box: box)
        }
        shard.negatives.copy(from: worker.chains.positions)
        condition?.paste(worker.told, into: shard.negatives)
        worker.times.stamp(.sampling)
    }

    package func addGradient(_ shard: ShardState, worker: ShardWorker, step: Int) {
        worker.fillData(data, told: condition, seed: seed, step: step, shard: shard.index)
        worker.times.stamp(.data)
        let scale = 1 / Float(rowsPerStep)
        shard.report.dataEnergy = worker.addGradient(of: worker.data) { _ in scale }
        shard.report.sampleEnergy = worker.addGradient(of: shard.negatives) { _ in -scale }
        shard.report.squaredSampleEnergy = worker.energies.squaredNorm
        let noise = RandomStream(seed: seed, purpose: .latentPosterior, step: step, index: shard.index)
        let lossParts = Autoencoder(worker).addGradient(of: shard.negatives, divergenceWeight: divergenceWeight, scale: scale, noise: noise)
        (shard.report.reconstruction, shard.report.latentDivergence) = lossParts
        worker.times.stamp(.gradients)
    }
}

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
    let sampler: StepSampler<Kernel>
    /// w
    let divergenceWeight: Float
    let rowsPerStep: Int
    let data: DataStream
    /// What the networks are told about each data row; its negative is told the same.
    let condition: RowCondition?

    package init(_ sampler: StepSampler<Kernel>, divergenceWeight: Float, rowsPerStep: Int, data: DataStream, condition: RowCondition?) {
        (self.sampler, self.divergenceWeight, self.rowsPerStep) = (sampler, divergenceWeight, rowsPerStep)
        (self.data, self.condition) = (data, condition)
    }

    private var hasChains: Bool { sampler.steps > 0 }

    package var profile: ObjectiveProfile {
        var profile = ObjectiveProfile()
        profile.model = .variationalTeaching
        profile.samples = .negatives
        profile.measures =
            Measure.energies + [.reconstruction, .latentDivergence] + (hasChains ? sampler.measures(profile.samples) : [.energySpread])
        profile.counts = Tally.ofChains
        profile.usesSampler = hasChains
        profile.evaluations = sampler.evaluations + 2
        return profile
    }

    package struct Scratch {
        package let tiles: StepSampler<Kernel>.Tiles
        let autoencoder: Autoencoder.Scratch
        let told: Matrix
    }

    package func makeScratch(_ make: TileMaker) -> Scratch {
        Scratch(
            tiles: StepSampler.Tiles(sampler, make), autoencoder: Autoencoder.Scratch(make), told: make.tile(condition?.count ?? 0))
    }

    package func sampleNegatives(_ shard: ShardState, _ scratch: Scratch, _ worker: ShardWorker, step: Int) {
        let (seed, told, chains) = (sampler.seed, scratch.told, scratch.tiles.chains)
        if condition != nil { worker.fillData(data, told: condition, into: told, seed: seed, step: step, shard: shard.index) }
        worker.times.stamp(.data)
        let stream = RandomStream(seed: seed, purpose: .latentStart, step: step, index: shard.index)
        chains.positions.copy(from: Autoencoder(worker, scratch.autoencoder).samples(stream))
        condition?.paste(told, into: chains.positions)
        scratch.tiles.origin.copy(from: chains.positions)
        if hasChains {
            let potential = worker.engine.chainPotential
            let given: any Potential = condition.map { ConditionedPotential(base: potential, condition: $0, told: told) } ?? potential
            let info = sampler.run(chains, shard, worker, step: step, in: given)
            shard.report.add(info, from: scratch.tiles.origin, to: chains.positions, box: sampler.box)
        }
        shard.negatives.copy(from: chains.positions)
        condition?.paste(told, into: shard.negatives)
        worker.times.stamp(.sampling)
    }

    package func addGradient(_ shard: ShardState, _ scratch: Scratch, _ worker: ShardWorker, step: Int) {
        worker.fillData(data, told: condition, into: scratch.told, seed: sampler.seed, step: step, shard: shard.index)
        worker.times.stamp(.data)
        let scale = 1 / Float(rowsPerStep)
        shard.report[.dataEnergy] = worker.addGradient(of: worker.data) { _ in scale }
        shard.report[.sampleEnergy] = worker.addGradient(of: shard.negatives) { _ in -scale }
        shard.report[.squaredSampleEnergy] = worker.energies.squaredNorm
        let noise = RandomStream(seed: sampler.seed, purpose: .latentPosterior, step: step, index: shard.index)
        (shard.report[.reconstruction], shard.report[.latentDivergence]) = Autoencoder(worker, scratch.autoencoder).addGradient(
            of: shard.negatives, divergenceWeight: divergenceWeight, scale: scale, noise: noise)
        worker.times.stamp(.gradients)
    }
}

extension ModelDeclaration {
    /// An energy of rows whose chains start at the samples of an autoencoder.
    package static let variationalTeaching = ModelDeclaration(
        networks: [.generator, .encoder], energy: .ofRows, drawsFromGenerator: true)
}

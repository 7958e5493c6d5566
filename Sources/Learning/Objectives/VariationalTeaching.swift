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
    /// Negatives have the condition of their data row.
    let data: LearnedRows

    package init(_ sampler: StepSampler<Kernel>, divergenceWeight: Float, rowsPerStep: Int, data: LearnedRows) {
        (self.sampler, self.divergenceWeight, self.rowsPerStep, self.data) = (sampler, divergenceWeight, rowsPerStep, data)
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
    }

    package func makeScratch(_ make: TileMaker) -> Scratch {
        Scratch(tiles: StepSampler.Tiles(sampler, make), autoencoder: Autoencoder.Scratch(make))
    }

    package func sampleNegatives(_ shard: ShardState, _ scratch: Scratch, _ worker: ShardWorker, step: Int) {
        let (seed, chains) = (sampler.seed, scratch.tiles.chains)
        if data.condition != nil { data.fill(worker, step: step, shard: shard.index) }
        let given = data.condition.map { TileCondition($0, worker.condition) }
        worker.times.stamp(.data)
        let stream = RandomStream(seed: seed, purpose: .latentStart, step: step, index: shard.index)
        chains.positions.copy(from: Autoencoder(worker, scratch.autoencoder).samples(stream))
        given?.paste(into: chains.positions)
        scratch.tiles.origin.copy(from: chains.positions)
        if hasChains {
            let potential = worker.engine.chainPotential
            let held: any Potential = given.map { ConditionedPotential(base: potential, condition: $0) } ?? potential
            let info = sampler.run(chains, shard, worker, step: step, in: held)
            shard.report.add(info, from: scratch.tiles.origin, to: chains.positions, box: sampler.box)
        }
        shard.negatives.copy(from: chains.positions)
        given?.paste(into: shard.negatives)
        worker.times.stamp(.sampling)
    }

    package func addGradient(_ shard: ShardState, _ scratch: Scratch, _ worker: ShardWorker, step: Int) {
        data.fill(worker, step: step, shard: shard.index)
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

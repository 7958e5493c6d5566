import Datasets
import Model
import Numerics
import Sampling

/// A variational decoder whose latent vectors have an energy-based prior: p(z) ∝ exp(-U(z)), U(z) = E(z) + |z|²/2, x = g(z) + N(0, σ² I).
///
/// A step: posterior chains, from N(0, I) or where the row's own chain ended an epoch ago, give a latent vector z+ for every data row; the decoder's gradient is that of mean |g(z+) - x|²; the prior learns
/// the z+ as if they were data, by energy discrepancy (no chains of the prior) or by contrastive divergence with short chains from N(0, I).
///
/// Source: T. Schröder et al., arXiv:2307.06431, section 4.3 (discrepancy); B. Pang et al., arXiv:2006.08205 (chains).
package struct LatentPrior<Kernel: TransitionKernel>: Objective {
    /// How the prior learns.
    package enum Estimator: Sendable {
        case discrepancy(EnergyDiscrepancy)
        case chains(StepSampler<Kernel>)
    }

    let seed: UInt64
    let posterior: LatentPosterior
    let estimator: Estimator
    let rowsPerStep: Int
    let data: DataStream
    /// Whether the chain of each row goes on where it ended: the rows are then dealt to the shards for good.
    let keepsChains: Bool

    package init(seed: UInt64, posterior: LatentPosterior, estimator: Estimator, rowsPerStep: Int, data: DataStream, keepsChains: Bool) {
        (self.seed, self.posterior, self.estimator, self.rowsPerStep) = (seed, posterior, estimator, rowsPerStep)
        (self.data, self.keepsChains) = (keepsChains ? data.dealt() : data, keepsChains)
    }

    package var profile: ObjectiveProfile {
        var profile = ObjectiveProfile()
        profile.model = .latentPrior
        let start = Double(posterior.steps)
        switch estimator {
        case .discrepancy(let discrepancy):
            profile.engine = discrepancy.profile.engine
            profile.measures = discrepancy.profile.measures + [.reconstruction]
            profile.evaluations = start + discrepancy.profile.evaluations
        case .chains(let sampler):
            profile.measures = Measure.energies + [.reconstruction]
            profile.usesSampler = true
            profile.evaluations = start + sampler.evaluations + 2
        }
        return profile
    }

    package final class State: ShardState, @unchecked Sendable {
        /// Latent vectors of the step's data rows, and where needed of the prior: chains x latent values.
        package let posterior: Matrix
        let prior: Matrix
        /// The posterior chains of the shard's own data rows, rows x latent values; nil where they are not kept.
        package let chains: Matrix?

        init(_ shard: Int, _ prior: LatentPrior, _ make: TileMaker) {
            (posterior, self.prior) = (make.tile(make.latents), make.tile(make.latents))
            let rows = prior.keepsChains ? DataStream.mostOwnRows(prior.data.source.dataset?.count ?? 0, shards: prior.data.shards) : 0
            let chains = prior.keepsChains ? make.tile(make.latents, rows: rows) : nil
            self.chains = chains
            super.init(shard, prior.profile.samples, make)
            if let chains { keep(StateSlot("posterior", chains, count: rows, .values([make.latents]))) }
        }
    }

    package struct Scratch {
        let posterior: LatentPosterior.Scratch
        /// Of the estimator, where it has its own.
        let discrepancy: EnergyDiscrepancy.Scratch?
    }

    package func makeState(_ shard: Int, _ make: TileMaker) -> State { State(shard, self, make) }

    package func makeScratch(_ make: TileMaker) -> Scratch {
        // One tile serves the chains of the posterior and those of the prior.
        let (discrepancy, scratch): (EnergyDiscrepancy.Scratch?, Int) =
            switch estimator {
            case .discrepancy(let discrepancy): (discrepancy.makeScratch(make), 0)
            case .chains(let sampler): (nil, sampler.kernel.scratchTiles)
            }
        return Scratch(
            posterior: LatentPosterior.Scratch(
                chains: make.chains(scratch: scratch), residual: make.tile(make.dimension), latentGradient: make.tile(make.latents)),
            discrepancy: discrepancy)
    }

    package func populate(_ shard: State, _ scratch: Scratch, _ worker: ShardWorker) {
        if let kept = shard.chains { stream(.latentStart, 0, shard).fillNormals(kept) }
    }

    package func sampleNegatives(_ shard: State, _ scratch: Scratch, _ worker: ShardWorker, step: Int) {
        let chains = scratch.posterior.chains
        data.fill(worker.data, step: step, shard: shard.index)
        worker.times.stamp(.data)
        drawKept(shard, into: chains.positions, step)
        posterior.run(
            worker.data, prior: worker.engine.chainPotential, generator: required(worker.engine.chainGenerator),
            start: keepsChains ? nil : .latentStart,
            numbers: ChainRun.Numbers(seed: seed, motion: .latentLangevin, decisions: .acceptance), step: step, index: shard.index,
            scratch.posterior)
        shard.posterior.copy(from: chains.positions)
        storeKept(shard, step)
        if case .chains(let sampler) = estimator {
            stream(.chainStart, step, shard).fillNormals(chains.positions)
            sampler.run(chains, shard, worker, step: step, in: worker.engine.chainPotential)
            shard.prior.copy(from: chains.positions)
        }
        worker.times.stamp(.sampling)
    }

    package func addGradient(_ shard: State, _ scratch: Scratch, _ worker: ShardWorker, step: Int) {
        data.fill(worker.data, step: step, shard: shard.index)
        worker.times.stamp(.data)
        let scale = 1 / Float(rowsPerStep)
        if case .discrepancy(let discrepancy) = estimator, let own = scratch.discrepancy {
            discrepancy.addGradient(of: shard.posterior, shard, own, worker, step: step)
        } else {
            shard.report[.dataEnergy] = worker.addGradient(of: shard.posterior) { _ in scale }
            shard.report[.sampleEnergy] = worker.addGradient(of: shard.prior) { _ in -scale }
        }
        shard.report[.reconstruction] = addDecoderGradient(shard, scratch.posterior.residual, worker, scale)
        worker.times.stamp(.gradients)
    }

    private func required(_ generator: NetworkPass?) -> NetworkPass {
        guard let generator else { preconditionFailure("a latent prior needs a generator") }
        return generator
    }

    /// - Returns: Σ |g(z+) - x|²
    private func addDecoderGradient(_ shard: State, _ residual: Matrix, _ worker: ShardWorker, _ scale: Float) -> Double {
        let generator = required(worker.engine.generator)
        residual.combine(generator.outputs(of: shard.posterior, keepingSlopes: true), worker.data) { $0 - $1 }
        let sum = residual.squaredNorm
        residual.combine(residual, residual) { r, _ in 2 * scale * r }
        generator.pullBack(shard.posterior, outputGradient: residual)
        return sum
    }

    /// The chains of the step's rows, where they are kept.
    private func drawKept(_ shard: State, into positions: Matrix, _ step: Int) {
        guard let kept = shard.chains else { return }
        for (row, place) in data.ownPlaces(step: step, shard: shard.index).enumerated() {
            positions.rows(row..<row + 1).copy(from: kept.rows(place..<place + 1))
        }
    }

    /// A chain that is not finite begins anew: the guard may leave this step's update out, and would leave out all that follow if it went on.
    private func storeKept(_ shard: State, _ step: Int) {
        guard let kept = shard.chains else { return }
        let isFinite = shard.posterior.isFinite
        if !isFinite { stream(.latentStart, step, shard).fillNormals(shard.prior) }
        for (row, place) in data.ownPlaces(step: step, shard: shard.index).enumerated() {
            let end = shard.posterior.rows(row..<row + 1)
            kept.rows(place..<place + 1).copy(from: isFinite || end.isFinite ? end : shard.prior.rows(row..<row + 1))
        }
    }

    private func stream(_ purpose: RandomPurpose, _ step: Int, _ shard: ShardState) -> RandomStream {
        RandomStream(seed: seed, purpose: purpose, step: step, index: shard.index)
    }
}

extension ModelDeclaration {
    /// An energy of latent vectors and the decoder that makes rows of them.
    package static let latentPrior = ModelDeclaration(networks: [.generator], energy: .ofLatents)
}

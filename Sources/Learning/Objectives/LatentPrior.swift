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
        case chains(Kernel, steps: Int)
    }

    let seed: UInt64
    let posterior: LatentPosterior
    let estimator: Estimator
    let rowsPerStep: Int
    let data: DataStream

    package init(seed: UInt64, posterior: LatentPosterior, estimator: Estimator, rowsPerStep: Int, data: DataStream) {
        self.seed = seed
        self.posterior = posterior
        self.estimator = estimator
        self.rowsPerStep = rowsPerStep
        self.data = data
    }

    package var profile: ObjectiveProfile {
        var profile = ObjectiveProfile()
        profile.hasDecoder = true
        let start = Double(posterior.steps)
        switch estimator {
        case .discrepancy(let discrepancy):
            profile.passTiles = discrepancy.profile.passTiles
            profile.hasLoss = true
            profile.evaluations = start + discrepancy.profile.evaluations
        case .chains(let kernel, let steps):
            profile.chainScratch = kernel.scratchTiles
            profile.usesSampler = true
            profile.evaluations = start + kernel.energyEvaluations(steps: steps) + 2
        }
        return profile
    }

    package func populate(_ shard: ShardState, worker: ShardWorker) {
        if let kept = shard.latentChains { stream(.latentStart, 0, shard).fillNormals(kept) }
    }

    package func sampleNegatives(_ shard: ShardState, worker: ShardWorker, step: Int) {
        shard.report = ShardReport()
        guard let generator = worker.generator else { preconditionFailure("a latent prior needs a generator") }
        data.fill(worker.data, step: step, shard: shard.index)
        worker.times.stamp(.data)
        drawKept(shard, worker, step)
        posterior.run(
            worker.data, prior: worker.potential, generator: generator,
            start: shard.latentChains == nil ? stream(.latentStart, step, shard) : nil,
            noise: ChainNoise(seed: seed, motion: .latentLangevin, decisions: .acceptance, step: step, index: shard.index),
            LatentPosterior.Scratch(chains: worker.chains, residual: worker.residual, latentGradient: worker.latentGradient))
        shard.posterior.copy(from: worker.chains.positions)
        storeKept(shard, step)
        if case .chains(let kernel, let steps) = estimator {
            stream(.chainStart, step, shard).fillNormals(worker.chains.positions)
            let noise = ChainNoise(seed: seed, motion: .langevin, decisions: .acceptance, step: step, index: shard.index)
            kernel.run(worker.chains, steps: steps, noise: noise, in: worker.potential)
            shard.prior.copy(from: worker.chains.positions)
        }
        worker.times.stamp(.sampling)
    }

    package func addGradient(_ shard: ShardState, worker: ShardWorker, step: Int) {
        data.fill(worker.data, step: step, shard: shard.index)
        worker.times.stamp(.data)
        let scale = 1 / Float(rowsPerStep)
        switch estimator {
        case .discrepancy(let discrepancy): discrepancy.addGradient(of: shard.posterior, shard, worker: worker, step: step)
        case .chains:
            shard.report.dataEnergy = worker.addGradient(of: shard.posterior) { _ in scale }
            shard.report.sampleEnergy = worker.addGradient(of: shard.prior) { _ in -scale }
        }
        shard.report.reconstruction = addDecoderGradient(shard, worker, scale)
        worker.times.stamp(.gradients)
    }

    /// - Returns: Σ |g(z+) - x|²
    private func addDecoderGradient(_ shard: ShardState, _ worker: ShardWorker, _ scale: Float) -> Double {
        guard let generator = worker.generator else { return 0 }
        let residual = worker.residual
        residual.combine(generator.outputs(of: shard.posterior, keepingSlopes: true), worker.data) { $0 - $1 }
        let sum = residual.squaredNorm
        residual.combine(residual, residual) { r, _ in 2 * scale * r }
        generator.pullBack(shard.posterior, outputGradient: residual)
        return sum
    }

    /// The chains of the step's rows, where they are kept.
    private func drawKept(_ shard: ShardState, _ worker: ShardWorker, _ step: Int) {
        guard let kept = shard.latentChains else { return }
        for (row, place) in data.ownPlaces(step: step, shard: shard.index).enumerated() {
            worker.chains.positions.rows(row..<row + 1).copy(from: kept.rows(place..<place + 1))
        }
    }

    /// A chain that is not finite begins anew: the guard may leave this step's update out, and would leave out all that follow if it went on.
    private func storeKept(_ shard: ShardState, _ step: Int) {
        guard let kept = shard.latentChains else { return }
        let isFinite = shard.posterior.values.isFinite
        if !isFinite { stream(.latentStart, step, shard).fillNormals(shard.prior) }
        for (row, place) in data.ownPlaces(step: step, shard: shard.index).enumerated() {
            let end = shard.posterior.rows(row..<row + 1)
            kept.rows(place..<place + 1).copy(from: isFinite || end.values.isFinite ? end : shard.prior.rows(row..<row + 1))
        }
    }

    private func stream(_ purpose: RandomPurpose, _ step: Int, _ shard: ShardState) -> RandomStream {
        RandomStream(seed: seed, purpose: purpose, step: step, index: shard.index)
    }
}

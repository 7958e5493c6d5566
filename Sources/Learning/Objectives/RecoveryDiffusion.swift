import Datasets
import Model
import Numerics
import Sampling

/// Diffusion contrastive divergence by recovery: negatives are the states from which a noised row may have come.
///
/// x_T = x0 + σ ξ; K steps of a sampler on E(x') + |x' - x_T|²/(2σ²), from x_T; gradient: mean ∇θE(x0) - mean ∇θE(x'). The tether makes the
/// target nearly log-concave for small σ, so that short chains suffice. Cost: K + 2 passes a data row.
///
/// With a replay buffer the shard keeps pairs (x', x_T): a drawn pair goes on for K steps with its own x_T, or begins anew at a fresh noised row with
/// the restart probability, which does not look at the pair. The x_T of the buffer are then always draws of the noised data, and x' comes as near to
/// q(x' | x_T) as the chain has been long: the mean of the negatives has its limit for any K, while the data rows of the loss are fresh.
///
/// On a noise ladder data row and noised row may share their noise: x0 = x + s ξ and x_T = x + √(s² + σ²) ξ in place of x0 + σ ξ', x a row of data. Each has
/// the law that it had, on which alone the gradient depends in the mean, and they lie nearer to one another.
///
/// There a network may also propose where chains start (`StartProposal`), while their tether stays at x_T; it learns from where they end.
///
/// Source: R. Gao, Y. Song, B. Poole, Y. Wu, D. Kingma, arXiv:2012.08125 (recovery likelihood); W. Luo et al., arXiv:2307.01668; the shared noise and the
/// proposed starts: Y. Zhu, J. Xie, Y. Wu, R. Gao, arXiv:2309.05153.
package struct RecoveryDiffusion<Kernel: TransitionKernel>: Objective {
    let sampler: StepSampler<Kernel>
    /// σ
    let deviation: Float
    let rowsPerStep: Int
    /// Of x0; of x where the noise is shared.
    let data: LearnedRows
    /// s; nil where x_T has noise of its own.
    let sharedDeviation: Float?
    /// How the network that proposes where chains start is scaled; nil where they start at x_T.
    let proposal: ProposalScaling?
    /// The pairs, which begin at noised rows of a stream apart from `data`; nil where every chain lasts for one step.
    let pairs: PersistentChains?

    package init(
        _ sampler: StepSampler<Kernel>, deviation: Float, rowsPerStep: Int, data: LearnedRows, sharedDeviation: Float? = nil,
        proposal: ProposalScaling? = nil, pairs: PersistentChains?
    ) {
        precondition(proposal == nil || pairs == nil, "chains that go on start where they are")
        (self.sampler, self.deviation, self.rowsPerStep) = (sampler, deviation, rowsPerStep)
        (self.data, self.sharedDeviation, self.proposal, self.pairs) = (data, sharedDeviation, proposal, pairs)
    }

    package var profile: ObjectiveProfile {
        var profile = ObjectiveProfile()
        if let pairs { profile.samples = .stored(pairs.storage) }
        profile.measures = Measure.energies + (proposal == nil ? [] : [.proposalLoss]) + sampler.measures(profile.samples)
        profile.counts = Tally.ofChains
        profile.usesSampler = true
        profile.evaluations = sampler.evaluations + 2
        return profile
    }

    package struct Scratch {
        let tiles: StepSampler<Kernel>.Tiles
        /// x_T of each chain: where it started, unless it goes on or its start is proposed.
        let centres: Matrix
        /// What the network of proposals gets, and its scratch; without columns where there is none.
        let input: Matrix
        let means: Matrix
    }

    package func makeScratch(_ make: TileMaker) -> Scratch {
        let tiles = StepSampler.Tiles(sampler, make)
        let width = proposal == nil ? 0 : make.dimension
        return Scratch(
            tiles: tiles, centres: pairs == nil && proposal == nil ? tiles.origin : make.tile(make.dimension), input: make.tile(width),
            means: make.tile(width))
    }

    private func tiles(_ scratch: Scratch, _ worker: ShardWorker) -> PersistentChains.Tiles {
        PersistentChains.Tiles(
            chains: scratch.tiles.chains, centres: scratch.centres, fresh: scratch.tiles.origin, scratch: worker.data,
            conditions: worker.condition)
    }

    package func populate(_ shard: ShardState, _ scratch: Scratch, _ worker: ShardWorker) {
        pairs?.populate(shard, tiles(scratch, worker))
    }

    package func sampleNegatives(_ shard: ShardState, _ scratch: Scratch, _ worker: ShardWorker, step: Int) {
        let (positions, origin) = (scratch.tiles.chains.positions, scratch.tiles.origin)
        var ages: [Int32] = []
        if let pairs {
            ages = pairs.draw(shard, tiles(scratch, worker), step: step)
            pairs.tell(shard, worker, worker.condition)
            origin.copy(from: positions)
        } else {
            data.fill(worker, step: step, shard: shard.index)
            fillNoised(scratch.centres, shard, worker, step)
            if let proposal = start(scratch, worker) {
                proposal.fill(origin, from: scratch.centres, startNoise(shard, step), scratch: scratch.means)
            }
            positions.copy(from: origin)
        }
        worker.times.stamp(.data)
        let info = run(shard, scratch, worker, step: step, in: worker.engine.chainPotential)
        shard.negatives.copy(from: positions)
        shard.report.add(info, from: origin, to: shard.negatives, box: sampler.box)
        pairs?.store(
            shard, tiles(scratch, worker), ages: ages, steps: sampler.steps, hasAcceptStep: sampler.kernel.hasAcceptStep, step: step)
        worker.times.stamp(.sampling)
    }

    private func noise(_ shard: ShardState, _ step: Int) -> RandomStream {
        RandomStream(seed: sampler.seed, purpose: .diffusionNoise, step: step, index: shard.index)
    }

    private func startNoise(_ shard: ShardState, _ step: Int) -> RandomStream {
        RandomStream(seed: sampler.seed, purpose: .startProposal, step: step, index: shard.index)
    }

    /// x_T of the worker's rows, rows x dimension.
    private func fillNoised(_ rows: Matrix, _ shard: ShardState, _ worker: ShardWorker, _ step: Int) {
        let whole = sharedDeviation.map { ($0 * $0 + deviation * deviation).squareRoot() } ?? deviation
        noise(shard, step).fillNormals(rows)
        rows.combine(worker.data, rows) { $0 + whole * $1 }
    }

    /// What proposes starts; nil where they are not proposed.
    private func start(_ scratch: Scratch, _ worker: ShardWorker) -> StartProposal? {
        proposal.map { scaling in
            guard let pass = worker.engine.proposal else { preconditionFailure("proposed starts need a network that proposes them") }
            return StartProposal(pass, scaling, input: scratch.input)
        }
    }

    private func run(_ shard: ShardState, _ scratch: Scratch, _ worker: ShardWorker, step: Int, in potential: some Potential) -> RunInfo {
        let tethered = TetheredPotential(base: potential, centres: scratch.centres, precision: 1 / (deviation * deviation))
        return sampler.run(scratch.tiles.chains, shard, worker, step: step, in: tethered)
    }

    package func addGradient(_ shard: ShardState, _ scratch: Scratch, _ worker: ShardWorker, step: Int) {
        data.fill(worker, step: step, shard: shard.index)
        if let proposal = start(scratch, worker) { shard.report[.proposalLoss] = addGradient(of: proposal, shard, scratch, worker, step) }
        if let sharedDeviation {
            let own = scratch.tiles.origin
            noise(shard, step).fillNormals(own)
            worker.data.combine(worker.data, own) { $0 + sharedDeviation * $1 }
        }
        worker.times.stamp(.data)
        let scale = 1 / Float(rowsPerStep)
        shard.report[.dataEnergy] = worker.addGradient(of: worker.data) { _ in scale }
        pairs?.tell(shard, worker, worker.condition)
        shard.report[.sampleEnergy] = worker.addGradient(of: shard.negatives) { _ in -scale }
        shard.report[.squaredSampleEnergy] = worker.energies.squaredNorm
        worker.times.stamp(.gradients)
    }

    /// - Returns: as `StartProposal.addGradient`.
    private func addGradient(
        of proposal: StartProposal, _ shard: ShardState, _ scratch: Scratch, _ worker: ShardWorker, _ step: Int
    ) -> Double {
        fillNoised(scratch.centres, shard, worker, step)
        return proposal.addGradient(
            of: scratch.centres, ends: shard.negatives, startNoise(shard, step), weight: 1 / Float(rowsPerStep), residual: scratch.means,
            scratch: scratch.tiles.origin)
    }
}

import Datasets
import Model
import Numerics
import Sampling

/// Maximum likelihood with negatives from Markov chains: contrastive divergence, its persistent and its short-run form.
///
/// Gradient: mean ∇θE(x+) - mean ∇θE(x-) + α ∇θ mean(E(x+)² + E(x-)²). The three forms differ in where the chains start:
/// - `persistent`: a replay buffer (T. Tieleman, doi:10.1145/1390156.1390290; Y. Du, I. Mordatch, arXiv:1903.08689),
/// - `data`: the data rows of the step (G. Hinton, doi:10.1162/089976602760128018),
/// - `noise`: fresh noise (E. Nijkamp et al., arXiv:1904.09770).
package struct ContrastiveDivergence<Kernel: TransitionKernel>: Objective {
    /// Where the chains of a step start.
    package enum Start: Sendable {
        /// Where they ended.
        case persistent(PersistentChains)
        case data
        case noise(StartNoise)
    }

    let sampler: StepSampler<Kernel>
    let start: Start
    /// α
    let energyRegularization: Float
    /// Data rows and negatives of a step over all shards: the n of the two means.
    let rowsPerStep: Int
    let negativesPerStep: Int
    /// What the samples' own dependence on the parameters adds; nil: it is neglected.
    let lastStep: LastStepTerms?
    /// The positives.
    let data: LearnedRows

    package init(
        _ sampler: StepSampler<Kernel>, from start: Start, energyRegularization: Float = 0, rowsPerStep: Int, negativesPerStep: Int,
        lastStep: LastStepTerms? = nil, data: LearnedRows
    ) {
        (self.sampler, self.start, self.data) = (sampler, start, data)
        (self.energyRegularization, self.lastStep) = (energyRegularization, lastStep)
        (self.rowsPerStep, self.negativesPerStep) = (rowsPerStep, negativesPerStep)
    }

    package var profile: ObjectiveProfile {
        var profile = ObjectiveProfile()
        profile.samples = if case .persistent(let chains) = start { .stored(chains.storage) } else { .negatives }
        profile.measures = Measure.energies + sampler.measures(profile.samples)
        profile.counts = Tally.ofChains
        profile.engine = EngineNeeds(lineOrder: lastStep == nil ? 0 : 1)
        profile.usesSampler = true
        profile.evaluations = sampler.evaluations + 2 + (lastStep?.evaluations ?? 0)
        return profile
    }

    /// The temperatures of the chains; nil: all have the sampler's.
    private var ladder: TemperatureLadder? { if case .persistent(let chains) = start { chains.storage.ladder } else { nil } }

    /// What a shard keeps from its chains to its gradient.
    package class State: ShardState, @unchecked Sendable {
        /// The positions of the chains before the last step of the sampler; nil where nobody looks at this step.
        package final let beforeLastStep: Matrix?

        init(_ shard: Int, _ profile: ObjectiveProfile, looksAtLastStep: Bool, _ make: TileMaker) {
            beforeLastStep = looksAtLastStep ? make.tile(make.dimension) : nil
            super.init(shard, profile.samples, make)
        }
    }

    package struct Scratch {
        let tiles: StepSampler<Kernel>.Tiles
        /// 1/T of each chain; empty where all have the sampler's temperature.
        let inverseTemperatures: Matrix

        fileprivate func chains(_ worker: ShardWorker) -> PersistentChains.Tiles {
            PersistentChains.Tiles(
                chains: tiles.chains, centres: nil, fresh: tiles.origin, scratch: worker.data, conditions: worker.condition)
        }
    }

    package func makeState(_ shard: Int, _ make: TileMaker) -> State {
        State(shard, profile, looksAtLastStep: lastStep != nil, make)
    }

    package func makeScratch(_ make: TileMaker) -> Scratch {
        Scratch(tiles: StepSampler.Tiles(sampler, make), inverseTemperatures: make.tile(1, rows: ladder == nil ? 0 : make.rows))
    }

    // MARK: chains

    package func populate(_ shard: State, _ scratch: Scratch, _ worker: ShardWorker) {
        if case .persistent(let chains) = start { chains.populate(shard, scratch.chains(worker)) }
    }

    package func sampleNegatives(_ shard: State, _ scratch: Scratch, _ worker: ShardWorker, step: Int) {
        let positions = scratch.tiles.chains.positions
        var ages: [Int32] = []
        switch start {
        case .persistent(let chains):
            ages = chains.draw(shard, scratch.chains(worker), step: step)
            chains.tell(shard, worker, worker.condition)
        case .data: data.fill(positions, worker, step: step, shard: shard.index)
        case .noise(let noise):
            if data.condition != nil { data.fill(worker, step: step, shard: shard.index) }
            noise.fill(positions, seed: sampler.seed, purpose: .chainStart, step: step, shard: shard.index)
        }
        scratch.tiles.origin.copy(from: positions)
        worker.times.stamp(.data)

        let info = run(shard, scratch, worker, step: step, in: worker.engine.chainPotential)
        shard.negatives.copy(from: positions)
        shard.report.add(info, from: scratch.tiles.origin, to: shard.negatives, box: sampler.box, where: shard.isNegative)
        if case .persistent(let chains) = start {
            chains.store(
                shard, scratch.chains(worker), ages: ages, steps: sampler.steps, hasAcceptStep: sampler.kernel.hasAcceptStep, step: step)
        }
        worker.times.stamp(.sampling)
    }

    /// The sampler's steps, each chain at its temperature.
    private func run(_ shard: State, _ scratch: Scratch, _ worker: ShardWorker, step: Int, in potential: some Potential) -> RunInfo {
        let chains = scratch.tiles.chains
        guard let ladder else { return sampler.run(chains, shard, worker, step: step, in: potential, beforeLast: shard.beforeLastStep) }
        for (row, level) in shard.levels.enumerated() { scratch.inverseTemperatures[row, 0] = ladder.inverse(level) }
        let tempered = TemperedPotential(potential, inverseTemperatures: scratch.inverseTemperatures)
        var info = sampler.run(chains, shard, worker, step: step, in: tempered)
        info.squaredGradient = squaredGradient(ofNegatives: shard, chains.gradient)
        return info
    }

    /// Σ |∇E|² over the coldest chains, from the last gradient of the tile: the kernel's own sum mixes the temperatures.
    private func squaredGradient(ofNegatives shard: ShardState, _ gradient: Matrix) -> Double {
        var sum = 0.0
        for row in 0..<gradient.rows where shard.isNegative(row) {
            for column in 0..<gradient.columns { sum += Double(gradient[row, column]) * Double(gradient[row, column]) }
        }
        return sum
    }

    // MARK: gradient

    package func addGradient(_ shard: State, _ scratch: Scratch, _ worker: ShardWorker, step: Int) {
        data.fill(worker, step: step, shard: shard.index)
        worker.times.stamp(.data)
        let alpha = energyRegularization
        let (ofData, ofNegative) = (1 / Float(rowsPerStep), 1 / Float(negativesPerStep))
        shard.report[.dataEnergy] = worker.addGradient(of: worker.data) { ofData * (1 + 2 * alpha * $0) }
        addNegatives(shard, worker) { ofNegative * (-1 + 2 * alpha * $0) }
        if let lastStep, let before = shard.beforeLastStep {
            lastStep.addGradient(of: shard.negatives, from: before, direction: scratch.tiles.chains.gradient, worker)
        }
        worker.times.stamp(.gradients)
    }

    /// The negatives' part of the gradient, and what reports and swaps of temperatures know of their energies. Negatives that do not persist have the
    /// conditions of the data rows.
    func addNegatives(_ shard: State, _ worker: ShardWorker, weight: (Float) -> Float) {
        if case .persistent(let chains) = start { chains.tell(shard, worker, worker.condition) }
        shard.report[.sampleEnergy] = worker.addGradient(of: shard.negatives, where: shard.isNegative, weight: weight)
        let energies = worker.energies
        if ladder != nil { shard.negativeEnergies = energies.values }
        shard.report[.squaredSampleEnergy] = (0..<energies.rows).reduce(0) { sum, row in
            shard.isNegative(row) ? sum + Double(energies[row, 0]) * Double(energies[row, 0]) : sum
        }
    }
}

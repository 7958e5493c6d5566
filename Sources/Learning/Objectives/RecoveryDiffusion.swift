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
    /// The rows from which stored pairs begin, apart from `data`; nil where every chain lasts for one step.
    let starts: DataStream?

    package init(
        seed: UInt64, kernel: Kernel, steps: Int, deviation: Float, box: ClosedRange<Float>?, rowsPerStep: Int, data: DataStream,
        starts: DataStream?
    ) {
        self.seed = seed
        self.kernel = kernel
        self.steps = steps
        self.deviation = deviation
        self.box = box
        self.rowsPerStep = rowsPerStep
        self.data = data
        self.starts = starts
    }

    package var profile: ObjectiveProfile {
        var profile = ObjectiveProfile()
        profile.chainScratch = kernel.scratchTiles
        profile.hasAcceptStep = kernel.hasAcceptStep
        profile.hasChains = starts != nil
        profile.usesSampler = true
        profile.evaluations = kernel.energyEvaluations(steps: steps) + 2
        return profile
    }

    package func populate(_ shard: ShardState, worker: ShardWorker) {
        guard let replay = shard.replay, starts != nil else { return }
        let tile = worker.origin
        for first in stride(from: 0, to: replay.capacity, by: tile.rows) {
            fillNoisedRows(tile, noise: worker.data, shard, number: first / tile.rows)
            for row in 0..<min(tile.rows, replay.capacity - first) { begin(first + row, of: replay, at: tile.rows(row..<row + 1)) }
        }
    }

    package func sampleNegatives(_ shard: ShardState, worker: ShardWorker, step: Int) {
        shard.report = ShardReport()
        let positions = worker.chains.positions
        let centres: Matrix
        var ages: [Int32] = []
        if starts != nil {
            // The data rows of the step come later.
            centres = worker.data
            ages = drawPairs(shard, worker, into: centres, step)
            worker.origin.copy(from: positions)
        } else {
            centres = worker.origin
            data.fill(worker.data, step: step, shard: shard.index)
            RandomStream(seed: seed, purpose: .diffusionNoise, step: step, index: shard.index).fillNormals(centres)
            centres.combine(worker.data, centres) { $0 + deviation * $1 }
            positions.copy(from: centres)
        }
        worker.times.stamp(.data)
        let tethered = TetheredPotential(base: worker.potential, centres: centres, precision: 1 / (deviation * deviation))
        let noise = ChainNoise(seed: seed, motion: .langevin, decisions: .acceptance, step: step, index: shard.index)
        let info = kernel.run(worker.chains, steps: steps, noise: noise, in: tethered)
        shard.negatives.copy(from: positions)
        shard.report.add(info, from: worker.origin, to: shard.negatives, box: box)
        if starts != nil { storePairs(shard, worker, ages, step) }
        worker.times.stamp(.sampling)
    }

    package func addGradient(_ shard: ShardState, worker: ShardWorker, step: Int) {
        data.fill(worker.data, step: step, shard: shard.index)
        worker.times.stamp(.data)
        let scale = 1 / Float(rowsPerStep)
        shard.report.dataEnergy = worker.addGradient(of: worker.data) { _ in scale }
        shard.report.sampleEnergy = worker.addGradient(of: shard.negatives) { _ in -scale }
        shard.report.squaredSampleEnergy = worker.energies.squaredNorm
        worker.times.stamp(.gradients)
    }

    // MARK: stored pairs

    /// Fresh x_T; `noise` is scratch. Tiles of a shard are told apart by their number: first those that fill the buffer, then one for each step.
    private func fillNoisedRows(_ tile: Matrix, noise: Matrix, _ shard: ShardState, number: Int) {
        guard let starts else { preconditionFailure("stored pairs begin at rows of their own") }
        starts.fill(tile, step: number, shard: shard.index)
        RandomStream(seed: seed, purpose: .diffusionNoise, step: number, index: shard.index).fillNormals(noise)
        tile.combine(tile, noise) { $0 + deviation * $1 }
    }

    /// The pairs that begin in a step, one for each row, in `origin`.
    private func fillRestarts(_ worker: ShardWorker, _ shard: ShardState, _ replay: ReplayShard, _ step: Int) {
        let tile = worker.origin
        fillNoisedRows(tile, noise: worker.data, shard, number: (replay.capacity + tile.rows - 1) / tile.rows + step)
    }

    /// A pair whose chain begins at its x_T.
    private func begin(_ slot: Int, of replay: ReplayShard, at noised: Matrix) {
        replay.write(noised, age: 0, slot: slot)
        replay.centre(slot).copy(from: noised)
    }

    /// The pairs of the step: x' into the positions, x_T into the centres. - Returns: their ages.
    private func drawPairs(_ shard: ShardState, _ worker: ShardWorker, into centres: Matrix, _ step: Int) -> [Int32] {
        guard let replay = shard.replay else { preconditionFailure("stored pairs need a replay buffer") }
        let positions = worker.chains.positions
        let slots = replay.draw(
            count: positions.rows, key: RandomStream(seed: seed, purpose: .bufferSelection, step: step, index: shard.index))
        shard.slots = slots
        let chance = RandomStream(seed: seed, purpose: .chainRestart, step: step, index: shard.index)
        let restarts = slots.indices.filter { chance.uniform(at: $0) < replay.options.restartProbability }
        if !restarts.isEmpty { fillRestarts(worker, shard, replay, step) }
        for row in restarts { begin(slots[row], of: replay, at: worker.origin.rows(row..<row + 1)) }
        // Pairs are stored as floats: nothing is dithered.
        let unused = RandomStream(seed: seed, purpose: .bufferDither, step: step, index: shard.index)
        for (row, slot) in slots.enumerated() {
            replay.read(slot, into: positions.rows(row..<row + 1), dither: unused, from: 0)
            centres.rows(row..<row + 1).copy(from: replay.centre(slot))
        }
        shard.report.restarts = Double(restarts.count)
        return slots.map { replay.ages[$0] }
    }

    /// The last positions into the buffer. A chain that cannot go on gives way to a fresh pair: the guard may leave this step's update out, and would
    /// leave out all that follow if the chain went on.
    private func storePairs(_ shard: ShardState, _ worker: ShardWorker, _ ages: [Int32], _ step: Int) {
        guard let replay = shard.replay else { return }
        let broken = worker.brokenChains(shard.negatives, hasAcceptStep: kernel.hasAcceptStep)
        if !broken.isEmpty { fillRestarts(worker, shard, replay, step) }
        shard.report.restarts += Double(broken.count)
        for (row, slot) in shard.slots.enumerated() {
            let (age, overflow) = ages[row].addingReportingOverflow(Int32(steps))
            shard.report.age += Double(overflow ? .max : age)
            replay.write(shard.negatives.rows(row..<row + 1), age: overflow ? .max : age, slot: slot)
        }
        for row in broken { begin(shard.slots[row], of: replay, at: worker.origin.rows(row..<row + 1)) }
    }
}

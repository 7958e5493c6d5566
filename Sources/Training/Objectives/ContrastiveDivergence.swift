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
    let seed: UInt64
    let kernel: Kernel
    let steps: Int
    let start: ChainStart
    let noise: NoiseDistribution
    let box: ClosedRange<Float>?
    /// α
    let energyRegularization: Float
    /// Rows of a step over all shards: the n of the means.
    let rowsPerStep: Int
    /// The positives.
    let data: DataStream
    /// Where chains that start from data begin: a stream of its own, whose first steps fill the buffer.
    let starts: DataStream

    package var profile: ObjectiveProfile {
        var profile = ObjectiveProfile()
        profile.chainScratch = kernel.scratchTiles
        profile.hasChains = true
        profile.hasAcceptStep = kernel.hasAcceptStep
        profile.evaluations = kernel.energyEvaluations(steps: steps) + 2
        return profile
    }

    // MARK: chains

    package func populate(_ shard: ShardState, worker: ShardWorker) {
        guard let replay = shard.replay, case .persistent(let origin) = start else { return }
        let tile = worker.origin
        for first in stride(from: 0, to: replay.capacity, by: tile.rows) {
            let part = first / tile.rows
            switch origin {
            case .noise: noise.fill(tile, stream: stream(.chainStart, part, shard))
            case .data: starts.fill(tile, step: part, shard: shard.index)
            }
            for row in 0..<min(tile.rows, replay.capacity - first) {
                replay.write(tile.rows(row..<row + 1), age: 0, slot: first + row)
            }
        }
    }

    package func sampleNegatives(_ shard: ShardState, worker: ShardWorker, step: Int) {
        shard.report = ShardReport()
        let positions = worker.chains.positions
        var slots: [Int] = []
        var ages: [Int32] = []
        switch start {
        case .persistent(let origin): (slots, ages) = drawChains(shard, worker, origin, step)
        case .data: data.fill(positions, step: step, shard: shard.index)
        case .noise: noise.fill(positions, stream: stream(.chainStart, step, shard))
        }
        worker.origin.copy(from: positions)
        worker.times.stamp(.data)

        let noise = ChainNoise(seed: seed, motion: .langevin, decisions: .acceptance, step: step, index: shard.index)
        let factor = worker.stepSizeFactor
        let info = (factor == 1 ? kernel : kernel.scaled(by: factor)).run(worker.chains, steps: steps, noise: noise, in: worker.potential)
        shard.negatives.copy(from: positions)
        shard.report.add(info, from: worker.origin, to: shard.negatives, box: box)
        if case .persistent(let origin) = start { storeChains(shard, worker, origin, slots: slots, ages: ages, step: step) }
        worker.times.stamp(.sampling)
    }

    /// Chains from the buffer into the tile, some of them started afresh.
    private func drawChains(_ shard: ShardState, _ worker: ShardWorker, _ origin: ChainStart.Origin, _ step: Int) -> ([Int], [Int32]) {
        guard let replay = shard.replay else { preconditionFailure("persistent chains need a replay buffer") }
        let positions = worker.chains.positions
        let slots = replay.draw(count: positions.rows, key: stream(.bufferSelection, step, shard))
        let chance = stream(.chainRestart, step, shard)
        let restarts = slots.indices.filter { chance.uniform(at: $0) < replay.options.restartProbability }
        let dither = stream(.bufferDither, step, shard)
        for (row, slot) in slots.enumerated() {
            replay.read(slot, into: positions.rows(row..<row + 1), dither: dither, from: row * replay.dimension)
        }
        var ages = slots.map { replay.ages[$0] }
        if !restarts.isEmpty {
            fillFreshStates(worker.origin, replay, origin, shard, step)
            for row in restarts {
                positions.rows(row..<row + 1).copy(from: worker.origin.rows(row..<row + 1))
                ages[row] = 0
            }
        }
        shard.report.restarts = Double(restarts.count)
        return (slots, ages)
    }

    /// The last positions into the buffer. A chain that is not finite is started afresh where it came from: the guard may leave this step's
    /// update out, and would leave out all that follow if the chain went on.
    private func storeChains(
        _ shard: ShardState, _ worker: ShardWorker, _ origin: ChainStart.Origin, slots: [Int], ages: [Int32], step: Int
    ) {
        guard let replay = shard.replay else { return }
        let random = stream(.bufferReplacement, step, shard)
        let broken = Set(slots.indices.filter { !shard.negatives.rows($0..<$0 + 1).values.isFinite })
        if !broken.isEmpty { fillFreshStates(worker.origin, replay, origin, shard, step) }
        shard.report.restarts += Double(broken.count)
        for (row, start) in slots.enumerated() {
            if broken.contains(row) {
                replay.write(worker.origin.rows(row..<row + 1), age: 0, slot: start)
                continue
            }
            let (age, overflow) = ages[row].addingReportingOverflow(Int32(steps))
            shard.report.age += Double(overflow ? .max : age)
            guard let slot = replay.slot(afterStartingFrom: start, random: random, draw: row) else { continue }
            replay.write(shard.negatives.rows(row..<row + 1), age: overflow ? .max : age, slot: slot)
        }
    }

    /// The states that chains take which start afresh in a step, one for each row of the tile.
    private func fillFreshStates(_ tile: Matrix, _ replay: ReplayShard, _ origin: ChainStart.Origin, _ shard: ShardState, _ step: Int) {
        switch origin {
        case .noise: noise.fill(tile, stream: stream(.restartState, step, shard))
        case .data:
            // Behind the rows that filled the buffer.
            let filling = (replay.capacity + tile.rows - 1) / tile.rows
            starts.fill(tile, step: filling + step, shard: shard.index)
        }
    }

    // MARK: gradient

    package func addGradient(_ shard: ShardState, worker: ShardWorker, step: Int) {
        data.fill(worker.data, step: step, shard: shard.index)
        worker.times.stamp(.data)
        let (scale, alpha) = (1 / Float(rowsPerStep), energyRegularization)
        shard.report.dataEnergy = worker.addGradient(of: worker.data) { scale * (1 + 2 * alpha * $0) }
        shard.report.sampleEnergy = worker.addGradient(of: shard.negatives) { scale * (-1 + 2 * alpha * $0) }
        worker.times.stamp(.gradients)
    }

    private func stream(_ purpose: RandomPurpose, _ step: Int, _ shard: ShardState) -> RandomStream {
        RandomStream(seed: seed, purpose: purpose, step: step, index: shard.index)
    }
}

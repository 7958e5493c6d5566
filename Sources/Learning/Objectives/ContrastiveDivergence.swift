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
    /// The standard deviation of each shard's centre of the noise.
    let noiseSpread: Float
    let box: ClosedRange<Float>?
    /// α
    let energyRegularization: Float
    /// Data rows and negatives of a step over all shards: the n of the two means.
    let rowsPerStep: Int
    let negativesPerStep: Int
    /// The temperatures of the chains; nil: all have the sampler's.
    let ladder: TemperatureLadder?
    /// What the samples' own dependence on the parameters adds; nil: it is neglected.
    let lastStep: LastStepTerms?
    /// The positives.
    let data: DataStream
    /// Where chains that start from data begin: a stream of its own, whose first steps fill the buffer.
    let starts: DataStream

    package init(
        seed: UInt64, kernel: Kernel, steps: Int, start: ChainStart, noise: NoiseDistribution, noiseSpread: Float, box: ClosedRange<Float>?,
        energyRegularization: Float, rowsPerStep: Int, negativesPerStep: Int, ladder: TemperatureLadder?, lastStep: LastStepTerms?,
        data: DataStream, starts: DataStream
    ) {
        self.seed = seed
        self.kernel = kernel
        self.steps = steps
        self.start = start
        self.noise = noise
        self.noiseSpread = noiseSpread
        self.box = box
        self.energyRegularization = energyRegularization
        self.rowsPerStep = rowsPerStep
        self.negativesPerStep = negativesPerStep
        self.ladder = ladder
        self.lastStep = lastStep
        self.data = data
        self.starts = starts
    }

    package var profile: ObjectiveProfile {
        var profile = ObjectiveProfile()
        profile.chainScratch = kernel.scratchTiles
        (profile.hasChains, profile.usesSampler) = (true, true)
        profile.hasAcceptStep = kernel.hasAcceptStep
        profile.evaluations = kernel.energyEvaluations(steps: steps) + 2 + (lastStep?.evaluations ?? 0)
        profile.lineOrder = lastStep == nil ? 0 : 1
        return profile
    }

    // MARK: chains

    package func populate(_ shard: ShardState, worker: ShardWorker) {
        guard let replay = shard.replay, case .persistent(let origin) = start else { return }
        let tile = worker.origin
        for first in stride(from: 0, to: replay.capacity, by: tile.rows) {
            let part = first / tile.rows
            switch origin {
            case .noise: fillNoise(tile, .chainStart, part, shard)
            case .data: starts.fill(tile, step: part, shard: shard.index)
            }
            for row in 0..<min(tile.rows, replay.capacity - first) {
                replay.write(tile.rows(row..<row + 1), age: 0, slot: first + row)
            }
        }
    }

    /// Noise for chains that start, around the shard's centre.
    private func fillNoise(_ tile: Matrix, _ purpose: RandomPurpose, _ step: Int, _ shard: ShardState) {
        noise.fill(tile, stream: stream(purpose, step, shard))
        guard noiseSpread > 0 else { return }
        // The centre of a shard is the same at every step.
        let centre = stream(.startCentre, 0, shard)
        for column in 0..<tile.columns {
            let shift = noiseSpread * centre.normal(at: column)
            for row in 0..<tile.rows { tile[row, column] += shift }
        }
    }

    package func sampleNegatives(_ shard: ShardState, worker: ShardWorker, step: Int) {
        shard.report = ShardReport()
        let positions = worker.chains.positions
        var ages: [Int32] = []
        switch start {
        case .persistent(let origin): ages = drawChains(shard, worker, origin, step)
        case .data: data.fill(positions, step: step, shard: shard.index)
        case .noise: fillNoise(positions, .chainStart, step, shard)
        }
        worker.origin.copy(from: positions)
        worker.times.stamp(.data)

        let noise = ChainNoise(seed: seed, motion: .langevin, decisions: .acceptance, step: step, index: shard.index)
        let factor = worker.stepSizeFactor
        let info = run(factor == 1 ? kernel : kernel.scaled(by: factor), shard, worker, noise)
        shard.negatives.copy(from: positions)
        shard.report.add(info, from: worker.origin, to: shard.negatives, box: box, where: shard.isNegative)
        if case .persistent(let origin) = start { storeChains(shard, worker, origin, ages: ages, step: step) }
        worker.times.stamp(.sampling)
    }

    /// The kernel's steps, each chain at its temperature.
    private func run(_ kernel: Kernel, _ shard: ShardState, _ worker: ShardWorker, _ noise: ChainNoise) -> RunInfo {
        guard let ladder else {
            let before = lastStep == nil ? nil : shard.beforeLastStep
            return kernel.run(worker.chains, steps: steps, noise: noise, in: worker.potential, beforeLast: before)
        }
        for (row, level) in shard.levels.enumerated() { worker.inverseTemperatures[row, 0] = ladder.inverse(level) }
        let tempered = TemperedPotential(worker.potential, inverseTemperatures: worker.inverseTemperatures)
        var info = kernel.run(worker.chains, steps: steps, noise: noise, in: tempered)
        info.squaredGradient = squaredGradient(ofNegatives: shard, worker.chains.gradient)
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

    /// Chains from the buffer into the tile, some of them started afresh.
    /// - Returns: their ages.
    private func drawChains(_ shard: ShardState, _ worker: ShardWorker, _ origin: ChainStart.Origin, _ step: Int) -> [Int32] {
        guard let replay = shard.replay else { preconditionFailure("persistent chains need a replay buffer") }
        let positions = worker.chains.positions
        // The chains of a ladder stand at one slot of several shards and go on together.
        let drawIndex = ladder?.drawIndex(ofShard: shard.index) ?? shard.index
        let slots = replay.draw(
            count: positions.rows, key: RandomStream(seed: seed, purpose: .bufferSelection, step: step, index: drawIndex))
        shard.slots = slots
        shard.levels = ladder == nil ? [] : slots.map { replay.levels[$0] }
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
        return ages
    }

    /// The last positions into the buffer. A chain that cannot go on is started afresh where it came from: the guard may leave this step's
    /// update out, and would leave out all that follow if the chain went on.
    private func storeChains(
        _ shard: ShardState, _ worker: ShardWorker, _ origin: ChainStart.Origin, ages: [Int32], step: Int
    ) {
        guard let replay = shard.replay else { return }
        let slots = shard.slots
        let random = stream(.bufferReplacement, step, shard)
        let broken = Set(worker.brokenChains(shard.negatives, hasAcceptStep: kernel.hasAcceptStep))
        if !broken.isEmpty { fillFreshStates(worker.origin, replay, origin, shard, step) }
        shard.report.restarts += Double(broken.count)
        for (row, start) in slots.enumerated() {
            if broken.contains(row) {
                replay.write(worker.origin.rows(row..<row + 1), age: 0, slot: start)
                continue
            }
            let (age, overflow) = ages[row].addingReportingOverflow(Int32(steps))
            if shard.isNegative(row) { shard.report.age += Double(overflow ? .max : age) }
            guard let slot = replay.slot(afterStartingFrom: start, random: random, draw: row) else { continue }
            replay.write(shard.negatives.rows(row..<row + 1), age: overflow ? .max : age, slot: slot)
        }
    }

    /// The states that chains take which start afresh in a step, one for each row of the tile.
    private func fillFreshStates(_ tile: Matrix, _ replay: ReplayShard, _ origin: ChainStart.Origin, _ shard: ShardState, _ step: Int) {
        switch origin {
        case .noise: fillNoise(tile, .restartState, step, shard)
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
        let alpha = energyRegularization
        let (ofData, ofNegative) = (1 / Float(rowsPerStep), 1 / Float(negativesPerStep))
        shard.report.dataEnergy = worker.addGradient(of: worker.data) { ofData * (1 + 2 * alpha * $0) }
        shard.report.sampleEnergy = worker.addGradient(of: shard.negatives, where: shard.isNegative) { ofNegative * (-1 + 2 * alpha * $0) }
        if ladder != nil { shard.negativeEnergies = worker.energies.values }
        shard.report.squaredSampleEnergy = (0..<worker.energies.rows).reduce(0) { sum, row in
            shard.isNegative(row) ? sum + Double(worker.energies[row, 0]) * Double(worker.energies[row, 0]) : sum
        }
        lastStep?.addGradient(shard, worker: worker)
        worker.times.stamp(.gradients)
    }

    private func stream(_ purpose: RandomPurpose, _ step: Int, _ shard: ShardState) -> RandomStream {
        RandomStream(seed: seed, purpose: purpose, step: step, index: shard.index)
    }
}

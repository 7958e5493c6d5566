import Datasets
import Model
import Numerics
import Sampling

/// The contrastive part of energy matching: max(-β, λ (mean V(x+) - trimmed mean V(x-))), which makes wells of V where the flow arrives.
///
/// Chains go from data and from noise, half of them each, along the flow of -∇V and then at the temperature ε (`FlowLangevin`). They start afresh in every
/// step, or stay in a replay buffer and go on, each at its own time. The share α of the highest V(x-) is left out of the mean; where the loss is at its
/// bound it has no gradient. Mean, share and bound are those of a shard. Cost: K + 2 passes a data row.
package struct Sharpening: Sendable {
    /// Where the chains of a step start.
    package enum Start: Sendable {
        /// - Parameter dataAge: steps of its schedule that a chain from data has behind it.
        case fresh(FreshStates, dataAge: Int32)
        case persistent(PersistentChains)
    }

    let sampler: StepSampler<FlowLangevin>
    let start: Start
    /// ε
    let temperature: Float
    /// λ
    let weight: Float
    /// β
    let bound: Float
    /// α
    let trimmed: Float
    let rowsPerStep: Int
    /// x+, other rows than the flow's; chains that start afresh have their conditions.
    let positives: LearnedRows
    /// The step from which on the energy is sharpened.
    package let firstStep: Int

    package init(
        _ sampler: StepSampler<FlowLangevin>, from start: Start, temperature: Float, weight: Float, bound: Float, trimmed: Float,
        rowsPerStep: Int, positives: LearnedRows, firstStep: Int
    ) {
        (self.sampler, self.start, self.temperature) = (sampler, start, temperature)
        (self.weight, self.bound, self.trimmed) = (weight, bound, trimmed)
        (self.rowsPerStep, self.positives, self.firstStep) = (rowsPerStep, positives, firstStep)
    }

    var samples: SampleLayout { if case .persistent(let chains) = start { .stored(chains.storage) } else { .none } }

    /// Passes of a data row.
    var evaluations: Double { sampler.evaluations + 2 }

    var measures: [Measure] {
        let bounded = Measure.mean(.bounded, named: "boundedShare", over: .rows, unit: "share")
        return Measure.energies + [bounded] + sampler.measures({ if case .none = samples { .negatives } else { samples } }())
    }

    struct Tiles {
        let sampler: StepSampler<FlowLangevin>.Tiles
        /// Data, then negatives, and the conditions of both.
        let pass: PassTiles
        let conditions: Matrix

        init(_ sharpening: Sharpening, _ make: TileMaker) {
            sampler = StepSampler.Tiles(sharpening.sampler, make)
            pass = PassTiles(2, make)
            conditions = make.tile(sharpening.positives.condition?.count ?? 0, rows: 2 * make.rows)
        }

        fileprivate func chains(_ worker: ShardWorker) -> PersistentChains.Tiles {
            PersistentChains.Tiles(
                chains: sampler.chains, centres: nil, fresh: sampler.origin, scratch: worker.data, conditions: worker.condition)
        }
    }

    func populate(_ shard: ShardState, _ tiles: Tiles, _ worker: ShardWorker) {
        if case .persistent(let chains) = start { chains.populate(shard, tiles.chains(worker)) }
    }

    func sampleNegatives(_ shard: ShardState, _ tiles: Tiles, _ worker: ShardWorker, step: Int) {
        let (chains, origin) = (tiles.sampler.chains, tiles.sampler.origin)
        let ages = begin(shard, tiles, worker, step)
        origin.copy(from: chains.positions)
        worker.times.stamp(.data)
        let aged = StepSampler(seed: sampler.seed, kernel: sampler.kernel.continuing(ages), steps: sampler.steps, box: sampler.box)
        let info = aged.run(chains, shard, worker, step: step, in: worker.engine.chainPotential)
        shard.negatives.copy(from: chains.positions)
        shard.report.add(info, from: origin, to: shard.negatives, box: sampler.box)
        if case .persistent(let persistent) = start {
            persistent.store(shard, tiles.chains(worker), ages: ages, steps: sampler.steps, hasAcceptStep: false, step: step)
        }
        worker.times.stamp(.sampling)
    }

    /// The chains to where they start.
    /// - Returns: the steps that each has behind it.
    private func begin(_ shard: ShardState, _ tiles: Tiles, _ worker: ShardWorker, _ step: Int) -> [Int32] {
        switch start {
        case .persistent(let chains):
            let ages = chains.draw(shard, tiles.chains(worker), step: step)
            chains.tell(shard, worker, worker.condition)
            return ages
        case .fresh(let states, let dataAge):
            let positions = tiles.sampler.chains.positions
            if positives.condition != nil { positives.fill(worker, step: step, shard: shard.index) }
            states.fill(positions, .step(step, behind: 0), seed: sampler.seed, shard: shard.index, scratch: worker.data)
            return (0..<positions.rows).map { $0 < states.dataRows(of: positions.rows) ? dataAge : 0 }
        }
    }

    func addGradient(_ shard: ShardState, _ tiles: Tiles, _ worker: ShardWorker, step: Int) {
        let (pass, rows) = (tiles.pass, shard.negatives.rows)
        positives.fill(pass[0], worker, step: step, shard: shard.index)
        pass[1].copy(from: shard.negatives)
        tellBoth(shard, tiles, worker)
        worker.times.stamp(.data)
        worker.engine.addGradient(of: pass.rows, energies: pass.energies) { energies, weights in
            shard.report[.bounded] = weigh(energies.values, rows, weights) ? 0 : Double(rows)
        }
        let energies = pass.energies.values.map { Double($0) }
        shard.report[.dataEnergy] = energies[..<rows].reduce(0, +)
        shard.report[.sampleEnergy] = energies[rows...].reduce(0, +)
        shard.report[.squaredSampleEnergy] = energies[rows...].reduce(0) { $0 + $1 * $1 }
        worker.times.stamp(.gradients)
    }

    /// Chains that persist have other conditions than the data rows.
    private func tellBoth(_ shard: ShardState, _ tiles: Tiles, _ worker: ShardWorker) {
        let (rows, both) = (worker.condition.rows, tiles.conditions)
        guard case .persistent(let chains) = start, chains.gather(shard, into: both.rows(rows..<2 * rows)) else { return }
        both.rows(0..<rows).copy(from: worker.condition)
        worker.engine.setCondition(both)
    }

    /// - Parameter energies: of the data rows, then of the negatives.
    /// - Returns: whether the loss is above its bound, so that it has a gradient.
    private func weigh(_ energies: [Float], _ rows: Int, _ weights: Matrix) -> Bool {
        weights.fill(0)
        let negatives = energies[rows...].indices.sorted { (energies[$0], $0) < (energies[$1], $1) }
        let kept = negatives.prefix(rows - Int(trimmed * Float(rows)))
        let data = energies[..<rows].reduce(0.0) { $0 + Double($1) } / Double(rows)
        let samples = kept.reduce(0.0) { $0 + Double(energies[$1]) } / Double(kept.count)
        let scale = weight * temperature
        // Energies that are no numbers reach the gradient, and with it the guard.
        if Double(scale) * (data - samples) <= Double(-bound) { return false }
        let ofRow = scale / Float(rowsPerStep)
        for row in 0..<rows { weights[row, 0] = ofRow }
        for row in kept { weights[row, 0] = -ofRow * Float(rows) / Float(kept.count) }
        return true
    }
}

extension Tally {
    /// Data rows of shards whose loss is at its bound.
    static let bounded = Tally("bounded")
}

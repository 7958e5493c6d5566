import Numerics
import Sampling

/// Chains that go on from step to step in a shard's replay buffer: drawn, some of them started afresh, and stored again, each with its centre where
/// chains are tethered, and with its condition where the energy has one.
package struct PersistentChains: Sendable {
    let seed: UInt64
    package let storage: ChainStorage
    let fresh: FreshStates
    /// Rows whose conditions fresh chains have, for life: those of the fresh rows themselves where chains begin at data. Neither the draw nor the restart looks
    /// at them, so that the conditions of the buffer are those of the data at any time.
    let given: LearnedRows?

    /// - Parameter given: nil where the energy has no condition.
    package init(seed: UInt64, storage: ChainStorage, fresh: FreshStates, given: LearnedRows? = nil) {
        precondition((storage.conditionCount > 0) == (given?.condition != nil), "chains are kept with their conditions")
        (self.seed, self.storage, self.fresh, self.given) = (seed, storage, fresh, given)
    }

    /// The tiles of a step.
    struct Tiles {
        let chains: ChainBuffers
        /// What the chains are tethered to; nil where they are free.
        let centres: Matrix?
        /// Chains that start afresh; overwritten.
        let fresh: Matrix
        /// As large; overwritten.
        let scratch: Matrix
        /// Their conditions; overwritten.
        let conditions: Matrix
    }

    private func replay(of shard: ShardState) -> ReplayShard {
        guard let replay = shard.replay else { preconditionFailure("persistent chains need a replay buffer") }
        return replay
    }

    private func stream(_ purpose: RandomPurpose, _ step: Int, _ index: Int) -> RandomStream {
        RandomStream(seed: seed, purpose: purpose, step: step, index: index)
    }

    /// Tiles that fill the buffer.
    private func fillingTiles(rows: Int) -> Int { (storage.capacity + rows - 1) / rows }

    private func fillFresh(_ tiles: Tiles, _ shard: ShardState, _ step: Int) {
        let filling = fillingTiles(rows: tiles.fresh.rows)
        fresh.fill(tiles.fresh, .step(step, behind: filling), seed: seed, shard: shard.index, scratch: tiles.scratch)
        given?.fillConditions(tiles.conditions, step: filling + step, shard: shard.index)
    }

    /// Fills the buffer of a new shard.
    func populate(_ shard: ShardState, _ tiles: Tiles) {
        let (replay, tile) = (replay(of: shard), tiles.fresh)
        for part in 0..<fillingTiles(rows: tile.rows) {
            fresh.fill(tile, .filling(part), seed: seed, shard: shard.index, scratch: tiles.scratch)
            given?.fillConditions(tiles.conditions, step: part, shard: shard.index)
            for row in 0..<min(tile.rows, storage.capacity - part * tile.rows) {
                begin(part * tile.rows + row, of: replay, tiles, row)
            }
        }
    }

    /// A row of the fresh tile becomes the chain of a slot.
    private func begin(_ slot: Int, of replay: ReplayShard, _ tiles: Tiles, _ row: Int) {
        replay.write(tiles.fresh.rows(row..<row + 1), age: 0, slot: slot)
        keep(slot, of: replay, tiles, row)
    }

    /// What a fresh chain is kept with: the place where it begins as what it is tethered to, and its condition.
    private func keep(_ slot: Int, of replay: ReplayShard, _ tiles: Tiles, _ row: Int) {
        if storage.hasCentres { replay.centre(slot).copy(from: tiles.fresh.rows(row..<row + 1)) }
        replay.conditions?.rows(slot..<slot + 1).copy(from: tiles.conditions.rows(row..<row + 1))
    }

    /// Gives the worker's networks the conditions of the chains that were drawn in this step, where they have such.
    /// - Parameter conditions: chains x numbers of a condition, overwritten.
    func tell(_ shard: ShardState, _ worker: ShardWorker, _ conditions: Matrix) {
        guard gather(shard, into: conditions) else { return }
        worker.engine.setCondition(conditions)
    }

    /// Fills the conditions of the chains that were drawn in this step.
    /// - Returns: whether they have such.
    func gather(_ shard: ShardState, into conditions: Matrix) -> Bool {
        guard let kept = replay(of: shard).conditions else { return false }
        for (row, slot) in shard.slots.enumerated() { conditions.rows(row..<row + 1).copy(from: kept.rows(slot..<slot + 1)) }
        return true
    }

    /// The chains of a step into the positions, some of them started afresh, and their centres.
    /// - Returns: their ages.
    func draw(_ shard: ShardState, _ tiles: Tiles, step: Int) -> [Int32] {
        let (replay, positions) = (replay(of: shard), tiles.chains.positions)
        // The chains of a ladder stand at one slot of several shards and go on together.
        let drawIndex = storage.ladder?.drawIndex(ofShard: shard.index) ?? shard.index
        let slots = replay.draw(count: positions.rows, key: stream(.bufferSelection, step, drawIndex))
        shard.slots = slots
        shard.levels = storage.ladder == nil ? [] : slots.map { replay.levels[$0] }
        let chance = stream(.chainRestart, step, shard.index)
        let restarts = slots.indices.filter { chance.uniform(at: $0) < replay.options.restartProbability }
        let dither = stream(.bufferDither, step, shard.index)
        for (row, slot) in slots.enumerated() {
            replay.read(slot, into: positions.rows(row..<row + 1), dither: dither, from: row * replay.dimension)
        }
        var ages = slots.map { replay.ages[$0] }
        if !restarts.isEmpty { fillFresh(tiles, shard, step) }
        for row in restarts {
            let state = tiles.fresh.rows(row..<row + 1)
            positions.rows(row..<row + 1).copy(from: state)
            keep(slots[row], of: replay, tiles, row)
            ages[row] = 0
        }
        if let centres = tiles.centres {
            for (row, slot) in slots.enumerated() { centres.rows(row..<row + 1).copy(from: replay.centre(slot)) }
        }
        shard.report[.restarts] = Double(restarts.count)
        return ages
    }

    /// The last positions into the buffer. A chain that cannot go on is started afresh where it came from: the guard may leave this step's
    /// update out, and would leave out all that follow if the chain went on.
    /// - Parameters:
    ///   - ages: as they were drawn.
    ///   - steps: what the chains have grown older by.
    func store(_ shard: ShardState, _ tiles: Tiles, ages: [Int32], steps: Int, hasAcceptStep: Bool, step: Int) {
        let (replay, ends) = (replay(of: shard), tiles.chains.positions)
        let random = stream(.bufferReplacement, step, shard.index)
        let broken = Set(tiles.chains.brokenChains(hasAcceptStep: hasAcceptStep))
        if !broken.isEmpty { fillFresh(tiles, shard, step) }
        shard.report[.restarts] += Double(broken.count)
        var total = 0.0
        for (row, start) in shard.slots.enumerated() {
            if broken.contains(row) {
                begin(start, of: replay, tiles, row)
                continue
            }
            let (age, overflow) = ages[row].addingReportingOverflow(Int32(steps))
            if shard.isNegative(row) { total += Double(overflow ? .max : age) }
            guard let slot = replay.slot(afterStartingFrom: start, random: random, draw: row) else { continue }
            replay.write(ends.rows(row..<row + 1), age: overflow ? .max : age, slot: slot)
        }
        shard.report[.age] = total
    }
}

extension ChainBuffers {
    /// The chains that cannot go on: those whose position is not finite, and, of a sampler with an accept step, those that stand where the energy or its
    /// gradient is not finite, from where every proposal is rejected.
    fileprivate func brokenChains(hasAcceptStep: Bool) -> [Int] {
        // Almost always there are none.
        if positions.isFinite && !(hasAcceptStep && !(energies.isFinite && gradient.isFinite)) { return [] }
        return (0..<positions.rows).filter { row in
            let range = row..<row + 1
            guard positions.rows(range).isFinite else { return true }
            return hasAcceptStep && !(energies[row, 0].isFinite && gradient.rows(range).isFinite)
        }
    }
}

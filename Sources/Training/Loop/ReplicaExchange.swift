import Configuration
import Distributed
import Failures
import Learning
import Numerics
import Sampling

/// The swaps of temperatures between the shards of a run, wherever they live: the energies and levels of a step's chains are gathered, and every rank
/// decides alike.
package struct ReplicaExchange: Sendable {
    package let ladder: TemperatureLadder
    private let layout: ShardLayout
    /// Chains of a shard in a step.
    private let rows: Int

    /// - Returns: nil for a run whose chains have one temperature.
    package init?(_ plan: RunPlan) {
        guard let ladder = plan.configuration.ladder else { return nil }
        self.ladder = ladder
        layout = plan.layout
        rows = plan.configuration.run.chainsPerShard
    }

    /// Collective. Swaps temperatures at the end of a step, by the energies that the gradient phase found at their last positions.
    package func swap(_ step: Int, _ shards: [ShardState], _ communicator: any Communicator) throws(Failure) {
        guard ladder.isDue(step) else { return }
        let replicas = try gather(shards, communicator)
        for shard in shards {
            guard let replay = shard.replay else { continue }
            let (block, member) = shard.index.quotientAndRemainder(dividingBy: ladder.levels)
            for row in 0..<rows {
                let levels = ladder.swapped(rungs(replicas, block: block, row: row), block: block, row: row, step: step)
                replay.levels[shard.slots[row]] = UInt8(levels[member])
            }
        }
    }

    /// Collective. The mean probability over the step's ladders with which each pair of neighbours swaps.
    package func swapRates(_ shards: [ShardState], _ communicator: any Communicator) throws(Failure) -> [Double] {
        let replicas = try gather(shards, communicator)
        var sums = [Double](repeating: 0, count: ladder.levels - 1)
        let blocks = layout.shards / ladder.levels
        for block in 0..<blocks {
            for row in 0..<rows {
                for (pair, value) in ladder.acceptance(rungs(replicas, block: block, row: row)).enumerated() { sums[pair] += value }
            }
        }
        return sums.map { $0 / Double(blocks * rows) }
    }

    /// The bytes that all shards tell in a swap.
    package var bytesOfSwap: Int { layout.shards * rows * Self.valuesOfChain * MemoryLayout<Double>.size }

    private static let valuesOfChain = 2

    /// Energies and levels of all chains of the step, shard by shard.
    private func gather(_ shards: [ShardState], _ communicator: any Communicator) throws(Failure) -> [Double] {
        let mine = shards.flatMap { shard in
            (0..<rows).flatMap { [Double(shard.negativeEnergies[$0]), Double(shard.levels[$0])] }
        }
        return try communicator.gather(mine, perShard: Self.valuesOfChain * rows, layout: layout)
    }

    /// The chains of one ladder, shard by shard.
    private func rungs(_ values: [Double], block: Int, row: Int) -> [TemperatureLadder.Replica] {
        (0..<ladder.levels).map { member in
            let start = Self.valuesOfChain * ((block * ladder.levels + member) * rows + row)
            return TemperatureLadder.Replica(energy: values[start], level: Int(values[start + 1]))
        }
    }
}

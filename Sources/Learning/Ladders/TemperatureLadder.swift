import Numerics

/// Replica exchange over a ladder of temperatures 1 = T_0 < T_1 < ...: chains of one slot of L neighbouring shards hold one temperature each, and
/// neighbours in temperature swap their temperatures.
///
/// Shards bL ..< (b+1)L are the *block* b; the chains that stand at the same slot of its shards are a ladder. Chain i samples exp(-E / T). A swap of
/// the temperatures T_k, T_{k+1} of two chains with energies E_k, E_{k+1} is accepted with probability
/// min(1, exp((1/T_k - 1/T_{k+1}) (E_k - E_{k+1}) / T)), which leaves the joint density Π exp(-E(x_k) / (T_k T)) as it is; T is the temperature of
/// the sampler. Positions stay where they are, so only energies and the places on the ladder are told to other ranks.
///
/// Source: R. Swendsen, J. Wang, doi:10.1103/PhysRevLett.57.2607; C. Geyer, Computing Science and Statistics 23 (1991), 156.
package struct TemperatureLadder: Sendable {
    /// Keeps a ladder in a byte, and within what a run can use.
    package static let maximumLevels = 64

    package let temperatures: [Double]
    /// Of the sampler: what the coldest chains have.
    package let base: Double
    private let seed: UInt64
    private let every: Int

    /// - Parameter every: steps between two swaps; 0: never.
    package init(temperatures: [Double], base: Double = 1, every: Int = 1, seed: UInt64) {
        self.temperatures = temperatures
        self.base = base
        self.every = every
        self.seed = seed
    }

    package var levels: Int { temperatures.count }

    /// 1/T_k for the kernel, which has the base temperature itself.
    package func inverse(_ level: UInt8) -> Float { Float(1 / temperatures[Int(level)]) }

    /// The level that the chains of a shard begin with.
    package func firstLevel(ofShard shard: Int) -> UInt8 { UInt8(shard % levels) }

    /// What stands for a shard where all of a block must draw alike: the first one of the block.
    package func drawIndex(ofShard shard: Int) -> Int { shard / levels * levels }

    /// Whether temperatures are swapped in a step, counted from 0.
    package func isDue(_ step: Int) -> Bool { every > 0 && (step + 1) % every == 0 }

    /// One chain of every ladder: its energy and its level.
    package struct Replica: Hashable, Sendable {
        package var energy: Double
        package var level: Int

        package init(energy: Double, level: Int) {
            self.energy = energy
            self.level = level
        }
    }

    /// log of the ratio of the joint densities after and before the swap of two chains.
    package func logRatio(_ cold: Replica, _ hot: Replica) -> Double {
        (1 / temperatures[cold.level] - 1 / temperatures[hot.level]) * (cold.energy - hot.energy) / base
    }

    /// The levels after the swaps of a step: neighbours (k, k + 1) for even k in one attempt, for odd k in the next.
    /// - Parameters:
    ///   - ladder: the chains of one slot, shard by shard.
    ///   - block, row: which ladder it is; its random numbers are its own.
    package func swapped(_ ladder: [Replica], block: Int, row: Int, step: Int) -> [Int] {
        var result = ladder.map(\.level)
        guard let places = places(ladder) else { return result }
        let chance = RandomStream(seed: seed, purpose: .temperatureSwap, step: step, index: block)
        // Of two levels there is one pair: every attempt is for it.
        let parity = levels == 2 ? 0 : (step + 1) / max(1, every) % 2
        for level in stride(from: parity, to: levels - 1, by: 2) {
            let (cold, hot) = (places[level], places[level + 1])
            let ratio = logRatio(ladder[cold], ladder[hot])
            // Chains whose energies are not finite keep their places.
            if ratio.isFinite, Double(VectorMath.log(chance.uniform(at: row * levels + level))) < ratio {
                (result[cold], result[hot]) = (level + 1, level)
            }
        }
        return result
    }

    /// The probabilities with which neighbours of a ladder swap, pair by pair; 0 where an energy is not finite.
    package func acceptance(_ ladder: [Replica]) -> [Double] {
        guard let places = places(ladder) else { return [Double](repeating: 0, count: levels - 1) }
        return (0..<levels - 1).map { level in
            let ratio = logRatio(ladder[places[level]], ladder[places[level + 1]])
            return !ratio.isFinite ? 0 : ratio >= 0 ? 1 : Double(VectorMath.exp(Float(ratio)))
        }
    }

    /// Which chain of a ladder has which level; nil unless each is there once.
    private func places(_ ladder: [Replica]) -> [Int]? {
        var places = [Int](repeating: -1, count: levels)
        for (index, replica) in ladder.enumerated() where places.indices.contains(replica.level) { places[replica.level] = index }
        return places.contains(-1) ? nil : places
    }
}

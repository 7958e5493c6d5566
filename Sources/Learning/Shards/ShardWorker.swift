import Datasets
import Numerics
import Sampling

/// What one thread works with, whatever the objective: its engine and the tiles of one shard, made once.
package final class ShardWorker: @unchecked Sendable {
    package let engine: any Engine
    private let tiles: Tiles
    package var times = PhaseTimes()
    /// The sampler's in this training step, the same for all workers.
    package var tuning = KernelTuning()

    /// The tiles of a thread.
    package struct Tiles {
        let data: Matrix
        let condition: Matrix
        let energies: Matrix
        let freshChains: ChainBuffers?

        /// - Parameters:
        ///   - condition: what the networks know beside rows.
        ///   - freshScratch: of the kernel that draws samples to show; nil where training draws them.
        package init(_ make: TileMaker, condition: Condition?, freshScratch: Int?) {
            data = make.tile(make.dimension)
            self.condition = make.tile(condition?.count ?? 0)
            energies = make.tile(1)
            freshChains = freshScratch.map { make.chains(scratch: $0) }
        }
    }

    package init(_ engine: any Engine, _ tiles: Tiles) { (self.engine, self.tiles) = (engine, tiles) }

    /// Data rows of the tile: chains x values of a row.
    package var data: Matrix { tiles.data }
    /// The condition of data rows, or of chains: chains x `Condition.count`.
    package var condition: Matrix { tiles.condition }
    /// Energies of a tile of rows: chains x 1.
    package var energies: Matrix { tiles.energies }
    /// Chains that draw samples to show; nil where training draws them.
    package var freshChains: ChainBuffers? { tiles.freshChains }

    /// Adds Σ w(E) ∇θE over those of some rows that count to the gradient.
    /// - Returns: the sum of their energies.
    package func addGradient(of rows: Matrix, where counts: (Int) -> Bool = { _ in true }, weight: (Float) -> Float) -> Double {
        let energies = energies
        engine.addGradient(of: rows, energies: energies) { energies, weights in
            for row in 0..<energies.rows { weights[row, 0] = counts(row) ? weight(energies[row, 0]) : 0 }
        }
        var sum = 0.0
        for row in 0..<rows.rows where counts(row) { sum += Double(energies[row, 0]) }
        return sum
    }
}

import Model
import Numerics
import Sampling

/// Makes what shards and threads work with, or only counts its bytes: what a run needs is known, before anything is made, from the code that makes it.
package final class TileMaker {
    /// Rows of a tile: the chains of a shard in a step, and as many data rows.
    package let rows: Int
    package let networks: RunNetworks
    /// Of all that was asked for.
    package private(set) var bytes = 0
    private let onlyCounts: Bool

    /// - Parameter onlyCounts: whether what is asked for is made without rows.
    package init(rows: Int, networks: RunNetworks, onlyCounts: Bool = false) {
        (self.rows, self.networks, self.onlyCounts) = (rows, networks, onlyCounts)
    }

    /// Values of a row of data, of what the energy is a function of, and of a latent vector (0 without a generator).
    package var dimension: Int { networks.sampleShape.count }
    package var energyDimension: Int { networks.energy.inputShape.count }
    package var latents: Int { networks.generator?.inputShape.count ?? 0 }

    /// A matrix of zeros.
    /// - Parameter rows: those of a tile, where nothing else is said.
    package func tile(_ columns: Int, rows: Int? = nil) -> Matrix {
        let rows = rows ?? self.rows
        bytes += FloatStorage.byteCount(rows * columns)
        return Matrix(rows: onlyCounts ? 0 : rows, columns: columns)
    }

    /// A tile of chains of the energy.
    /// - Parameter scratch: `TransitionKernel.scratchTiles`.
    package func chains(scratch: Int) -> ChainBuffers {
        bytes += (2 + scratch) * FloatStorage.byteCount(rows * energyDimension) + FloatStorage.byteCount(rows)
        return ChainBuffers(chains: onlyCounts ? 0 : rows, dimension: energyDimension, scratch: scratch)
    }

    /// A shard's slice of a replay buffer, its chains not filled.
    package func replay(_ storage: ChainStorage) -> ReplayShard {
        bytes += storage.bytes(dimension: dimension)
        return ReplayShard(
            capacity: onlyCounts ? 0 : storage.capacity, dimension: dimension, options: storage.options, hasCentres: storage.hasCentres,
            conditionCount: storage.conditionCount)
    }
}

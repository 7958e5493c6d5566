import Datasets
import Numerics
import Sampling

/// Noise that chains start from, around a centre of each shard's own.
package struct StartNoise: Sendable {
    let distribution: NoiseDistribution
    /// The standard deviation of the centres.
    let spread: Float

    package init(_ distribution: NoiseDistribution, spread: Float = 0) { (self.distribution, self.spread) = (distribution, spread) }

    func fill(_ tile: Matrix, seed: UInt64, purpose: RandomPurpose, step: Int, shard: Int) {
        distribution.fill(tile, stream: RandomStream(seed: seed, purpose: purpose, step: step, index: shard))
        guard spread > 0 else { return }
        // The centre of a shard is the same at every step.
        let centre = RandomStream(seed: seed, purpose: .startCentre, step: 0, index: shard)
        for column in 0..<tile.columns {
            let shift = spread * centre.normal(at: column)
            for row in 0..<tile.rows { tile[row, column] += shift }
        }
    }
}

/// Where chains begin that persist: those that fill a buffer, and those that start afresh.
package enum FreshStates: Sendable {
    case noise(StartNoise)
    /// Rows of data, with Gaussian noise of this standard deviation beside what they have. The rows are of a stream of their own, apart from those that
    /// are learned: its first steps fill the buffer.
    case rows(DataStream, noise: Float)
    /// Rows of data in the first half of a tile, noise in the second.
    case halves(DataStream, StartNoise)

    /// Tiles of a shard are told apart by their purpose.
    enum Tile {
        /// One of those that fill the buffer.
        case filling(Int)
        /// Of a training step, behind so many that filled the buffer.
        case step(Int, behind: Int)
    }

    /// - Parameter scratch: as large as the tile, overwritten where rows get noise.
    func fill(_ tile: Matrix, _ number: Tile, seed: UInt64, shard: Int, scratch: Matrix) {
        switch (self, number) {
        case (.noise(let noise), _): Self.fill(tile, noise, number, seed, shard)
        case (.halves(let rows, let noise), _):
            FreshStates.rows(rows, noise: 0).fill(tile, number, seed: seed, shard: shard, scratch: scratch)
            Self.fill(tile.rows(dataRows(of: tile.rows)..<tile.rows), noise, number, seed, shard)
        case (.rows(let rows, let deviation), .filling(let part)): Self.fill(tile, rows, deviation, part, seed, shard, scratch)
        case (.rows(let rows, let deviation), .step(let step, let filling)):
            Self.fill(tile, rows, deviation, filling + step, seed, shard, scratch)
        }
    }

    /// How many rows of a tile, from the first one on, are data.
    func dataRows(of rows: Int) -> Int {
        switch self {
        case .noise: 0
        case .rows: rows
        case .halves: rows / 2
        }
    }

    private static func fill(_ tile: Matrix, _ noise: StartNoise, _ number: Tile, _ seed: UInt64, _ shard: Int) {
        switch number {
        case .filling(let part): noise.fill(tile, seed: seed, purpose: .chainStart, step: part, shard: shard)
        case .step(let step, _): noise.fill(tile, seed: seed, purpose: .restartState, step: step, shard: shard)
        }
    }

    private static func fill(
        _ tile: Matrix, _ rows: DataStream, _ deviation: Float, _ number: Int, _ seed: UInt64, _ shard: Int, _ scratch: Matrix
    ) {
        rows.fill(tile, step: number, shard: shard)
        guard deviation > 0 else { return }
        RandomStream(seed: seed, purpose: .diffusionNoise, step: number, index: shard).fillNormals(scratch)
        tile.combine(tile, scratch) { $0 + deviation * $1 }
    }
}

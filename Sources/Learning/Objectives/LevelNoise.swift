import Datasets
import Model
import Numerics

/// Rows with noise of a level of their own each: y = x + σ(c) ξ, c from 0 (the lowest noise) to 1.
package struct LevelNoise {
    /// y, ξ, and a direction in y: each rows x dimension.
    let noised: Matrix
    let noise: Matrix
    let direction: Matrix
    /// c of each row in every place: tiles of a pass x `Network.conditionCount`.
    let conditions: Matrix

    /// - Parameter tiles: that go through the energy in one pass, each with conditions of its own.
    init(_ make: TileMaker, tiles: Int = 1) {
        (noised, noise, direction) = (make.tile(make.dimension), make.tile(make.dimension), make.tile(make.dimension))
        conditions = make.tile(make.networks.energy.network.conditionCount, rows: tiles * make.rows)
    }

    /// Rows of the conditions of one tile.
    func conditions(ofTile tile: Int) -> Matrix { conditions.rows(tile * noised.rows..<(tile + 1) * noised.rows) }

    /// Noised rows of a shard at a step, and the condition of the worker's energy.
    /// - Parameter noises: (c, σ) of each row.
    func fill(
        _ data: DataStream, _ noises: [(condition: Float, deviation: Float)], _ worker: ShardWorker, seed: UInt64, step: Int, shard: Int
    ) {
        data.fill(worker.data, step: step, shard: shard)
        RandomStream(seed: seed, purpose: .scoreNoise, step: step, index: shard).fillNormals(noise)
        for (row, own) in noises.enumerated() {
            let (range, deviation) = (row..<row + 1, own.deviation)
            noised.rows(range).combine(worker.data.rows(range), noise.rows(range)) { $0 + deviation * $1 }
            conditions.rows(range).fill(own.condition)
        }
        worker.engine.setCondition(conditions(ofTile: 0))
    }

    /// direction = ∇E(y) - ξ/σ, the error of the score, and the energies of the worker.
    func fillErrors(_ noises: [(condition: Float, deviation: Float)], _ worker: ShardWorker) {
        worker.engine.evaluate(noised, energies: worker.energies, gradient: direction)
        for (row, own) in noises.enumerated() {
            let (range, inverse) = (row..<row + 1, 1 / own.deviation)
            direction.rows(range).combine(direction.rows(range), noise.rows(range)) { $0 - inverse * $1 }
        }
    }
}

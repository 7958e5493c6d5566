import Datasets
import Model
import Numerics

/// Rows with noise of a level of their own each: y = x + σ(c) ξ, c from 0 (the lowest noise) to 1.
package struct LevelNoise {
    /// y, ξ, and a direction in y: each rows x dimension.
    let noised: Matrix
    let noise: Matrix
    let direction: Matrix

    init(_ make: TileMaker) {
        (noised, noise, direction) = (make.tile(make.dimension), make.tile(make.dimension), make.tile(make.dimension))
    }

    /// Noised rows of a shard at a step, and the levels of the worker's energy.
    /// - Parameter noises: (c, σ) of each row.
    func fill(
        _ data: LearnedRows, _ noises: [(level: Float, deviation: Float)], _ worker: ShardWorker, seed: UInt64, step: Int, shard: Int
    ) {
        data.fill(worker, step: step, shard: shard)
        RandomStream(seed: seed, purpose: .scoreNoise, step: step, index: shard).fillNormals(noise)
        for (row, own) in noises.enumerated() {
            let (range, deviation) = (row..<row + 1, own.deviation)
            noised.rows(range).combine(worker.data.rows(range), noise.rows(range)) { $0 + deviation * $1 }
        }
        worker.engine.setLevels(noises.map(\.level))
    }

    /// direction = ∇E(y) - ξ/σ, the error of the score, and the energies of the worker.
    func fillErrors(_ noises: [(level: Float, deviation: Float)], _ worker: ShardWorker) {
        worker.engine.evaluate(noised, energies: worker.energies, gradient: direction)
        for (row, own) in noises.enumerated() {
            let (range, inverse) = (row..<row + 1, 1 / own.deviation)
            direction.rows(range).combine(direction.rows(range), noise.rows(range)) { $0 - inverse * $1 }
        }
    }
}

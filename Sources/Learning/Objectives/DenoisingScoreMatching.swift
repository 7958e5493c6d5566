import Datasets
import Model
import Numerics
import Sampling

/// Denoising score matching: ∇E at a noised row must point away from the row it came from.
///
/// L = mean (σ²/2) |∇E(y) - (y - x)/σ²|², y = x + σ ξ. The minimiser is the energy of the noised data, not of the data. The gradient is that
/// of v·∇E(y), v = ∇E(y) - ξ/σ held fixed. Cost: one pass, and one along a line.
///
/// Source: P. Vincent, doi:10.1162/NECO_a_00142.
package struct DenoisingScoreMatching: RowLoss {
    let seed: UInt64
    /// σ
    let deviation: Float
    let rowsPerStep: Int
    package var data: LearnedRows

    package init(seed: UInt64, deviation: Float, rowsPerStep: Int, data: LearnedRows) {
        self.seed = seed
        self.deviation = deviation
        self.rowsPerStep = rowsPerStep
        self.data = data
    }

    package var profile: ObjectiveProfile {
        var profile = ObjectiveProfile()
        profile.measures = [.dataEnergy, .loss]
        profile.engine = EngineNeeds(lineOrder: 1)
        profile.evaluations = 3
        return profile
    }

    /// Noised rows, their noise, and the direction of the score's error: each rows x dimension.
    package struct Scratch {
        let noised: Matrix
        let noise: Matrix
        let direction: Matrix
    }

    package func makeScratch(_ make: TileMaker) -> Scratch {
        Scratch(noised: make.tile(make.dimension), noise: make.tile(make.dimension), direction: make.tile(make.dimension))
    }

    package func addGradient(_ shard: ShardState, _ scratch: Scratch, _ worker: ShardWorker, step: Int) {
        let (noised, noise, direction) = (scratch.noised, scratch.noise, scratch.direction)
        data.fill(worker, step: step, shard: shard.index)
        RandomStream(seed: seed, purpose: .scoreNoise, step: step, index: shard.index).fillNormals(noise)
        noised.combine(worker.data, noise) { $0 + deviation * $1 }
        worker.times.stamp(.data)
        worker.engine.evaluate(noised, energies: worker.energies, gradient: direction)
        direction.combine(direction, noise) { $0 - $1 / deviation }
        let factor = deviation * deviation / Float(rowsPerStep)
        worker.engine.addLineGradient(of: noised, along: direction) { _, weights in
            weights[0].fill(0)
            weights[1].fill(factor)
        }
        shard.report[.dataEnergy] = worker.energies.sum
        shard.report[.loss] = Double(deviation * deviation) / 2 * direction.squaredNorm
        worker.times.stamp(.gradients)
    }
}

import Datasets
import Model
import Numerics

/// Dual score matching: the energy of noised data learns its derivatives in the row and in the noise.
///
/// L = mean (t/d) |∇U(y, t) - ξ/σ|² + (t/d)² (∂U/∂t - d/2t + |y - x|²/2t²)²,   y = x + σ ξ, t = σ², log t uniform between the lowest and the highest noise.
///
/// Best are ∂U/∂t of -log p_t(y): levels are tied, so that the constant of the highest noise makes each a log density. With σ(c) = low (high/low)^c and
/// ℓ = log(high/low) the second term is (∂U/∂c/2ℓ - (d - |ξ|²)/2)²/d². The gradient is that of v·∇U + w ∂U/∂c along the errors (v, w) held fixed: one pass
/// along lines through (y, c). Cost: one pass, and two along lines.
///
/// Source: F. Guth, Z. Kadkhodaie, E. Simoncelli, arXiv:2506.05310.
package struct DualScoreMatching: Objective {
    let seed: UInt64
    let noise: NoisePreconditioning
    let rowsPerStep: Int
    let data: LearnedRows

    package init(seed: UInt64, noise: NoisePreconditioning, rowsPerStep: Int, data: LearnedRows) {
        (self.seed, self.noise, self.rowsPerStep, self.data) = (seed, noise, rowsPerStep, data)
    }

    package var profile: ObjectiveProfile {
        var profile = ObjectiveProfile()
        profile.measures = [.dataEnergy, .loss, .tieLoss]
        profile.engine = EngineNeeds(lineOrder: 1)
        profile.evaluations = 5
        return profile
    }

    package func makeScratch(_ make: TileMaker) -> LevelNoise { LevelNoise(make) }

    package func addGradient(_ shard: ShardState, _ scratch: LevelNoise, _ worker: ShardWorker, step: Int) {
        let (d, rows) = (Float(scratch.noise.columns), worker.data.rows)
        // Strata of log t: each row is uniform in one of them.
        let random = RandomStream(seed: seed, purpose: .noiseLevel, step: step, index: shard.index)
        let noises = (0..<rows).map { row in
            let level = (Float(row) + random.uniform(at: row)) / Float(rows)
            return (level: level, deviation: noise.noise(level))
        }
        scratch.fill(data, noises, worker, seed: seed, step: step, shard: shard.index)
        worker.times.stamp(.data)
        // ∂U/∂c, along (0, 1).
        scratch.direction.fill(0)
        worker.engine.setLevelDirections([1])
        let slopes = worker.engine.lineDerivatives(of: scratch.noised, along: scratch.direction)[1].values
        scratch.fillErrors(noises, worker)
        let range = noise.logRange
        var (losses, ties, turns): (Double, Double, [Float]) = (0, 0, [])
        for (row, own) in noises.enumerated() {
            let (direction, squares) = (scratch.direction.rows(row..<row + 1), scratch.noise.rows(row..<row + 1).squaredNorm)
            let (variance, error) = (own.deviation * own.deviation, slopes[row] / (2 * range) - (d - Float(squares)) / 2)
            losses += Double(variance / d) * direction.squaredNorm
            ties += Double(error) * Double(error) / Double(d * d)
            direction.combine(direction, direction) { value, _ in 2 * variance / d * value }
            turns.append(error / (d * d * range))
        }
        worker.engine.setLevelDirections(turns)
        worker.engine.addLineGradient(of: scratch.noised, along: scratch.direction) { _, weights in
            weights[0].fill(0)
            weights[1].fill(1 / Float(rowsPerStep))
        }
        shard.report[.dataEnergy] = worker.energies.sum
        (shard.report[.loss], shard.report[.tieLoss]) = (losses + ties, ties)
        worker.times.stamp(.gradients)
    }
}

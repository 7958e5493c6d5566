import Datasets
import Model
import Numerics
import Sampling

/// Noise-contrastive estimation: tells data from samples of a known density by u(x) = -E(x) - log q(x).
///
/// L = mean -log s(u(x)) - mean log s(-u(x⁻)), s the logistic function, as many noise samples as data. The energy normalises itself: its
/// constant (the last bias) learns log Z. q has the means and variances of the data, and the shares of values of columns that are no numbers. Cost: two passes a
/// data row.
///
/// Source: M. Gutmann, A. Hyvärinen, JMLR 13 (2012), 307.
package struct NoiseContrastiveEstimation: RowLoss {
    let seed: UInt64
    let noise: IndependentNoise
    let rowsPerStep: Int
    package var data: LearnedRows

    package init(seed: UInt64, noise: IndependentNoise, rowsPerStep: Int, data: LearnedRows) {
        self.seed = seed
        self.noise = noise
        self.rowsPerStep = rowsPerStep
        self.data = data
    }

    package var profile: ObjectiveProfile {
        var profile = ObjectiveProfile()
        profile.measures = Measure.contrast
        profile.engine = EngineNeeds(passTiles: 2)
        profile.evaluations = 2
        return profile
    }

    package func makeScratch(_ make: TileMaker) -> PassTiles { PassTiles(2, make) }

    package func addGradient(_ shard: ShardState, _ pass: PassTiles, _ worker: ShardWorker, step: Int) {
        let rows = worker.data.rows
        data.fill(worker, step: step, shard: shard.index)
        pass[0].copy(from: worker.data)
        noise.fill(pass[1], seed: seed, step: step, index: shard.index)
        worker.times.stamp(.data)
        let scale = 1 / Float(rowsPerStep)
        var loss = 0.0
        worker.engine.addGradient(of: pass.rows, energies: pass.energies) { energies, weights in
            for row in 0..<2 * rows {
                let sign: Float = row < rows ? 1 : -1
                let margin = sign * (-energies[row, 0] - noise.logDensity(of: pass.rows.rows(row..<row + 1)))
                // -log s(margin) = softplus(-margin), with the slope -s(-margin) in the margin, which falls with sign · E.
                weights[row, 0] = scale * sign * VectorMath.logistic(-margin)
                loss += Double(VectorMath.softplus(-margin))
            }
        }
        let energies = pass.energies.values
        shard.report[.dataEnergy] = energies[..<rows].reduce(0) { $0 + Double($1) }
        shard.report[.sampleEnergy] = energies[rows...].reduce(0) { $0 + Double($1) }
        shard.report[.loss] = loss
        worker.times.stamp(.gradients)
    }
}

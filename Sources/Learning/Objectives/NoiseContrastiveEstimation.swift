import Datasets
import Model
import Numerics
import Sampling

/// Noise-contrastive estimation: tells data from samples of a known Gaussian by u(x) = -E(x) - log q(x).
///
/// L = mean -log s(u(x)) - mean log s(-u(x⁻)), s the logistic function, as many noise samples as data. The energy normalises itself: its
/// constant (the last bias) learns log Z. q has the means and variances of the data. Cost: two passes a data row.
///
/// Source: M. Gutmann, A. Hyvärinen, JMLR 13 (2012), 307.
package struct NoiseContrastiveEstimation: Objective {
    let seed: UInt64
    let noise: DiagonalGaussian
    let rowsPerStep: Int
    let data: LearnedRows

    package init(seed: UInt64, noise: DiagonalGaussian, rowsPerStep: Int, data: LearnedRows) {
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
        noise.fill(pass[1], stream: RandomStream(seed: seed, purpose: .noiseContrast, step: step, index: shard.index))
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

/// A Gaussian with independent values.
package struct DiagonalGaussian: Sendable, Hashable {
    package let means: [Float]
    package let deviations: [Float]
    /// log of the normalising factor.
    private let constant: Float

    package init(means: [Float], deviations: [Float]) {
        precondition(means.count == deviations.count && deviations.allSatisfy { $0 > 0 }, "a mean and a positive deviation for each value")
        self.means = means
        self.deviations = deviations
        let logs = deviations.reduce(0.0) { $0 + Double(VectorMath.log($1)) }
        constant = Float(-logs - 0.918_938_533_204_672_7 * Double(means.count))
    }

    /// Means and deviations of the rows of a stream's first tiles; a value that does not vary gets `floor`.
    package init(of stream: DataStream, rows wanted: Int, floor: Float) {
        let dimension = stream.shape.count
        let tile = Matrix(rows: stream.rowsPerShard, columns: dimension)
        var (sums, squares, count) = ([Double](repeating: 0, count: dimension), [Double](repeating: 0, count: dimension), 0.0)
        for step in 0..<(wanted + tile.rows - 1) / tile.rows {
            stream.fill(tile, step: step, shard: 0)
            for row in 0..<tile.rows {
                for column in 0..<dimension {
                    let value = Double(tile[row, column])
                    sums[column] += value
                    squares[column] += value * value
                }
            }
            count += Double(tile.rows)
        }
        let means = sums.map { $0 / count }
        let deviations = zip(squares, means).map { max($0 / count - $1 * $1, 0).squareRoot() }
        self.init(means: means.map { Float($0) }, deviations: deviations.map { max(Float($0), floor) })
    }

    /// Independent draws.
    package func fill(_ tile: Matrix, stream: RandomStream) {
        stream.fillNormals(tile)
        for row in 0..<tile.rows {
            for column in 0..<tile.columns { tile[row, column] = means[column] + deviations[column] * tile[row, column] }
        }
    }

    package func logDensity(of row: Matrix) -> Float {
        var sum: Float = 0
        for column in 0..<row.columns {
            let distance = (row[0, column] - means[column]) / deviations[column]
            sum += distance * distance
        }
        return constant - sum / 2
    }
}

import Configuration
import Learning
import Model
import Numerics

/// Rows as a run's generator gives them back: g(z) with z the mean that the encoder finds, or for a latent prior the end of a posterior chain.
package struct Reconstructor {
    /// Rows computed together; fixed, so that the bits do not depend on the number of ranks.
    package let rowsPerTile: Int
    /// The number of latent values.
    package let latents: Int
    private let reconstruct: (_ x: Matrix, _ condition: Matrix?, _ tile: Int) -> Matrix

    private static let rowsPerTile = 64

    /// Nil without a generator.
    package init?(_ trained: TrainedModel, seed: UInt64) {
        self.init(trained.networks, trained.preparedNetworks(), trained.configuration, seed: seed)
    }

    /// Nil without a generator.
    package init?(_ networks: RunNetworks, _ weights: RunWeights, _ configuration: RunConfiguration, seed: UInt64) {
        guard let generator = networks.generator, let generatorWeights = weights.learning[.generator] else { return nil }
        latents = generator.inputShape.count
        if let inference = LatentInference(networks, weights, configuration, seed: seed) {
            rowsPerTile = inference.rowsPerTile
            reconstruct = { x, _, tile in inference.infer(x, tile: tile).decoded }
            return
        }
        guard let encoder = networks.encoder, let encoderWeights = weights.learning[.encoder] else { return nil }
        rowsPerTile = Self.rowsPerTile
        let (encoding, decoding) = (Workspace(encoder, rows: rowsPerTile), Workspace(generator, rows: rowsPerTile))
        let means = Matrix(rows: rowsPerTile, columns: latents)
        reconstruct = { x, condition, _ in
            if let condition {
                encoding.setCondition(condition)
                decoding.setCondition(condition)
            }
            encoder.forward(x, encoderWeights, encoding, keepingSlopes: false)
            let z = means.rows(0..<x.rows)
            // The means, then the log variances.
            for row in 0..<x.rows { for column in 0..<z.columns { z[row, column] = encoding.output[row, column] } }
            generator.forward(z, generatorWeights, decoding, keepingSlopes: false)
            return decoding.output.rows(0..<x.rows)
        }
    }

    /// x^ of a tile, which lasts until the next one.
    /// - Parameters:
    ///   - x: at most `rowsPerTile` rows.
    ///   - condition: of each row.
    package func callAsFunction(_ x: Matrix, condition: Matrix?, tile: Int) -> Matrix { reconstruct(x, condition, tile) }
}

import Configuration
import Distributed
import Failures
import Learning
import Measures
import Numerics

/// Rows of data beside what the model makes of them.
package struct RestoredRows: Sendable {
    package enum Kind: Sendable {
        /// From their latent vectors.
        case reconstruction
        /// From a part of them, or from the image that belongs to them.
        case completion
    }

    package let kind: Kind
    /// Whether the rows were not trained on.
    package let isHeldOut: Bool
    /// What the model was given; nil where that was the row itself.
    package let given: Matrix?
    package let made: Matrix
    package let truth: Matrix

    package static let count = 32

    /// Collective. What this model can do.
    static func all(
        of model: SnapshotModel, _ conditional: ConditionalSamples?, _ communicator: any Communicator
    ) throws(Failure) -> [RestoredRows] {
        guard let rows = model.heldOut ?? model.rows else { return [] }
        var all: [RestoredRows] = []
        let count = min(Self.count, rows.available)
        if let reconstructor = Reconstructor(model.networks, model.weights, model.configuration, seed: ModelSnapshot.seed) {
            let (size, width, truth) = (reconstructor.rowsPerTile, rows.dimension, rows.read(0..<count))
            let values = try DealtTiles.gather(tiles: (count + size - 1) / size, perTile: size * width, communicator) { tile in
                let part = tile * size..<min(count, (tile + 1) * size)
                let x = truth.rows(part)
                let given = model.condition.map { rows.condition($0, of: x, part, seed: ModelSnapshot.seed, tile: tile).values }
                let made = reconstructor(x, condition: given, tile: tile).values
                return made.map { Double($0) } + [Double](repeating: 0, count: (size - part.count) * width)
            }
            let made = Matrix(rows: count, columns: width, values.prefix(count * width).map { Float($0) })
            all.append(RestoredRows(kind: .reconstruction, isHeldOut: model.heldOut != nil, given: nil, made: made, truth: truth))
        }
        if let conditional, let truth = conditional.conditions.rows?.truth {
            let count = min(Self.count, truth.rows)
            let given = conditional.conditions.images(
                count: count, rowsPerTile: conditional.rowsPerTile, shape: model.networks.sampleShape,
                dark: Float(model.configuration.data.low))
            all.append(
                RestoredRows(
                    kind: .completion, isHeldOut: model.heldOut != nil, given: given, made: conditional.rows.rows(0..<count),
                    truth: truth.rows(0..<count)))
        }
        return all
    }
}

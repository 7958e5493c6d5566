import Configuration
import Distributed
import Failures
import Measures
import Model
import Numerics
import Training

/// How unlikely a model finds rows of data: the greater the less likely.
///
/// E(x); for a latent prior |x - g(z)|²/2σ² + U(z) with z at the end of a posterior chain (B. Pang et al., arXiv:2006.08205): minus the log density
/// of x and z together, up to a constant.
package struct RowScores {
    /// Rows computed together; fixed, so that the bits do not depend on the number of ranks.
    package let rowsPerTile: Int
    /// What the score is the sum of, by name; empty where it is one energy.
    package let parts: [String]
    private let tileScores: (_ rows: Matrix, _ tile: Int) -> [[Double]]

    private static let rowsPerTile = 64

    /// The energy of a row.
    package init(energy: EnergyModel, weights: PreparedWeights) {
        let workspace = Workspace(energy, rows: Self.rowsPerTile)
        (rowsPerTile, parts) = (Self.rowsPerTile, [])
        tileScores = { rows, _ in
            let energies = Matrix(rows: rows.rows, columns: 1)
            energy.energies(of: rows, weights, workspace, into: energies)
            return energies.values.map { [Double($0)] }
        }
    }

    /// The energy of a row and of its latent vector: what the decoder leaves of the row, and U(z).
    package init(_ inference: LatentInference) {
        (rowsPerTile, parts) = (inference.rowsPerTile, ["reconstruction", "prior"])
        tileScores = { rows, tile in
            let found = inference.infer(rows, tile: tile)
            return zip(found.reconstruction, found.prior).map { [$1 + $0, $0, $1] }
        }
    }

    /// The score of each row, then its parts.
    /// - Parameter rows: a tile, at most `rowsPerTile` rows.
    package func scores(of rows: Matrix, tile: Int) -> [[Double]] { tileScores(rows, tile) }

    /// Collective. The scores of the first rows, and their parts, each of all rows, on all ranks.
    /// - Throws: `.numerical` for a score that is NaN.
    func scores(of rows: EvaluationRows, count: Int, _ communicator: any Communicator) throws(Failure) -> [[Double]] {
        let (size, width) = (rowsPerTile, 1 + parts.count)
        let numbers = try DealtTiles.gather(tiles: (count + size - 1) / size, perTile: size * width, communicator) { tile in
            let part = tile * size..<min(count, (tile + 1) * size)
            return tileScores(rows.read(part), tile).flatMap { $0 } + [Double](repeating: 0, count: (size - part.count) * width)
        }
        if let bad = numbers.prefix(count * width).firstIndex(where: { $0.isNaN }) {
            throw Failure(
                .numerical,
                "\(rows.name): the score of row \(bad / width) in the order of evaluation is NaN: the model cannot rank rows")
        }
        return (0..<width).map { column in stride(from: column, to: count * width, by: width).map { numbers[$0] } }
    }
}

extension TrainedModel {
    /// - Throws: `.usage` for an energy of rows and their condition.
    func scores(seed: UInt64, for place: String) throws(Failure) -> RowScores {
        try checkIsUnconditional(place)
        return inference(seed: seed).map { RowScores($0) } ?? RowScores(energy: model, weights: prepared())
    }

    /// - Parameter place: what needs an energy of rows alone.
    /// - Throws: `.usage` for a model with a condition beside them.
    func checkIsUnconditional(_ place: String) throws(Failure) {
        guard rowCondition == nil else {
            throw Failure(
                .usage,
                "\(place): not available for an energy with a condition beside the rows: expected a run with condition.kind = \"none\", "
                    + "found \"\(configuration.condition.kind.rawValue)\"")
        }
    }
}

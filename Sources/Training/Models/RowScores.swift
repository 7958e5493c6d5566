import Configuration
import Distributed
import Failures
import Learning
import Measures
import Model
import Numerics

/// How unlikely a model finds rows of data: the greater the less likely.
///
/// E(x); for a latent prior |x - g(z)|²/2σ² + U(z) with z at the end of a posterior chain (B. Pang et al., arXiv:2006.08205): minus the log density
/// of x and z together, up to a constant.
package struct RowScores {
    /// Rows computed together; fixed, so that the bits do not depend on the number of ranks.
    package let rowsPerTile: Int
    /// What the score is the sum of, by name; empty where it is one energy.
    package let parts: [String]
    private let tileScores: (_ rows: Matrix, _ condition: Matrix?, _ tile: Int) -> [[Double]]

    /// The energy of a row.
    package init(energy: EnergyModel, weights: PreparedWeights) {
        let workspace = Workspace(energy, rows: EvaluationRows.rowsPerTile)
        (rowsPerTile, parts) = (EvaluationRows.rowsPerTile, [])
        tileScores = { rows, condition, _ in
            if let condition { workspace.setCondition(condition) }
            let energies = Matrix(rows: rows.rows, columns: 1)
            energy.energies(of: rows, weights, workspace, into: energies)
            return energies.values.map { [Double($0)] }
        }
    }

    /// The energy of a row and of its latent vector: what the decoder leaves of the row, and U(z).
    package init(_ inference: LatentInference) {
        (rowsPerTile, parts) = (inference.rowsPerTile, ["reconstruction", "prior"])
        tileScores = { rows, _, tile in
            let found = inference.infer(rows, tile: tile)
            return zip(found.reconstruction, found.prior).map { [$1 + $0, $0, $1] }
        }
    }

    /// The energy of a row, or of a row and its latent vector; nil where the objective of the run trains no energy.
    /// - Parameter seed: of posterior chains.
    package init?(_ networks: RunNetworks, _ weights: RunWeights, _ configuration: RunConfiguration, seed: UInt64) {
        guard configuration.objective.kind.model.energy != .none else { return nil }
        if let inference = LatentInference(networks, weights, configuration, seed: seed) {
            self.init(inference)
        } else {
            self.init(energy: networks.energy, weights: weights.learning.energy)
        }
    }

    /// The score of each row, then its parts.
    /// - Parameters:
    ///   - rows: a tile, at most `rowsPerTile` rows.
    ///   - condition: of each row; nil for energies of rows alone.
    package func scores(of rows: Matrix, condition: Matrix? = nil, tile: Int) -> [[Double]] { tileScores(rows, condition, tile) }

    /// Collective. The scores of so many rows, and their parts, each of all rows, on all ranks; those that are no numbers as they are.
    /// - Parameter read: some of the rows, and their condition where energies have one.
    package func scores(
        of count: Int, _ communicator: any Communicator, read: (_ part: Range<Int>, _ tile: Int) -> (rows: Matrix, condition: Matrix?)
    ) throws(Failure) -> [[Double]] {
        let (size, width) = (rowsPerTile, 1 + parts.count)
        let numbers = try DealtTiles.gather(tiles: (count + size - 1) / size, perTile: size * width, communicator) { tile in
            let part = tile * size..<min(count, (tile + 1) * size)
            let (rows, condition) = read(part, tile)
            return tileScores(rows, condition, tile).flatMap { $0 } + [Double](repeating: 0, count: (size - part.count) * width)
        }
        return (0..<width).map { column in stride(from: column, to: count * width, by: width).map { numbers[$0] } }
    }

    /// Collective. The energies of the first rows, on all ranks; those that are no numbers as they are.
    /// - Parameters:
    ///   - condition: what the energy knows beside the rows, which have it.
    ///   - seed: of hidden places.
    func energies(
        of rows: EvaluationRows, count: Int, _ condition: Condition?, seed: UInt64, _ communicator: any Communicator
    ) throws(Failure) -> [Double] {
        try scores(of: min(count, rows.available), communicator) { part, tile in
            let x = rows.read(part)
            return (x, condition.map { rows.condition($0, of: x, part, seed: seed, tile: tile).values })
        }[0]
    }

    /// Collective. The scores of the first rows, and their parts, each of all rows, on all ranks.
    /// - Parameter condition: what the energy knows beside the rows, which were checked to have it.
    /// - Throws: `.numerical` for a score that is NaN.
    package func scores(
        of rows: EvaluationRows, count: Int, condition: Condition? = nil, _ communicator: any Communicator
    ) throws(Failure) -> [[Double]] {
        let scores = try scores(of: count, communicator) { part, tile in
            let x = rows.read(part)
            return (x, condition.map { rows.condition($0, of: x, part, seed: 0, tile: tile).values })
        }
        if let bad = (0..<count).first(where: { row in scores.contains { $0[row].isNaN } }) {
            throw Failure(.numerical, "\(rows.name): the score of row \(bad) in the order of evaluation is NaN: the model cannot rank rows")
        }
        return scores
    }
}

extension TrainedModel {
    /// Of rows and their conditions, where energies have such.
    package func scores(seed: UInt64) -> RowScores {
        inference(seed: seed).map { RowScores($0) } ?? RowScores(energy: model, weights: prepared())
    }

    /// - Parameter place: what gives rows alone.
    /// - Throws: `.usage` for an energy of rows and their condition.
    package func scores(seed: UInt64, for place: String) throws(Failure) -> RowScores {
        try checkIsUnconditional(place)
        return scores(seed: seed)
    }

    /// - Parameter place: what needs an energy of rows alone.
    /// - Throws: `.usage` for a model with a condition beside them.
    package func checkIsUnconditional(_ place: String) throws(Failure) {
        guard rowCondition == nil else {
            throw Failure(
                .usage,
                "\(place): not available for an energy with a condition beside the rows: expected a run with condition.kind = \"none\", "
                    + "found \"\(configuration.condition.kind.rawValue)\"")
        }
    }
}

import Distributed
import Failures
import Formats
import Numerics
import Training

/// `energy`: the energies of given rows under a trained model; for a latent prior those of the rows with their latent vectors (`RowScores`).
public struct EnergyCommand: Codable, Sendable {
    public var folder: String
    public var step: Int?
    public var weights: ModelWeights
    public var input: String
    public var output: String

    public init(folder: String, step: Int? = nil, weights: ModelWeights = .average, input: String, output: String) {
        self.folder = folder
        self.step = step
        self.weights = weights
        self.input = input
        self.output = output
    }

    /// Of posterior chains.
    private static let seed: UInt64 = 1

    /// Collective. - Returns: a line for the person at the terminal.
    public func run(_ communicator: any Communicator) throws(Failure) -> String {
        let file = try communicator.agree { try RowFile(output) }
        try OutputPath.check([output], communicator)
        let trained = try TrainedModel.shared(folder, step: step, weights: weights, communicator)
        let scores = try communicator.agree { try trained.scores(seed: Self.seed, for: "energy") }
        let rows = try trained.readRows(input, option: "--input", communicator)
        let count = rows.rows
        let results = TileResults(rows: count, rowsPerTile: scores.rowsPerTile, rowShape: [], columns: ["energy"])
        let values = results.tiles(of: communicator).map { tile in
            communicator.progress.note("energies")
            return (tile.rows, scores.scores(of: rows.rows(tile.rows), tile: tile.index))
        }
        let remark = try results.write(values, to: file, communicator)
        return trained.told("energies of \(count) rows at step \(trained.step)\(remark): \(output)")
    }
}

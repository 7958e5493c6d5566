import Distributed
import Failures
import Formats
import Model
import Numerics

/// `energy`: the energies of given rows under a trained model.
public struct EnergyCommand: Codable, Sendable {
    public var folder: String
    public var step: Int?
    public var weights: TrainedModel.Weights
    public var input: String
    public var output: String

    public init(folder: String, step: Int? = nil, weights: TrainedModel.Weights = .average, input: String, output: String) {
        self.folder = folder
        self.step = step
        self.weights = weights
        self.input = input
        self.output = output
    }

    /// Rows computed together; fixed, so that the bits do not depend on the number of ranks.
    private static let rowsPerTile = 64

    /// Collective. - Returns: a line for the person at the terminal.
    public func run(_ communicator: any Communicator) throws(Failure) -> String {
        let trained = try communicator.agree { try TrainedModel(RunFolder(folder), step: step, weights: weights) }
        let rows = try communicator.agree { try SampleFile.read(input, shape: trained.shape) }
        let count = rows.rows
        let results = TileResults(rows: count, rowsPerTile: Self.rowsPerTile, rowShape: [])
        let prepared = trained.prepared()
        let workspace = Workspace(trained.model, rows: Self.rowsPerTile)
        let values = results.tiles(of: communicator).map { tile in
            let energies = Matrix(rows: tile.rows.count, columns: 1)
            trained.model.energies(of: rows.rows(tile.rows), prepared, workspace, into: energies)
            return (tile.rows, energies.values)
        }
        try results.write(values, to: output, communicator)
        return "energies of \(count) rows at step \(trained.step): \(output)"
    }
}

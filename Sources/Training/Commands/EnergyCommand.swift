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
        let rows = try communicator.agree { try read(trained.shape) }
        let count = rows.count / trained.shape.count
        let results = TileResults(rows: count, rowsPerTile: Self.rowsPerTile, rowShape: [])
        let prepared = trained.prepared()
        let workspace = Workspace(trained.model, rows: Self.rowsPerTile)
        let values = results.tiles(of: communicator).map { tile in
            let width = trained.shape.count
            let part = ChannelOrder.innermost(
                Array(rows[tile.rows.lowerBound * width..<tile.rows.upperBound * width]), shape: trained.shape)
            let energies = Matrix(rows: tile.rows.count, columns: 1)
            trained.model.energies(of: Matrix(rows: tile.rows.count, columns: width, part), prepared, workspace, into: energies)
            return (tile.rows, energies.values)
        }
        try results.write(values, to: output, communicator)
        return "energies of \(count) rows at step \(trained.step): \(output)"
    }

    /// The rows of the input file, channels first.
    private func read(_ shape: ImageShape) throws -> [Float] {
        let array = try NPY.decode(FileBytes.read(input), name: input)
        let accepted = [shape.fileShape] + (shape.channels == 1 ? [[shape.height, shape.width]] : []) + [[shape.count]]
        guard array.shape.count >= 2, let rows = array.shape.first, rows > 0, accepted.contains(Array(array.shape.dropFirst())) else {
            let expected = accepted[0].map(String.init).joined(separator: " x ")
            throw Failure(
                .data,
                "\(input): expected N x \(expected) values for this model, found the shape "
                    + array.shape.map(String.init).joined(separator: " x "))
        }
        let floats = array.values.floats
        if let bad = floats.firstIndex(where: { !$0.isFinite }) {
            throw Failure(
                .data, "\(input): row \(bad / shape.count), value \(bad % shape.count): expected a finite number, found \(floats[bad])")
        }
        return floats
    }
}

import Configuration
import Distributed
import Failures
import Formats
import Numerics
import Training

/// `energy`: the energies of given rows under a trained model; for a latent prior those of the rows with their latent vectors (`RowScores`).
public struct EnergyCommand: Codable, Sendable {
    public var folder: String
    public var step: WantedCheckpoint?
    public var weights: ModelWeights
    public var input: String
    public var output: String
    /// Whether the parts of scores that are sums are written too.
    public var writesParts: Bool
    /// Whether log densities are written in the place of energies.
    public var writesDensities: Bool

    public init(
        folder: String, step: WantedCheckpoint? = nil, weights: ModelWeights = .average, input: String, output: String,
        writesParts: Bool = false, writesDensities: Bool = false
    ) {
        self.folder = folder
        self.step = step
        self.weights = weights
        self.input = input
        self.output = output
        (self.writesParts, self.writesDensities) = (writesParts, writesDensities)
    }

    /// Of posterior chains.
    private static let seed: UInt64 = 1

    /// Collective. - Returns: a line for the person at the terminal.
    public func run(_ communicator: any Communicator) throws(Failure) -> String {
        let file = try communicator.agree { try RowFile(output) }
        try OutputPath.check([output], communicator)
        let trained = try TrainedModel.shared(folder, step: step, weights: weights, communicator)
        let density =
            try writesDensities
            ? LogDensity(trained, training: trained.evaluationRows(nil, communicator).training, for: "energy: --log-density", communicator)
            : nil
        let scores = try communicator.agree { try trained.scores(seed: Self.seed, for: "energy") }
        let parts = try communicator.agree { try writesParts ? self.parts(of: scores, trained) : [] }
        let columns = [density == nil ? "energy" : "logDensity"] + parts
        let rows = try trained.readRows(input, option: "--input", communicator)
        let count = rows.rows
        let results = TileResults(
            rows: count, rowsPerTile: scores.rowsPerTile, rowShape: writesParts ? [columns.count] : [], columns: columns)
        let values = results.tiles(of: communicator).map { tile in
            communicator.progress.note("energies")
            let own = scores.scores(of: rows.rows(tile.rows), tile: tile.index)
            let written = own.flatMap { row in density.map { [$0.ofRow(energy: row[0])] } ?? Array(row.prefix(columns.count)) }
            return (tile.rows, written)
        }
        let remark = try results.write(values, to: file, communicator)
        return trained.told("\(density == nil ? "energies" : "log densities") of \(count) rows at step \(trained.step)\(remark): \(output)")
    }

    private func parts(of scores: RowScores, _ trained: TrainedModel) throws(Failure) -> [String] {
        guard !scores.parts.isEmpty else {
            throw Failure(
                .usage,
                "energy: --parts: expected a latent prior, whose score is a sum, found a run with objective.kind = "
                    + "\"\(trained.configuration.objective.kind.rawValue)\"")
        }
        return scores.parts
    }
}

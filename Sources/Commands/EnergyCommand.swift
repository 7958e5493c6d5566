import Configuration
import Distributed
import Failures
import Formats
import Numerics
import Training

/// `energy`: the energies of given rows, with their conditions where it has such, under a trained model; for a latent prior those of the rows with their latent vectors (`RowScores`).
public struct EnergyCommand: Codable, Sendable {
    public var folder: String
    public var step: WantedCheckpoint?
    public var weights: ModelWeights
    public var input: String
    /// The class of all rows; nil: those that stand beside them, for a model that knows classes.
    public var label: Int?
    /// The path of the images that belong to the rows, for a model that knows such.
    public var images: String?
    public var output: String
    /// Whether the parts of scores that are sums are written too.
    public var writesParts: Bool
    /// Whether log densities are written in the place of energies.
    public var writesDensities: Bool
    /// Whether it is written where rows lie among the training rows, and which columns their energies come from.
    public var explains: Bool

    public init(
        folder: String, step: WantedCheckpoint? = nil, weights: ModelWeights = .average, input: String, label: Int? = nil,
        images: String? = nil, output: String, writesParts: Bool = false, writesDensities: Bool = false, explains: Bool = false
    ) {
        self.folder = folder
        self.step = step
        self.weights = weights
        (self.input, self.label, self.images) = (input, label, images)
        self.output = output
        (self.writesParts, self.writesDensities, self.explains) = (writesParts, writesDensities, explains)
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
        let scores = trained.scores(seed: Self.seed)
        let parts = try communicator.agree { try writesParts ? self.parts(of: scores, trained) : [] }
        try communicator.agree { if let images { try trained.checkTakesImages(images) } }
        let rows = try trained.givenRows(input, images: images, needsClasses: label == nil, option: "--input", communicator)
        let conditions = try communicator.agree { try trained.conditions(of: rows, label: label, place: "energy: --input \(input)") }
        let explanation = try explains ? RowExplanation(trained, scores, communicator) : nil
        let columns = [density == nil ? "energy" : "logDensity"] + parts + (explanation?.columns ?? [])
        let count = rows.count
        let results = TileResults(
            rows: count, rowsPerTile: scores.rowsPerTile, rowShape: columns.count > 1 ? [columns.count] : [], columns: columns)
        let values = results.tiles(of: communicator).map { tile in
            communicator.progress.note("energies")
            let (x, condition) = (rows.read(tile.rows), conditions?.values(tile.rows))
            let found = scores.scores(of: x, condition: condition, tile: tile.index).map { Array($0.prefix(1 + parts.count)) }
            let reasons = explanation?.values(of: x, condition, scores: found.map { $0[0] }, tile: tile.index)
            let written = found.indices.flatMap { row in
                [density?.ofRow(energy: found[row][0]) ?? found[row][0]] + found[row].dropFirst() + (reasons?[row] ?? [])
            }
            return (tile.rows, written)
        }
        let remark = try results.write(values, to: file, communicator)
        var text = "\(density == nil ? "energies" : "log densities") of \(count) rows at step \(trained.step)\(remark): \(output)"
        if let explanation {
            try communicator.onRoot { text += "\n" + explanation.text(try file.values()) }
        }
        return trained.told(text)
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

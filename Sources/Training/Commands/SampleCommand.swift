import Distributed
import Failures
import Formats
import Model
import Numerics

/// `sample`: chains of a trained model, run on and written as `.npy` and as a picture.
public struct SampleCommand: Codable, Sendable {
    public typealias Start = ModelSampler.Start

    public var folder: String
    public var step: Int?
    public var count: Int
    /// Steps of the run's sampler; default: as many as in training.
    public var steps: Int?
    public var start: Start?
    public var weights: TrainedModel.Weights
    public var seed: UInt64
    public var output: String
    public var grid: String?
    /// Samples of a line between two latent vectors of the generator; nil: independent ones.
    public var interpolation: Int?
    /// The class of all samples, where the model is told classes; nil: one class after the other.
    public var label: Int?
    /// The data whose hidden pixels are completed, where the model is told visible ones; nil: the run's.
    public var data: String?

    public init(
        folder: String, step: Int? = nil, count: Int, steps: Int? = nil, start: Start? = nil, weights: TrainedModel.Weights = .average,
        seed: UInt64 = 1, output: String, grid: String? = nil, interpolation: Int? = nil, label: Int? = nil,
        data: String? = nil
    ) {
        self.folder = folder
        self.step = step
        self.count = count
        self.steps = steps
        self.start = start
        self.weights = weights
        self.seed = seed
        self.output = output
        self.grid = grid
        self.interpolation = interpolation
        (self.label, self.data) = (label, data)
    }

    /// Collective. Samples are dealt to ranks by tiles; the same bytes on any number of ranks.
    /// - Returns: a line for the person at the terminal.
    public func run(_ communicator: any Communicator) throws(Failure) -> String {
        let trained = try communicator.agree { try TrainedModel(RunFolder(folder), step: step, weights: weights) }
        let conditions = try trained.conditions(count: count, label: label, data: data, seed: seed, communicator)
        let sampler = try communicator.agree {
            try ModelSampler(
                trained, count: count, orAtMost: count, steps: steps, start: start, seed: seed, interpolation: interpolation,
                conditions: conditions)
        }
        let results = TileResults(rows: count, rowsPerTile: sampler.rowsPerTile, rowShape: trained.shape.fileShape)
        let values = try communicator.agree {
            try results.tiles(of: communicator).map { tile in
                (tile.rows, ChannelOrder.outermost(try sampler.draw(tile.index, tile.rows).values, shape: trained.shape))
            }
        }
        try results.write(values, to: output, communicator)
        try communicator.onRoot { if let grid { try drawGrid(grid, trained, conditions) } }
        return "\(count) samples of step \(trained.step) after \(sampler.steps) steps from \(sampler.start.rawValue): \(output)"
    }

    private func drawGrid(_ path: String, _ trained: TrainedModel, _ conditions: SampleConditions?) throws {
        var configuration = trained.configuration
        let (shape, width) = (trained.shape, trained.shape.count)
        let floats = ChannelOrder.innermost(try NPY.decode(FileBytes.read(output), name: output).values.floats, shape: shape)
        guard let given = conditions?.given, case .visible(let mask)? = conditions?.condition else {
            return try SamplePicture(configuration: configuration, shape: shape).write(floats, count: count, to: path)
        }
        // What was visible, the completion and the truth, side by side.
        let size = configuration.run.chainsPerShard
        let hidden = Matrix(rows: count, columns: width)
        hidden.fill(Float(configuration.data.low))
        for tile in 0..<(count + size - 1) / size {
            let rows = tile * size..<min(count, (tile + 1) * size)
            if let told = conditions?.told(rows, tile: tile) { mask.paste(told, into: hidden.rows(rows)) }
        }
        var panels: [Float] = []
        for row in 0..<count {
            panels += hidden.rows(row..<row + 1).values
            panels += floats[row * width..<(row + 1) * width]
            panels += given.rows(row..<row + 1).values
        }
        configuration.samples.columns = max(3, configuration.samples.columns / 3 * 3)
        try SamplePicture(configuration: configuration, shape: shape).write(panels, count: 3 * count, to: path)
    }
}

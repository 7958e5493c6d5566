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

    public init(
        folder: String, step: Int? = nil, count: Int, steps: Int? = nil, start: Start? = nil, weights: TrainedModel.Weights = .average,
        seed: UInt64 = 1, output: String, grid: String? = nil, interpolation: Int? = nil
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
    }

    /// Collective. Samples are dealt to ranks by tiles; the same bytes on any number of ranks.
    /// - Returns: a line for the person at the terminal.
    public func run(_ communicator: any Communicator) throws(Failure) -> String {
        let trained = try communicator.agree { try TrainedModel(RunFolder(folder), step: step, weights: weights) }
        let sampler = try communicator.agree {
            try ModelSampler(trained, count: count, orAtMost: count, steps: steps, start: start, seed: seed, interpolation: interpolation)
        }
        let results = TileResults(rows: count, rowsPerTile: sampler.rowsPerTile, rowShape: trained.shape.fileShape)
        let values = try communicator.agree {
            try results.tiles(of: communicator).map { tile in
                (tile.rows, ChannelOrder.outermost(try sampler.draw(tile.index, tile.rows).values, shape: trained.shape))
            }
        }
        try results.write(values, to: output, communicator)
        try communicator.onRoot { if let grid { try drawGrid(grid, trained.configuration, shape: trained.shape) } }
        return "\(count) samples of step \(trained.step) after \(sampler.steps) steps from \(sampler.start.rawValue): \(output)"
    }

    private func drawGrid(_ path: String, _ configuration: RunConfiguration, shape: ImageShape) throws {
        let floats = try NPY.decode(FileBytes.read(output), name: output).values.floats
        try SamplePicture(configuration: configuration, shape: shape)
            .write(ChannelOrder.innermost(floats, shape: shape), count: count, to: path)
    }
}

import Distributed
import Failures
import Formats
import Model
import Numerics
import Sampling

/// `sample`: chains of a trained model, run on and written as `.npy` and as a picture.
public struct SampleCommand: Codable, Sendable {
    /// Where the chains start.
    public enum Start: String, Codable, CaseIterable, Sendable {
        /// The chains of the checkpoint.
        case chains
        /// The noise that the run's chains start from.
        case noise
    }

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

    public init(
        folder: String, step: Int? = nil, count: Int, steps: Int? = nil, start: Start? = nil, weights: TrainedModel.Weights = .average,
        seed: UInt64 = 1, output: String, grid: String? = nil
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
    }

    /// Collective. Samples are dealt to ranks by tiles; the same bytes on any number of ranks.
    /// - Returns: a line for the person at the terminal.
    public func run(_ communicator: any Communicator) throws(Failure) -> String {
        let trained = try communicator.agree { try TrainedModel(RunFolder(folder), step: step, weights: weights) }
        let configuration = trained.configuration
        let origin = start ?? (configuration.replayCapacity == nil ? .noise : .chains)
        let chains = try communicator.agree { origin == .chains ? try StoredChains(trained, wanted: count) : nil }
        let results = TileResults(rows: count, rowsPerTile: configuration.run.chainsPerShard, rowShape: trained.shape.fileShape)
        let prepared = trained.prepared()
        let length = steps ?? configuration.sampler.steps
        let values = try communicator.agree {
            try results.tiles(of: communicator).map { tile in
                let positions = try draw(tile.index, tile.rows, trained, prepared, chains: chains, steps: length)
                return (tile.rows, ChannelOrder.outermost(positions, shape: trained.shape))
            }
        }
        try results.write(values, to: output, communicator)
        try communicator.onRoot { if let grid { try drawGrid(grid, configuration, shape: trained.shape) } }
        return "\(count) samples of step \(trained.step) after \(length) steps from \(origin.rawValue): \(output)"
    }

    private func draw(
        _ tile: Int, _ rows: Range<Int>, _ trained: TrainedModel, _ weights: PreparedWeights, chains: StoredChains?, steps: Int
    ) throws -> [Float] {
        let kernel = trained.configuration.kernel
        let buffers = ChainBuffers(chains: rows.count, dimension: trained.shape.count, scratch: kernel.scratchTiles)
        if let chains {
            buffers.positions.copy(from: Matrix(rows: rows.count, columns: trained.shape.count, try chains.samples(rows)))
        } else {
            trained.configuration.startNoise.fill(
                buffers.positions, stream: RandomStream(seed: seed, purpose: .samplingStart, step: 0, index: tile))
        }
        let potential = ModelPotential(
            model: trained.model, weights: weights, workspace: Workspace(trained.model.network, rows: rows.count))
        // A stream lasts for so many steps; long runs take one after the other.
        let limit = kernel.stepLimit(values: buffers.positions.count)
        for (part, first) in stride(from: 0, to: steps, by: limit).enumerated() {
            kernel.run(
                buffers, steps: min(limit, steps - first),
                noise: ChainNoise(seed: seed, motion: .sampling, decisions: .samplingDecision, step: part, index: tile), in: potential)
        }
        return buffers.positions.values
    }

    private func drawGrid(_ path: String, _ configuration: RunConfiguration, shape: ImageShape) throws {
        let floats = try NPY.decode(FileBytes.read(output), name: output).values.floats
        try SamplePicture(configuration: configuration, shape: shape)
            .write(ChannelOrder.innermost(floats, shape: shape), count: count, to: path)
    }
}

/// The chains of a checkpoint, evenly chosen over the whole buffer.
final class StoredChains {
    private let file: Safetensors
    private let shape: ImageShape
    private let range: ClosedRange<Float>?
    /// Where the samples of the model lie: on a ladder of temperatures only the coldest chains are.
    private let places: [Int]
    let wanted: Int

    /// - Parameter count: how many are wanted; default: all.
    init(_ trained: TrainedModel, wanted count: Int? = nil) throws {
        file = try CheckpointReader.checkedChains(in: trained.path, trained.manifest)
        shape = trained.shape
        guard let tensor = file.header["chains"], let available = tensor.shape.first, tensor.count == available * shape.count else {
            throw Failure(.checkpoint, "\(trained.path)/\(ChainsFile.name): expected chains of \(trained.shape) values")
        }
        if file.header["level"] != nil {
            let levels = try file.values("level", 0..<available).floats
            places = levels.indices.filter { levels[$0] == 0 }
        } else {
            places = Array(0..<available)
        }
        wanted = count ?? places.count
        guard wanted <= places.count else {
            throw Failure(
                .usage,
                "--count \(wanted): the checkpoint has \(places.count) chains. Ask for at most \(places.count), or use --from noise.")
        }
        let ends = file.header.metadata["range"]?.split(separator: " ").compactMap { Float($0) } ?? []
        range = ends.count == 2 && ends[0] < ends[1] ? ends[0]...ends[1] : nil
    }

    /// Some of the wanted samples, values in the order of computation. Byte samples take the middle of their level.
    func samples(_ rows: Range<Int>) throws -> [Float] {
        try rows.flatMap { row -> [Float] in
            let chain = places[row * places.count / wanted]
            let stored = try file.values("chains", chain * shape.count..<(chain + 1) * shape.count).floats
            let values = range.map { range in
                stored.map { range.lowerBound + ($0 + 0.5) * (range.upperBound - range.lowerBound) / 256 }
            }
            return ChannelOrder.innermost(values ?? stored, shape: shape)
        }
    }
}

extension ImageShape {
    /// The shape of a sample in a file: channels first, as PyTorch has it.
    var fileShape: [Int] { isVector ? [channels] : [channels, height, width] }
}

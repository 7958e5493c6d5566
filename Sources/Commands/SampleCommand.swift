import Configuration
import Datasets
import Distributed
import Failures
import Formats
import Learning
import Model
import Numerics
import Training

/// `sample`: chains of a trained model, run on and written in the units of the data, and as a picture.
public struct SampleCommand: Codable, Sendable {
    public typealias Start = ModelSampler.Start

    public var folder: String
    public var step: WantedCheckpoint?
    /// Samples, or completions of each row.
    public var count: Int
    /// Steps of the run's sampler; default: as many as in training.
    public var steps: Int?
    public var start: Start?
    public var weights: ModelWeights
    public var seed: UInt64
    public var output: String
    public var grid: String?
    /// Samples of a line between two latent vectors of the generator; nil: independent ones.
    public var interpolation: Int?
    /// The class of all samples, where classes are the model's condition; nil: one class after the other.
    public var label: Int?
    /// The data whose visible pixels, or images, are the model's condition; nil: the run's.
    public var data: String?
    /// The images that are the model's condition, row by row of `data`, or by themselves.
    public var images: String?
    /// A table whose empty cells, and columns that it has not, samples fill in.
    public var completes: String?
    /// Whether the lowest noise of a ladder is taken off at the end.
    public var denoises: Bool
    /// How often the difference that a class makes to the energy counts; default: as the run's configuration says.
    public var guidance: Double?
    /// Whether a network that proposes where chains of a ladder's levels start is left out.
    public var leavesOutProposal: Bool

    public init(
        folder: String, step: WantedCheckpoint? = nil, count: Int, steps: Int? = nil, start: Start? = nil, weights: ModelWeights = .average,
        seed: UInt64 = 1, output: String, grid: String? = nil, interpolation: Int? = nil, label: Int? = nil,
        data: String? = nil, images: String? = nil, completes: String? = nil, denoises: Bool = false, guidance: Double? = nil,
        leavesOutProposal: Bool = false
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
        (self.label, self.data, self.images, self.completes, self.denoises) = (label, data, images, completes, denoises)
        (self.guidance, self.leavesOutProposal) = (guidance, leavesOutProposal)
    }

    /// Collective. Samples are dealt to ranks by tiles; the same bytes on any number of ranks.
    /// - Returns: a line for the person at the terminal.
    public func run(_ communicator: any Communicator) throws(Failure) -> String {
        let file = try communicator.agree { try RowFile(output) }
        try OutputPath.check([output, grid], communicator)
        let trained = try TrainedModel.shared(
            folder, step: step, weights: weights, needingChains: { (start ?? $0.standardStart) == .chains }, communicator)
        try communicator.agree {
            guard let data, trained.rowCondition?.belongsToRows != true else { return }
            throw Failure(
                .usage, "--data \(data): this model's condition is not about rows (neither visible pixels nor images): it draws without")
        }
        let conditions = try trained.conditions(count: self.count, label: label, data: data, images: images, seed: seed, communicator)
        let completion = try completes.map { (path) throws(Failure) in try trained.completion(of: path, perRow: self.count, communicator) }
        let count = completion?.count ?? self.count
        let sampler = try communicator.agree {
            try ModelSampler(
                trained, count: count, orAtMost: count, steps: steps, start: start, seed: seed, interpolation: interpolation,
                conditions: conditions, completion: completion, denoises: denoises, guidance: guidance,
                proposes: !leavesOutProposal)
        }
        try communicator.agree { try checkMemory(trained.shape, count: count, communicator) }
        let preparation = try trained.preparation(communicator)
        // In double where the units of the data are others than the model's: read again they are the same samples.
        let results = TileResults(
            rows: count, rowsPerTile: sampler.rowsPerTile,
            rowShape: preparation.table.map { [$0.columns.count] } ?? trained.shape.fileShape,
            columns: preparation.dataColumns ?? (1...trained.shape.count).map { "x\($0)" },
            type: preparation.isIdentity && completion == nil ? .float32 : .float64, range: preparation.dataRange,
            cells: preparation.table?.columns ?? [])
        let values = try communicator.agree {
            try results.tiles(of: communicator).map { tile in
                communicator.progress.note("sampling")
                let samples = try sampler.draw(tile.index, tile.rows)
                let numbers = completion?.cells(of: samples, tile.rows) ?? preparation.dataValues(samples.values)
                return (tile.rows, ChannelOrder.outermost(numbers, shape: trained.shape))
            }
        }
        let remark = try results.write(values, to: file, communicator)
        try communicator.onRoot {
            if let grid {
                let samples = preparation.modelValues(ChannelOrder.innermost(try file.values(results.cells), shape: trained.shape))
                try draw(samples, trained, conditions, count: count, to: grid)
            }
        }
        let codes = file.format == .csv ? "" : (preparation.table?.codesRemark ?? "")
        let what = completion.map { "samples that complete \($0.openCells) cells of \(count / self.count) rows," } ?? "samples"
        return trained.told(
            "\(count) \(what) of step \(trained.step) after \(sampler.steps) steps from \(sampler.start.rawValue)\(remark)\(codes): \(output)"
        )
    }

    /// A rank holds its samples twice: as numbers in double precision and as the bytes that it writes.
    private func checkMemory(_ shape: ImageShape, count: Int, _ communicator: any Communicator) throws(Failure) {
        let most = MemoryNeed.available / (2 * 8 * shape.count) * communicator.size / communicator.node.ranks
        guard count <= most else {
            throw Failure(
                .usage,
                "--count: expected at most \(most) samples of \(shape), which \(MemoryNeed.mebibytes(MemoryNeed.available)) of memory can hold, found \(count). "
                    + "Draw them in parts, with other --seed.")
        }
    }

    private func draw(_ floats: [Float], _ trained: TrainedModel, _ conditions: SampleConditions?, count: Int, to path: String) throws {
        var configuration = trained.configuration
        let (shape, width) = (trained.shape, trained.shape.count)
        guard let conditions, let rows = conditions.rows, !shape.isVector else {
            return try SamplePicture(configuration: configuration, shape: shape).write(floats, count: count, to: path)
        }
        // The condition, the sample and the truth where it is known, side by side.
        let given = conditions.images(
            count: count, rowsPerTile: trained.configuration.run.chainsPerShard, shape: shape, dark: Float(trained.configuration.data.low))
        var panels: [Float] = []
        for row in 0..<count {
            panels += given.rows(row..<row + 1).values
            panels += floats[row * width..<(row + 1) * width]
            panels += rows.truth?.rows(row..<row + 1).values ?? []
        }
        let group = rows.truth == nil ? 2 : 3
        configuration.samples.columns = max(group, configuration.samples.columns / group * group)
        try SamplePicture(configuration: configuration, shape: shape).write(panels, count: group * count, to: path)
    }
}

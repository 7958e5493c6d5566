import Configuration
import Distributed
import Failures
import Formats
import Learning
import Model
import Numerics
import Sampling

/// Chains of a trained model, run on by the run's sampler: what `sample` writes and `evaluate` measures.
///
/// Samples are computed by tiles of the run's `chainsPerShard`, each a function of its number alone: the same on any number of ranks.
public final class ModelSampler {
    /// Where the chains start.
    public enum Start: String, Codable, CaseIterable, Sendable {
        /// The chains of the checkpoint.
        case chains
        /// The noise that the run's chains start from.
        case noise
        /// Samples of the run's generator.
        case generator
    }

    let count: Int
    package let start: Start
    /// Steps of the run's sampler.
    package let steps: Int
    private let trained: TrainedModel
    private let weights: RunWeights
    private let chains: StoredChains?
    private let conditions: SampleConditions?
    private let completion: TableCompletion?
    private let run: ChainRun

    /// Steps that a sampler can be asked for: an annealed one holds a level for each.
    package static let mostSteps = 100_000_000
    /// Values of all samples together: a file of 4 TiB.
    private static let mostValues = 1 << 40

    /// - Parameters:
    ///   - count: samples wanted; default: `limit`, or as many chains as the checkpoint has where they are fewer.
    ///   - steps: default: as many as in training.
    ///   - start: default: the generator where there is one, the checkpoint's chains where they persist, else noise.
    ///   - interpolation: samples of a line between two latent vectors of the generator.
    ///   - conditions: of each sample; needed by a model that has one.
    ///   - completion: rows that samples complete, as many as there are samples.
    ///   - denoises: whether samples of a ladder's lowest level, which are data with noise σ, give way to the means of what they came from, x - σ²∇E(x).
    ///   - guidance: default: that of the run.
    ///   - proposes: whether a network that proposes where chains of a ladder's levels start does so, where the run has one.
    /// - Throws: `.usage` when more chains are wanted than there are, and more samples or steps than can be counted.
    package init(
        _ trained: TrainedModel, count: Int?, orAtMost limit: Int, steps: Int?, start: Start?, seed: UInt64,
        interpolation: Int? = nil, conditions: SampleConditions? = nil, completion: TableCompletion? = nil, denoises: Bool = false,
        guidance: Double? = nil, proposes: Bool = true
    ) throws {
        // Tiles of samples are told apart by 32 bits.
        let most = min(Self.mostValues / trained.shape.count, (1 << 32) - 1)
        if let count, count > most {
            throw Failure(.usage, "--count: expected at most \(most) samples of \(trained.shape), found \(count)")
        }
        if let steps, steps > Self.mostSteps { throw Failure(.usage, "--steps: expected at most \(Self.mostSteps), found \(steps)") }
        let origin = start ?? (completion == nil ? trained.standardStart : .noise)
        try trained.check(origin)
        if interpolation != nil && origin != .generator {
            throw Failure(.usage, "--interpolate: lines lie between latent vectors of a generator, found --from \(origin.rawValue)")
        }
        guard completion == nil || origin == .noise else {
            throw Failure(.usage, "--complete: chains that keep what is given start from noise, found --from \(origin.rawValue)")
        }
        chains = origin == .chains ? try StoredChains(trained, wanted: count, orAtMost: limit) : nil
        self.count = chains?.wanted ?? count ?? limit
        self.start = origin
        self.steps = steps ?? trained.configuration.sampler.steps
        self.trained = trained
        (self.conditions, self.completion) = (conditions, completion)
        let ladder = trained.configuration.noiseLadder
        guard !denoises || ladder != nil else {
            throw Failure(.usage, "--denoise takes off the lowest noise of a ladder, which this model has not (objective.levels = 1)")
        }
        guard guidance == nil || trained.rowCondition?.none != nil else {
            throw Failure(
                .usage, "--guidance needs an energy that was trained with and without classes: expected condition.dropout above 0, found 0")
        }
        guard proposes || trained.networks.proposal != nil else {
            throw Failure(
                .usage,
                "--without-proposal leaves out a network that proposes where chains start, which this model has not (objective.proposal = false)"
            )
        }
        weights = trained.preparedNetworks()
        let lines = interpolation.map { GeneratorSamples.Lines(steps: $0, rowsPerTile: trained.configuration.run.chainsPerShard) }
        let space = completion == nil ? trained.space : trained.spaceWithoutGaps
        run = ChainRun(
            // A schedule from noise to samples is not one to samples that complete rows.
            kernel: origin == .chains || completion != nil
                ? trained.settledKernel(in: space, steps: self.steps) : trained.kernel(steps: self.steps),
            steps: self.steps,
            start: trained.chainStart(origin, weights, seed: seed, lines: lines),
            numbers: ChainRun.Numbers(seed: seed, motion: .sampling, decisions: .samplingDecision), ladder: ladder,
            proposals: proposes ? trained.configuration.proposalScalings : nil, denoises: denoises,
            guidance: Float(guidance ?? trained.configuration.condition.guidance),
            space: space)
    }

    package var rowsPerTile: Int { trained.configuration.run.chainsPerShard }

    /// The samples of a tile, values in the order of computation.
    package func draw(_ tile: Int, _ rows: Range<Int>) throws -> Matrix {
        let held = completion?.held(rows)
        let buffers = run.buffers(chains: rows.count, dimension: trained.model.inputShape.count, held: held?.marks)
        try chains?.fill(buffers.positions, rows)
        let potential = ModelPotential(
            model: trained.model, weights: weights.sampling.energy, workspace: Workspace(trained.model, rows: rows.count))
        let samples = run.samples(
            buffers, step: 0, index: tile, in: potential, condition: conditions?.tile(tile, rows: rows), held: held,
            proposal: weights.pass(.proposal, rows: rows.count),
            decoder: trained.networks.isLatent ? weights.pass(.generator, rows: rows.count) : nil)
        try trained.model.checkEvaluations()
        return samples
    }

    /// Values of samples that all ranks hold, at most: 8 GiB while they travel.
    private static let mostGathered = 1 << 30

    /// Collective. All samples, on all ranks: count x values.
    /// - Throws: `.usage` for more than can be held.
    package func drawAll(_ communicator: any Communicator) throws(Failure) -> Matrix {
        let (size, width) = (rowsPerTile, trained.shape.count)
        try communicator.agree {
            let most = Self.mostGathered / width
            guard count <= most else {
                throw Failure(.usage, "--count: expected at most \(most) samples of \(trained.shape) to measure, found \(count)")
            }
        }
        let values = try DealtTiles.gather(tiles: (count + size - 1) / size, perTile: size * width, communicator) { tile in
            let rows = tile * size..<min(count, (tile + 1) * size)
            return try draw(tile, rows).values.map { Double($0) } + [Double](repeating: 0, count: (size - rows.count) * width)
        }
        return Matrix(rows: count, columns: width, values.prefix(count * width).map { Float($0) })
    }
}

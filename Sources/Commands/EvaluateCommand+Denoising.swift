import Configuration
import Distributed
import Failures
import Formats
import Learning
import Measures
import Model
import Numerics
import Sampling
import Training

extension EvaluateCommand {
    /// Which noise is taken off how many rows, and how.
    public struct Denoising: Codable, Sendable {
        /// Standard deviations on the model's scale.
        public var noises: [Double]
        public var rows: Int
        /// Steps of the descent, and of the chain.
        public var steps: Int

        public init(noises: [Double], rows: Int? = nil, steps: Int? = nil) {
            (self.noises, self.rows, self.steps) = (noises, rows ?? 256, steps ?? 200)
        }

        /// Levels of a command line.
        public static let mostLevels = 16
        /// Values of all rows together: every rank holds them.
        private static let mostValues = 1 << 28
        /// Steps, so that a stream of random numbers lasts.
        private static let mostSteps = 100_000
        /// Rows that pictures show.
        private static let shownRows = 12
    }
}

extension EvaluateCommand.Denoising {
    /// Collective. The same bits on any number of ranks.
    /// - Parameters:
    ///   - training: the rows that the model was trained on.
    ///   - other: rows to denoise in place of these.
    ///   - picture: where a picture of some images goes: from above clean, noised, filtered, linear estimate, score, posterior mean, for each level.
    /// - Throws: `.usage` for more rows than there are; `.numerical`.
    func evaluate(
        _ trained: TrainedModel, _ training: EvaluationRows, _ other: EvaluationRows?, picture: String?, _ communicator: any Communicator
    ) throws(Failure) -> DenoisingEvaluation {
        // The run's own data given again are what they are.
        let other = other.flatMap { $0.digest == training.digest ? nil : $0 }
        try communicator.agree { try check(trained, training, other, picture) }
        let task = task(trained, training, other)
        let deviations = noises.map { Float($0) }
        let shown = min(Self.shownRows, task.clean.rows, DenoisingTask.rowsPerTile)
        let baselines = try task.baselines(deviations, shown: shown, communicator)
        let (noised, clean) = (potential(trained), potential(trained))
        let ladder = trained.configuration.noiseLadder
        var (levels, images): ([DenoisingEvaluation.Level], [Float]) = ([], [])
        for (index, deviation) in deviations.enumerated() {
            if let ladder {
                noised.setLevel(ladder.feature(ladder.level(atLeast: deviation)))
                clean.setLevel(ladder.feature(0))
            }
            let errors = try task.errors(deviation, level: index, noisedEnergy: noised, cleanEnergy: clean, communicator)
            levels.append(level(noises[index], baselines[index], errors, task))
            if communicator.rank == 0, picture != nil { images += grid(baselines[index], errors, task, deviation, shown) }
        }
        try communicator.onRoot { if let picture { try draw(images, columns: shown, trained, to: picture) } }
        return DenoisingEvaluation(
            data: (other ?? training).name, rows: task.clean.rows, isTrainingData: other == nil, peak: task.peak,
            temperature: trained.configuration.chainTemperature, steps: steps, levels: levels)
    }

    private func check(
        _ trained: TrainedModel, _ training: EvaluationRows, _ other: EvaluationRows?, _ picture: String?
    ) throws(Failure) {
        guard !trained.networks.isLatent else {
            throw Failure(
                .usage,
                "evaluate: --denoise needs an energy of data rows; that of objective.kind = \"\(trained.configuration.objective.kind.rawValue)\" is one of latent vectors"
            )
        }
        guard trained.configuration.condition.kind == .none else {
            throw Failure(
                .usage, "evaluate: --denoise needs an energy of rows alone; this one has classes, masks or images as its condition")
        }
        // Without other data as many rows are left to fit the filter and the linear estimate.
        let limit = min(Self.mostValues / trained.shape.count, other?.available ?? training.available / 2)
        guard rows <= limit else {
            throw Failure(.usage, "evaluate: --denoise-rows: expected at most \(limit) rows of \((other ?? training).name), found \(rows)")
        }
        guard training.available >= 2 else { throw Failure(.data, "\(training.name): the linear estimate needs at least two rows of data") }
        // A tile's chain has one stream of random numbers.
        let draws = RandomStream.draws(for: DenoisingTask.rowsPerTile * trained.shape.count)
        let most = min(Self.mostSteps, RandomStream.drawLimit / draws)
        guard steps <= most else {
            throw Failure(.usage, "evaluate: --denoise-steps: expected at most \(most) with rows of \(trained.shape), found \(steps)")
        }
        let isImage = !trained.shape.isVector && [1, 3].contains(trained.shape.channels)
        guard picture == nil || isImage else {
            throw Failure(.usage, "evaluate: --picture with --denoise shows images; the rows of this model are \(trained.shape)")
        }
    }

    private func task(_ trained: TrainedModel, _ training: EvaluationRows, _ other: EvaluationRows?) -> DenoisingTask {
        let first = other == nil && training.available > rows ? rows : 0
        let last = first + min(WienerFilter.rowLimit, training.available - first)
        return DenoisingTask(
            shape: trained.shape, clean: (other ?? training).read(0..<rows), training: training, others: first..<last,
            peak: trained.configuration.data.high - trained.configuration.data.low,
            inverseTemperature: 1 / trained.configuration.chainTemperature, steps: steps)
    }

    private func potential(_ trained: TrainedModel) -> ModelPotential {
        ModelPotential(
            model: trained.model, weights: trained.prepared(),
            workspace: Workspace(trained.model, rows: DenoisingTask.rowsPerTile))
    }

    private func level(
        _ noise: Double, _ baseline: DenoisingTask.Baselines, _ errors: DenoisingTask.ModelErrors, _ task: DenoisingTask
    ) -> DenoisingEvaluation.Level {
        DenoisingEvaluation.Level(
            noise: noise, filterWidth: baseline.width,
            task.ratios([baseline.identity, baseline.filter, baseline.wiener, errors.score, errors.descent, errors.posterior]))
    }

    // MARK: picture

    /// The rows of the picture for a level, one below the other.
    private func grid(
        _ baseline: DenoisingTask.Baselines, _ errors: DenoisingTask.ModelErrors, _ task: DenoisingTask, _ deviation: Float, _ shown: Int
    ) -> [Float] {
        guard let own = errors.shown else { preconditionFailure("rank 0 makes the first tile") }
        let rows = 0..<shown
        let made = task.clean.rows(rows).values + task.firstNoised(shown, deviation).values + baseline.filtered + baseline.linear
        return made + own.score.rows(rows).values + own.posterior.rows(rows).values
    }

    private func draw(_ images: [Float], columns: Int, _ trained: TrainedModel, to path: String) throws {
        let (shape, data, count) = (trained.shape, trained.configuration.data, images.count / trained.shape.count)
        let layout = SamplePicture.layout(
            count, height: shape.height, width: shape.width, channels: shape.channels, columns: columns,
            scale: trained.configuration.samples.scale, isWhole: true)
        try ImageGrid.picture(
            images, count: count, height: shape.height, width: shape.width, channels: shape.channels,
            low: Float(data.low), high: Float(data.high), columns: columns, scale: layout.scale
        ).write(to: path)
    }
}

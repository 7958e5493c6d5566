import Configuration
import Datasets
import Distributed
import Failures
import Learning
import Measures
import Numerics
import Training

extension EvaluateCommand {
    /// Rows that are measured where no number is given, and at most.
    private static let defaultRows = 1000
    private static let mostRows = 1 << 24

    /// Rows of data to measure, or all where there are fewer.
    private func rowCount() throws(Failure) -> Int {
        let rows = count ?? Self.defaultRows
        guard rows <= Self.mostRows else {
            throw Failure(.usage, "evaluate: --count: expected at most \(Self.mostRows) rows, found \(rows)")
        }
        return rows
    }

    /// Collective. How well the model tells the rows of `outliers` from `inliers`; nil where they are not given.
    func evaluateOutliers(
        _ trained: TrainedModel, _ training: EvaluationRows, inliers: EvaluationRows, _ communicator: any Communicator
    ) throws(Failure) -> OutlierEvaluation? {
        guard let outliers else { return nil }
        let (scores, count) = try communicator.agree { (try trained.scores(seed: seed ?? 1, for: "evaluate: --outliers"), try rowCount()) }
        return try OutlierEvaluation(
            scores: scores, inliers: inliers, areTrainingRows: inliers.digest == training.digest,
            outliers: try trained.evaluationRows(of: outliers, option: "--outliers", communicator), count: count, communicator)
    }

    /// Collective. How smooth the energy is at rows of data and at samples; nil where it is no trained energy of rows alone.
    func evaluateSmoothness(
        _ trained: TrainedModel, of rows: EvaluationRows, samples: Matrix, _ communicator: any Communicator
    ) throws(Failure) -> EnergySmoothness? {
        guard trained.declaration.energy == .ofRows, trained.rowCondition == nil else { return nil }
        return try EnergySmoothness(
            of: trained.model, trained.prepared(), level: trained.configuration.noiseLadder?.feature(0), rows: rows, samples: samples,
            communicator)
    }

    // MARK: reconstruction

    /// Collective. How well the generator gives rows back; nil where there is none, or where other measures are asked for and this one is not.
    /// - Throws: `.usage` for a picture that there cannot be, `.data` for rows that lack the generator's condition.
    func evaluateReconstruction(
        _ trained: TrainedModel, of held: EvaluationRows, training: EvaluationRows, _ communicator: any Communicator
    ) throws(Failure) -> ReconstructionEvaluation? {
        let isStandard = samples == nil && outliers == nil && denoising == nil
        guard reconstructions != nil || (isStandard && trained.networks.generator != nil) else { return nil }
        let (reconstructor, count) = try communicator.agree { (try requiredReconstructor(trained), try rowCount()) }
        let condition = trained.rowCondition
        if reconstructions == nil, case .label? = condition, held.classRange == nil { return nil }
        if reconstructions == nil, case .image? = condition, held.partnerShape == nil { return nil }
        try communicator.agree { if let condition { try held.check(condition) } }
        let evaluation = try ReconstructionEvaluation(
            reconstructor, of: held, count: count, condition: condition, seed: seed ?? 1, training: training, communicator)
        try communicator.onRoot {
            if let reconstructions {
                let size = min(reconstructor.rowsPerTile, count, held.available)
                let x = held.read(0..<size)
                let given = condition.map { held.condition($0, of: x, 0..<size, seed: seed ?? 1, tile: 0).values }
                try draw(x, reconstructor(x, condition: given, tile: 0), trained, to: reconstructions)
            }
        }
        return evaluation
    }

    private func requiredReconstructor(_ trained: TrainedModel) throws(Failure) -> Reconstructor {
        let isImage = !trained.shape.isVector && [1, 3].contains(trained.shape.channels)
        guard reconstructions == nil || isImage else {
            throw Failure(
                .usage, "evaluate: --reconstructions: expected a model of images of 1 or 3 channels, found rows of \(trained.shape)")
        }
        guard let reconstructor = Reconstructor(trained, seed: seed ?? 1) else {
            throw Failure(
                .usage,
                "evaluate: --reconstructions: expected a run with a generator (\(RunConfiguration.Generator.needs.words)), found \"\(trained.configuration.objective.kind.rawValue)\""
            )
        }
        return reconstructor
    }

    /// Rows and what was made of them, side by side.
    private func draw(_ x: Matrix, _ made: Matrix, _ trained: TrainedModel, to path: String) throws {
        var configuration = trained.configuration
        configuration.samples.columns = max(2, configuration.samples.columns / 2 * 2)
        let panels = (0..<x.rows).flatMap { x.rows($0..<$0 + 1).values + made.rows($0..<$0 + 1).values }
        try SamplePicture(configuration: configuration, shape: trained.shape).write(panels, count: 2 * x.rows, to: path)
    }

    // MARK: conditions

    /// Collective. How near completions come to the truth; nil for samples that are none.
    func evaluateCompletion(
        _ drawn: Drawn, _ trained: TrainedModel, of held: EvaluationRows, training: EvaluationRows, _ communicator: any Communicator
    ) throws(Failure) -> CompletionEvaluation? {
        guard let (sampler, conditions) = drawn.conditioned, let truth = conditions.rows?.truth else { return nil }
        let count = drawn.rows.rows
        let generator = try communicator.agree {
            try ModelSampler(
                trained, count: count, orAtMost: count, steps: 0, start: .generator, seed: seed ?? 1, conditions: conditions)
        }
        return try CompletionEvaluation(
            CompletionEvaluation.Completions(
                generated: try generator.drawAll(communicator), refined: drawn.rows, truth: truth,
                condition: TileCondition(conditions.condition, conditions.values(count: count, rowsPerTile: sampler.rowsPerTile))),
            of: held, training: training, communicator)
    }

    /// Collective. How often samples have the class of their condition; nil for samples without.
    func evaluateClasses(
        _ drawn: Drawn, training: EvaluationRows, other: EvaluationRows?, _ communicator: any Communicator
    ) throws(Failure) -> ClassEvaluation? {
        guard let (sampler, conditions) = drawn.conditioned, case .label = conditions.condition else { return nil }
        let wanted = conditions.values(count: drawn.rows.rows, rowsPerTile: sampler.rowsPerTile).values.map { Int($0) }
        return try ClassEvaluation(drawn.rows, wanted: wanted, training: training, other: other, communicator)
    }
}

extension EvaluateCommand.Drawn {
    /// Nil where the model drew nothing or has no condition.
    fileprivate var conditioned: (sampler: ModelSampler, conditions: SampleConditions)? {
        guard let sampler, let conditions else { return nil }
        return (sampler, conditions)
    }
}

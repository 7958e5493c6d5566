import Configuration
import Datasets
import Distributed
import Failures
import Formats
import Foundation
import Learning
import Model
import Numerics
import Sampling
import Training

/// `diagnose`: runs the chains of a checkpoint on with its parameters and says how well they sample.
public struct DiagnoseCommand: Codable, Sendable {
    public var folder: String
    public var step: WantedCheckpoint?
    public var weights: ModelWeights
    public var start: ModelSampler.Start?
    public var draws: Int
    /// Sampler steps between two draws; nil: those of a training step.
    public var thin: Int?
    /// Chains of each shard; nil: four, or as many as there are.
    public var chains: Int?
    /// The class of all chains, where classes are the model's condition.
    public var label: Int?
    /// The data whose first row's visible pixels, or image, are the condition of all chains; nil: the run's.
    public var data: String?
    /// The images of which the first is the condition of all chains.
    public var images: String?
    /// Where the figures go as JSON.
    public var output: String?
    /// Where (chain, draw, ...) goes as float32.
    public var npy: String?
    /// Where the window goes as a file that ArviZ opens.
    public var arviz: String?

    public static let defaultDraws = 200
    private static let defaultChains = 4

    public init(
        folder: String, step: WantedCheckpoint? = nil, weights: ModelWeights = .average, start: ModelSampler.Start? = nil,
        draws: Int = DiagnoseCommand.defaultDraws, thin: Int? = nil, chains: Int? = nil, label: Int? = nil, data: String? = nil,
        images: String? = nil, output: String? = nil, npy: String? = nil, arviz: String? = nil
    ) {
        (self.folder, self.step, self.weights, self.start) = (folder, step, weights, start)
        (self.draws, self.thin, self.chains) = (draws, thin, chains)
        (self.label, self.data, self.images) = (label, data, images)
        (self.output, self.npy, self.arviz) = (output, npy, arviz)
    }

    /// What the JSON file holds.
    private struct Report: Encodable {
        let step: Int
        let weights: ModelWeights
        let start: ModelSampler.Start
        let diagnostics: ChainDiagnostics
        /// The scales of the sampler's metric; absent where it is not adapted.
        let metric: [Float]?
        let findings: [String]
        let history: [String]
    }

    /// Collective. Shards are dealt to ranks; the same bytes on any number of them.
    /// - Returns: lines for the person at the terminal.
    /// - Throws: `.usage`, `.missingInput`, `.checkpoint`.
    public func run(_ communicator: any Communicator) throws(Failure) -> String {
        try OutputPath.check([output, npy, arviz], communicator)
        let trained = try TrainedModel.shared(
            folder, step: step, weights: weights, needingChains: { (start ?? $0.standardStart) == .chains }, communicator)
        let origin = start ?? trained.standardStart
        let window = try window(trained, communicator)
        // One rank computes: what a table says must not depend on how many there are.
        return try communicator.fromRoot { () throws -> String in
            let past = try HealthHistory(RunFolder(folder))
            let diagnosis = diagnosis(of: window, trained, past)
            let history = past?.sentences ?? []
            try writeFiles(window)
            if let output {
                let report = Report(
                    step: trained.step, weights: weights, start: origin, diagnostics: diagnosis.diagnostics,
                    metric: trained.tuning.metric?.scales, findings: diagnosis.findings.map(\.sentence), history: history)
                try writeReport(report, to: output)
            }
            let title =
                "\(trained.configuration.subject) at step \(trained.step), \(weights.rawValue) weights, from \(origin.rawValue)"
                + (label.map { ", class \($0)" } ?? "")
            return trained.told(
                ([title, diagnosis.diagnostics.overview] + Self.lines(trained.tuning.metric) + ["", diagnosis.diagnostics.table(), ""]
                    + [diagnosis.diagnostics.histogram].compactMap { $0 }
                    + diagnosis.findings.map { $0.sentence(width: TextWidth.output.lines) }
                    + (history.isEmpty ? [] : ["", "in training:"] + history)).joined(separator: "\n"))
        }
    }

    private static func lines(_ metric: DiagonalMetric?) -> [String] {
        guard let metric, let (low, high) = metric.scales.min().flatMap({ low in metric.scales.max().map { (low, $0) } }) else { return [] }
        return ["metric of the sampler: \(NumberText.fixed(Double(low), 3, width: 0)) to \(NumberText.fixed(Double(high), 3, width: 0))"]
    }

    /// Collective. The window of all shards, on all ranks.
    /// - Throws: `.usage` where this model has no chains to diagnose.
    func window(_ trained: TrainedModel, _ communicator: any Communicator) throws(Failure) -> WindowValues {
        let origin = start ?? trained.standardStart
        try communicator.agree {
            if trained.declaration.energy == .none {
                throw Failure(
                    .usage,
                    "diagnose: objective.kind = \"\(trained.configuration.objective.kind.rawValue)\" trains no energy that chains could follow"
                )
            }
            try trained.check(origin)
        }
        return try record(trained, origin, try condition(of: trained, communicator), communicator)
    }

    /// Collective. The condition of all chains: chains that are compared have one law. Nil for a model without.
    private func condition(of trained: TrainedModel, _ communicator: any Communicator) throws(Failure) -> SampleConditions? {
        try communicator.agree {
            if case .label(let classes, _, _)? = trained.rowCondition, label == nil {
                throw Failure(
                    .usage,
                    "diagnose: expected --label K, one of the \(classes) classes that are the condition of this model: chains of several classes have several "
                        + "laws, of which nothing can be told together")
            }
            if let data, trained.rowCondition?.belongsToRows != true {
                throw Failure(.usage, "--data \(data): this model's condition is not about rows (neither visible pixels nor images)")
            }
        }
        return try trained.conditions(
            count: 1, label: label, data: data, images: images, seed: trained.configuration.run.seed, communicator)
    }

    /// What a window says, computed by one rank.
    func diagnosis(of window: WindowValues, _ trained: TrainedModel, _ past: HealthHistory?) -> Diagnosis {
        let diagnostics = ChainDiagnostics(
            window,
            density: trained.networks.isLatent || trained.rowCondition != nil ? nil : PlaneDensity(named: trained.configuration.data.source)
        )
        let (scale, remark) = functionalScale(trained, window.functionals)
        let findings = DiagnosticFindings(
            diagnostics, SamplerAdvice(trained.configuration, trained.settledKernel(steps: 1)),
            stepsOfTraining: trained.configuration.sampler.steps, driftToNoise: past?.driftToNoise(atStep: trained.step),
            runsLonger: (start ?? trained.standardStart) != .chains, scale: scale)
        return Diagnosis(diagnostics: diagnostics, findings: findings.findings + [remark].compactMap { $0 })
    }

    /// Where the functionals lie for the data, or why that is not known: a model can be diagnosed without its data.
    private func functionalScale(_ trained: TrainedModel, _ functionals: ChainFunctionals) -> (FunctionalScale?, Finding?) {
        guard !trained.networks.isLatent, trained.configuration.objective.kind.learns else { return (nil, nil) }
        do throws(Failure) {
            let source = try trained.configuration.loadedSource(RunFolder(folder).earlierStarts)
            guard let training = trained.trainingRows(of: source) else {
                throw Failure(.data, "\(source.name) holds other data now")
            }
            return (try FunctionalScale(training, trained.configuration, functionals), nil)
        } catch {
            let remark = "the training data are not here, so that chains that have left them cannot be told (\(error.message))"
            return (nil, Finding(.look, remark))
        }
    }

    // MARK: the window

    /// Collective. The window of all shards, on all ranks.
    private func record(
        _ trained: TrainedModel, _ origin: ModelSampler.Start, _ conditions: SampleConditions?, _ communicator: any Communicator
    ) throws(Failure) -> WindowValues {
        let configuration = trained.configuration
        let (shards, dimension) = (Self.groups(configuration), trained.model.inputShape.count)
        let perShard = try communicator.agree { try chainsPerShard(trained, origin) }
        let stored = try communicator.agree { origin == .chains ? try StoredChains(trained, wanted: shards * perShard) : nil }
        let (prepared, thin) = (trained.preparedNetworks(), thin ?? configuration.sampler.steps)
        let run = WindowRun(
            chains: ChainRun(
                kernel: trained.settledKernel(steps: thin), steps: thin,
                start: trained.chainStart(origin, prepared, seed: configuration.run.seed),
                numbers: WindowRun.numbers(seed: configuration.run.seed), guidance: Float(configuration.condition.guidance),
                space: trained.space),
            step: trained.step, draws: draws,
            functionals: ChainFunctionals(
                dimension: dimension, columns: trained.networks.isLatent ? nil : trained.rowMetadata?.rows.columns,
                seed: configuration.run.seed))
        let approach = origin == .noise ? approach(trained) : nil
        try communicator.agree {
            if run.thin == 0 {
                throw Failure(.usage, "diagnose: expected --thin of at least 1: this model was trained with sampler.steps = 0")
            }
            let most = ModelSampler.mostSteps
            if run.thin > most { throw Failure(.usage, "--thin: expected at most \(most), found \(run.thin)") }
        }
        try communicator.agree { try check(run, chains: perShard, shards: shards) }
        let values = try DealtTiles.gather(tiles: shards, perTile: run.count(chains: perShard), communicator) { shard in
            let positions = Matrix(rows: perShard, columns: dimension)
            try stored?.fill(positions, shard * perShard..<(shard + 1) * perShard)
            let condition = conditions?.first(repeated: perShard)
            run.chains.begin(positions, step: trained.step, index: shard, condition: condition?.values)
            let potential = ModelPotential(
                model: trained.model, weights: prepared.sampling.energy, workspace: Workspace(trained.model, rows: perShard))
            if let approach {
                let buffers = approach.buffers(chains: perShard, dimension: dimension)
                buffers.positions.copy(from: positions)
                let proposal = prepared.pass(.proposal, rows: perShard)
                positions.copy(
                    from: approach.samples(
                        buffers, step: trained.step, index: shard, in: potential, condition: condition, proposal: proposal))
            }
            let values: [Double]
            if let condition {
                potential.setCondition(condition.values)
                condition.paste(into: positions)
                values = run.values(of: shard, from: positions, in: run.chains.conditioned(potential, condition))
            } else {
                values = run.values(of: shard, from: positions, in: potential)
            }
            try trained.model.checkEvaluations()
            return values
        }
        return run.window(shards: shards, chainsPerShard: perShard, values)
    }

    /// The way of chains from noise along a schedule or down the levels of a ladder, as samples are drawn: a window begins where they are samples. Nil where a window is
    /// such a way itself.
    private func approach(_ trained: TrainedModel) -> ChainRun? {
        let (configuration, steps) = (trained.configuration, trained.configuration.sampler.steps)
        guard configuration.drawsBySchedule || configuration.noiseLadder != nil else { return nil }
        return ChainRun(
            kernel: trained.kernel(steps: steps), steps: steps, start: .positions,
            numbers: ChainRun.Numbers(seed: configuration.run.seed, motion: .sampling, decisions: .samplingDecision),
            ladder: configuration.noiseLadder, proposals: configuration.proposalScalings, guidance: Float(configuration.condition.guidance),
            space: trained.space)
    }

    /// Shards whose chains are told apart. On a ladder of temperatures the coldest chains of a block of shards are its samples: a block is a group.
    private static func groups(_ configuration: RunConfiguration) -> Int {
        configuration.run.shards / max(1, configuration.exchange.temperatures.count)
    }

    private func chainsPerShard(_ trained: TrainedModel, _ origin: ModelSampler.Start) throws -> Int {
        guard origin == .chains else { return chains ?? Self.defaultChains }
        let available = try StoredChains(trained).wanted / Self.groups(trained.configuration)
        guard available > 0 else {
            throw Failure(.usage, "diagnose: the checkpoint has no chains to go on from. Use --from noise.")
        }
        let wanted = chains ?? min(Self.defaultChains, available)
        guard wanted <= available else {
            throw Failure(
                .usage,
                "--chains \(wanted): the checkpoint has \(available) chains of each shard. Ask for at most \(available), or use --from noise."
            )
        }
        return wanted
    }

    private func check(_ run: WindowRun, chains: Int, shards: Int) throws {
        guard (4...WindowRun.mostDraws).contains(run.draws) else {
            throw Failure(.usage, "--draws: expected 4 to \(WindowRun.mostDraws), found \(run.draws)")
        }
        let (perShard, overflow) = chains.multipliedReportingOverflow(by: run.draws * run.width)
        guard !overflow, perShard <= WindowRun.mostValues / shards else {
            throw Failure(
                .usage,
                "diagnose: \(chains) chains of \(shards) shards and \(run.draws) draws are more than can be held: use fewer --chains or --draws, "
                    + "and a larger --thin")
        }
        let limit = run.chains.kernel.stepLimit(values: chains * run.functionals.dimension)
        guard run.thin <= limit else { throw Failure(.usage, "--thin: expected at most \(limit) with these chains, found \(run.thin)") }
    }

    // MARK: files

    private func writeFiles(_ window: WindowValues) throws {
        if let npy { try AtomicFile.write(NPY.encode(window.array), to: npy) }
        if let arviz { try AtomicFile.write(Array(InferenceFile(window).text.utf8), to: arviz) }
    }

    private func writeReport(_ report: Report, to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        try AtomicFile.write(Array(try encoder.encode(report)) + [10], to: path)
    }
}

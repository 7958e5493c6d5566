import Configuration
import Datasets
import Distributed
import Failures
import Formats
import Learning
import Model
import Numerics
import Sampling

/// What a run is made from, the same on every rank: configuration, data, model, objective.
public struct RunPlan: Sendable {
    public let configuration: RunConfiguration
    /// What is trained on.
    public let source: DataSource
    /// What is held out of the training; nil where nothing is.
    package let heldOut: DataSource?
    public let networks: RunNetworks
    package let objective: any Objective
    /// What the networks know beside rows; nil for nothing.
    package let condition: Condition?
    /// What the objective declares, made once: a step reads it.
    package let profile: ObjectiveProfile
    /// Where the data lie, and where chains begin; nil without data.
    package let scale: DataScale?
    /// How shards are dealt to ranks.
    public let layout: ShardLayout
    /// How the parameters are.
    package let slices: ParameterSlices
    /// What a checkpoint is bound to: the keys that touch the mathematics, and the data.
    package let configurationDigest: String
    package let dataDigest: String
    /// How rows become what the networks work on.
    let rowMetadata: RowMetadata
    /// What the coordinates of rows are; nil: real numbers.
    package let space: RowSpace?

    /// What was found of the data's files, of those that rows stay in.
    let measuredFiles: [MeasuredFile]

    /// The energy.
    public var model: EnergyModel { networks.energy }

    /// What a run learns by, from its data.
    package typealias MakeObjective = @Sendable (RunConfiguration, DataSource) throws(Failure) -> any Objective

    /// Collective. Rank 0 reads the data, checks everything and gives it to the others.
    ///
    /// - Parameter loaded: the data where rank 0 has read them already.
    /// - Throws: `.configuration`, `.data`, `.missingInput` or `.launch` on all ranks together.
    public init(_ configuration: RunConfiguration, loaded: DataSource? = nil, _ communicator: any Communicator) throws(Failure) {
        try self.init(configuration, loaded: loaded, objective: Self.declared, communicator)
    }

    /// Collective. As above, with an objective of the caller's own.
    /// - Parameter earlier: what is known of the run; asked of rank 0.
    package init(
        _ configuration: RunConfiguration, loaded: DataSource?, earlier: EarlierStarts = .none, objective make: MakeObjective,
        _ communicator: any Communicator
    ) throws(Failure) {
        let source = try configuration.sharedSource(communicator, loaded: loaded, earlier: earlier)
        try self.init(configuration, source: source, measured: earlier.measured, objective: make, communicator)
    }

    /// The objective of `objective.kind`.
    static let declared: MakeObjective = { (configuration, source) throws(Failure) in try configuration.makeObjective(source) }

    /// Collective. As above, with data that every rank has already; some of them may be held out.
    package init(
        _ configuration: RunConfiguration, source whole: DataSource, measured: [MeasuredFile] = [],
        objective make: MakeObjective = RunPlan.declared,
        _ communicator: any Communicator
    ) throws(Failure) {
        self.configuration = configuration
        let layout = try communicator.agree { try ShardLayout(shards: configuration.run.shards, ranks: communicator.size) }
        let rows = try communicator.agree { try configuration.split(whole) }
        let source = rows.training
        condition = try communicator.agree { try configuration.rowCondition(for: source) }
        let networks = try communicator.agree { try configuration.networks(for: source) }
        let objective = try communicator.agree { try make(configuration, source) }
        let profile = objective.profile
        let rowMetadata = try communicator.agree { () throws -> RowMetadata in
            let metadata = try configuration.rowMetadata(source)
            // Those that are held out too, by their places in the file.
            let parts = whole.dataset?.table.parts
            try configuration.checkSites(of: whole, as: metadata.rows, whole.name) { row, _ in parts?[row] != .rest }
            return metadata
        }
        heldOut =
            if let ofSource = rows.heldOut {
                ofSource
            } else {
                try configuration.heldOutFile(like: rowMetadata.rows, measured: measured, communicator)
            }
        self.rowMetadata = rowMetadata
        let space = configuration.space(of: rowMetadata.rows)
        self.space = space
        scale = try communicator.agree {
            guard source.hasRows else { return nil }
            return try DataScale(
                source, configuration,
                noise: configuration.startsFromNoise(profile) ? configuration.startNoise(in: space) : nil)
        }
        self.layout = layout
        self.source = source
        measuredFiles = whole.measuredFiles + (heldOut?.measuredFiles ?? []).filter { !whole.measuredFiles.contains($0) }
        self.networks = networks
        slices = ParameterSlices(configuration, networks, communicator)
        (self.objective, self.profile) = (objective, profile)
        configurationDigest = try configuration.digest()
        dataDigest = configuration.digest(of: source)
        try communicator.agree {
            try checkWindow()
            try checkPrecision()
        }
        let bits = Checksum.of(Array("\(configurationDigest) \(dataDigest)".utf8))
        let isSame = try communicator.isSame(UInt64(bits, radix: 16) ?? 0)
        try communicator.onRoot {
            if !isSame {
                throw Failure(.launch, "the ranks have different configurations or data: all nodes have to see the same files")
            }
        }
    }

    /// What moves chains that are samples already, before a warm-up has tuned it.
    package var settledKernel: any TransitionKernel {
        configuration.settledKernel(for: source.shape, in: space, steps: configuration.sampler.steps)
    }

    private func checkWindow() throws(Failure) {
        let options = configuration.diagnostics
        guard options.every > 0, storedChains > 0 else { return }
        let functionals = ChainFunctionals(
            dimension: source.shape.count, columns: rowMetadata.rows.columns, seed: configuration.run.seed)
        let perDraw =
            configuration.run.shards * windowChains * DiagnosticWindow.width(functionals, countsDivergences: settledKernel.hasTrajectories)
        guard options.draws <= WindowRun.mostValues / perDraw else {
            throw Failure(
                .configuration,
                "diagnostics.draws: expected at most \(WindowRun.mostValues / perDraw) with diagnostics.chains = \(windowChains) on "
                    + "\(configuration.run.shards) shards, which every rank holds, found \(options.draws)")
        }
    }

    private func checkPrecision() throws(Failure) {
        guard profile.engine.lineOrder > 0, configuration.gradient.precision != .float else { return }
        throw Failure(
            .configuration,
            "gradient.precision = \"\(configuration.gradient.precision.rawValue)\": objective.kind = \"\(configuration.objective.kind.rawValue)\" as it "
                + "is set differentiates the energy along lines, where differences are as small as the rounding of products; expected \"float\""
        )
    }

    /// Chains of each shard in a window of diagnostics.
    package var windowChains: Int { min(configuration.windowChains, storedChains) }

    /// Samples of one shard in chains.safetensors.
    package var storedChains: Int { profile.samples.capacity(rows: configuration.run.chainsPerShard) }

    /// Of the passes that the profile declares for each data row of a step, those of trees at their most: what they take is counted. 0 without trees.
    package var mostTreeEvaluations: Double {
        guard profile.tallies.contains(.treeEvaluations) else { return 0 }
        let kernel = configuration.anyKernel
        return kernel.energyEvaluations(steps: configuration.sampler.steps) - kernel.energyEvaluations(steps: 0)
    }

    /// What makes the tiles of shards and threads.
    package func tileMaker(onlyCounts: Bool = false) -> TileMaker {
        TileMaker(rows: configuration.run.chainsPerShard, networks: networks, onlyCounts: onlyCounts)
    }

    /// Scratch of the sampler that draws samples to show; nil where training draws them.
    package var freshScratch: Int? {
        profile.hasChains ? nil : configuration.freshChains(for: rowMetadata.rows).kernel.scratchTiles
    }

    /// The objective at work on some shards, as many threads as there are engines.
    package func makeLearner(_ shards: Range<Int>, _ engines: Engines) -> (learner: any Learner, workers: [ShardWorker]) {
        let make = tileMaker()
        let workers = engines.threads.map { ShardWorker($0, ShardWorker.Tiles(make, condition: condition, freshScratch: freshScratch)) }
        return (objective.makeLearner(shards: shards, workers: workers, make), workers)
    }

    /// Engines for the networks of the run.
    /// - Parameter onEvaluation: called whenever a sampler evaluates the energy.
    package func makeEngines(threads: Int, onEvaluation: (@Sendable () -> Void)? = nil) -> Engines {
        Engines(
            networks, configuration.precisions, rows: configuration.run.chainsPerShard, threads: threads, needs: profile.engine,
            onEvaluation: onEvaluation)
    }

    /// The state of a rank before the first step.
    package func initialState(ofRank rank: Int) -> TrainingState {
        let own = slices.own(rank)
        let (energy, others) = configuration.initialWeights
        let parameters = networks.initialParameters(seed: configuration.run.seed, energy: energy, others: others)
        return TrainingState(
            step: 0, parameters: parameters, modelState: initialModelState(parameters),
            optimizer: Optimizer(configuration.updateRule, groups: configuration.parameterGroups(of: networks), own: own),
            average: configuration.optimizer.average == nil ? nil : ParameterAverage(of: parameters, own: own),
            exponents: Array(repeating: ExactSum.initialExponent, count: networks.layout.tensors.count), guardState: GuardState(),
            stepSize: configuration.targetAcceptance == nil ? nil : StepSizeAdaptation(),
            metric: configuration.adaptsMetric ? MetricAdaptation(dimension: model.inputShape.count) : nil)
    }

    /// Power iterations before the first step. One a step is enough while weights change slowly; the random vectors that they begin with would divide
    /// the first weights by any number.
    private static let firstIterations = 15

    private func initialModelState(_ parameters: [Float]) -> [Float] {
        var state = model.initialState(seed: configuration.run.seed)
        guard model.usesSpectralNormalization else { return state }
        let (weights, energy) = (PreparedWeights(model.network), networks.energyPart(of: parameters))
        for _ in 0..<Self.firstIterations { model.prepare(weights, parameters: energy, state: &state, iterating: true) }
        return state
    }

    /// Collective. The state before the first step of a run whose `model.initial` names a file: its parameters (of a checkpoint the average, where
    /// its run kept one), and the model's own state with them.
    ///
    /// - Throws: `.missingInput` without the file, `.checkpoint` when it holds another network.
    package func initialState(_ communicator: any Communicator) throws(Failure) -> TrainingState {
        var state = initialState(ofRank: communicator.rank)
        guard let path = configuration.model.initial else { return state }
        let bytes = try communicator.bytesFromRoot {
            let file = try Safetensors(path)
            try checkNetworks(file.header.metadata, path)
            let values =
                try ParameterTensors.decode(file, networks.layout, path: path)
                + ParameterTensors.decode(file, networks.stateLayout, path: path)
            guard values.isFinite else { throw Failure(.checkpoint, "\(path): expected finite parameters, found others") }
            return LittleEndian.bytes(of: values)
        }
        let values: [Float] = LittleEndian.values(of: bytes)
        state.parameters = Array(values[..<networks.layout.count])
        state.modelState = Array(values[networks.layout.count...])
        if state.average != nil { state.average = ParameterAverage(of: state.parameters, own: state.optimizer.own) }
        return state
    }

    /// A file of a run says what its networks are: the same parameters in other ones would be another model.
    private func checkNetworks(_ metadata: [String: String], _ path: String) throws(Failure) {
        guard metadata["network"] != nil else { return }
        // It may hold further networks: their parameters are left alone.
        let parts = RunNetworks.Part.allCases.filter { networks[$0] != nil }
        if let part = try RunNetworks(metadata: metadata, path: path).difference(from: networks, parts: parts) {
            throw Failure(.checkpoint, "\(path): expected the networks of this run, found another \(part)")
        }
    }

    /// What a reader of model.safetensors needs to compute energies of rows.
    package var modelMetadata: [String: String] {
        get throws(Failure) {
            var metadata = ["format": "pt", "network": try model.network.description.json()]
            if let deviation = model.referenceDeviation { metadata["referenceDeviation"] = String(deviation) }
            if let preconditioning = model.preconditioning { metadata["preconditioning"] = String(preconditioning) }
            if model.usesSpectralNormalization { metadata["spectralNormalization"] = model.normalizedWeights.rawValue }
            return metadata.merging(try networks.metadata) { own, _ in own }.merging(try rowMetadata.metadata) { own, _ in own }
        }
    }
}

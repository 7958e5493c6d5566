import Configuration
import Datasets
import Distributed
import Failures
import Formats
import Learning
import Model
import Numerics
import Sampling

/// A model as a run folder holds it: what `sample` and `energy` work with. It needs no data.
public struct TrainedModel: Sendable {
    public let configuration: RunConfiguration
    /// The step of the checkpoint.
    public let step: Int
    public let path: String
    public let networks: RunNetworks
    public let parameters: [Float]
    public let modelState: [Float]
    /// How rows become what the networks work on; nil in checkpoints of earlier versions.
    package let rowMetadata: RowMetadata?
    /// What was passed over on the way to this checkpoint, for the person at the terminal.
    public private(set) var remarks: [String] = []
    /// Open, so that a training may remove the checkpoint meanwhile.
    private let files: CheckpointFiles
    /// How given rows were read.
    private(set) var readingNotes = ReadingNotes()
    /// The chains, once they have been checked.
    private var checkedChains: Safetensors?

    var manifest: Manifest { files.manifest }

    /// The energy.
    public var model: EnergyModel { networks.energy }

    /// Reads a checkpoint of a run folder.
    /// - Parameter step: which one; default: the newest that is whole.
    /// - Throws: `.missingInput` without a run or checkpoint, `.checkpoint` when it is damaged.
    public init(_ folder: RunFolder, step: WantedCheckpoint? = nil, weights: ModelWeights = .average) throws(Failure) {
        self = try Self.shared(folder.path, step: step, weights: weights, SoloCommunicator())
    }

    /// Reads the checkpoint of one step.
    /// - Parameter manifest: of a checkpoint that rank 0 has opened; nil on rank 0.
    private init(_ folder: RunFolder, exactly step: Int, openedByRoot manifest: Manifest?, weights: ModelWeights) throws(Failure) {
        configuration = try StoredConfiguration(folder).configuration
        self.step = step
        path = folder.checkpoint(step)
        if let manifest {
            files = try CheckpointFiles(path, openedByRoot: manifest, manifest.files.keys.sorted())
        } else {
            files = try CheckpointFiles(path, step: step, binding: nil)
        }
        try files.manifest.checkTuning(configuration, path)
        try Self.checkEnergy(configuration, files.manifest, path)
        let modelPath = files.name("model.safetensors")
        let file = try files.tensors("model.safetensors")
        networks = try RunNetworks(metadata: file.header.metadata, path: modelPath)
        rowMetadata = try RowMetadata(metadata: file.header.metadata, path: modelPath)
        modelState = try ParameterTensors.decode(file, networks.stateLayout, path: modelPath)
        let files = files
        let stored = CheckpointWeights(hasAverage: configuration.optimizer.average != nil, format: files.manifest.format)
        parameters = try stored.decode(weights, networks.layout, model: (file, modelPath)) { () throws(Failure) in
            (try files.tensors("optimizer.safetensors"), files.name("optimizer.safetensors"))
        }
        try check(networks, "\(path)/model.safetensors")
        try files.manifest.checkMetric(dimension: networks.energy.inputShape.count, path)
        try rowMetadata?.check(networks.sampleShape, "\(path)/model.safetensors")
        let others = RunNetworks.Part.allCases.compactMap { part in networks[part].map { Workspace.count($0, rows: 1) } }
        guard others.reduce(Workspace.count(model, rows: 1), +) <= MemoryNeed.available / 4 else {
            throw Failure(
                .checkpoint,
                "\(path): one pass of a sample through the networks needs more memory than this machine has: the file is damaged")
        }
        guard parameters.isFinite, modelState.isFinite else {
            throw Failure(.checkpoint, "\(path): expected finite parameters, found others")
        }
    }

    /// Collective. As above; all ranks read the checkpoint that rank 0 chooses, also where a training writes new ones, and removes old ones, meanwhile.
    /// - Parameter needsChains: whether the checkpoint's chains are read later: a checkpoint whose chains are damaged is passed over then.
    package static func shared(
        _ folder: String, step: WantedCheckpoint?, weights: ModelWeights,
        needingChains needsChains: (TrainedModel) -> Bool = { _ in false },
        _ communicator: any Communicator
    ) throws(Failure) -> TrainedModel {
        try communicator.expecting(.storing("loading a checkpoint")) { () throws(Failure) in
            try load(RunFolder(folder), step: step, weights: weights, needingChains: needsChains, communicator)
        }
    }

    private static func load(
        _ folder: RunFolder, step: WantedCheckpoint?, weights: ModelWeights, needingChains needsChains: (TrainedModel) -> Bool,
        _ communicator: any Communicator
    ) throws(Failure) -> TrainedModel {
        var choice = CheckpointChoice(folder, wanted: step)
        while true {
            let step = try communicator.fromRoot { try choice.next() }
            let attempt = try communicator.attempt { () throws(Failure) in
                // Rank 0 says what the checkpoint is: a file that another machine does not see is no damage.
                let manifest = try communicator.fromRoot {
                    try CheckpointFiles(choice.folder.checkpoint(step), step: step, binding: nil).manifest
                }
                return try communicator.agree {
                    var trained = try TrainedModel(
                        choice.folder, exactly: step, openedByRoot: communicator.rank == 0 ? nil : manifest, weights: weights)
                    if needsChains(trained) { trained.checkedChains = try trained.chains() }
                    return trained
                }
            }
            guard case .success(var trained) = attempt else {
                if let failure = attempt.failure { try communicator.onRoot { try choice.pass(over: step, failure) } }
                continue
            }
            trained.remarks = try communicator.fromRoot { choice.remarks }
            let read = try trained.configuration.encodedJSON5() + trained.manifest.manifestChecksum
            try communicator.checkIsSame(
                Checksum.of(Array(read.utf8)), "the checkpoints of step \(step) in \(choice.folder.path)")
            return trained
        }
    }

    /// The chains of the checkpoint, checked.
    package func chains() throws -> Safetensors {
        try checkedChains ?? CheckpointReader.checkedChains(in: files, configuration, shape: shape)
    }

    /// A text for the person at the terminal, after what was passed over and how given rows were read.
    package func told(_ text: String) -> String { (remarks + readingNotes.lines + [text]).joined(separator: "\n") }

    /// The shape of a sample.
    public var shape: ImageShape { networks.sampleShape }

    /// What the coordinates of a row are; nil where all are learned as real numbers.
    package var space: RowSpace? { rowMetadata.flatMap { configuration.space(of: $0.rows) } }

    /// The run's sampler as training has adapted it.
    /// - Parameter steps: as in `RunConfiguration.kernel`.
    package func kernel(steps: Int) -> any TransitionKernel {
        configuration.kernel(for: model.inputShape, in: space, steps: steps).tuned(by: tuning)
    }

    /// The same for chains that are samples already.
    package func settledKernel(steps: Int) -> any TransitionKernel { settledKernel(in: space, steps: steps) }

    /// The same for states of another kind.
    func settledKernel(in space: RowSpace?, steps: Int) -> any TransitionKernel {
        configuration.settledKernel(for: model.inputShape, in: space, steps: steps).tuned(by: tuning)
    }

    package var tuning: KernelTuning { manifest.tuning(atStep: step, configuration) }

    /// What the objective of the run declares of its models.
    package var declaration: ModelDeclaration { configuration.objective.kind.model }

    /// Where chains start when nobody says where.
    package var standardStart: ModelSampler.Start {
        if declaration.drawsFromGenerator { return .generator }
        // Chains with conditions are those of the training's rows, in no order.
        return configuration.replayCapacity == nil || declaration.drawsAfresh || rowCondition != nil ? .noise : .chains
    }

    /// - Throws: `.usage` for a start that this model does not have.
    package func check(_ start: ModelSampler.Start) throws(Failure) {
        if start == .chains, declaration.energy == .ofLatents {
            throw Failure(.usage, "--from chains: chains of a latent prior are not kept. Use --from noise.")
        }
        if start == .chains, rowCondition != nil {
            throw Failure(
                .usage,
                "--from chains: chains have the conditions of the training's rows, others than the samples that are asked for. Use --from generator, or "
                    + "--from noise.")
        }
        guard start == .generator, !declaration.drawsFromGenerator else { return }
        throw Failure(
            .usage,
            "--from generator: the objective \"\(configuration.objective.kind.rawValue)\" trains no generator of starts. Use --from noise.")
    }

    /// Where chains of a run start; those of the checkpoint are brought there before.
    package func chainStart(
        _ start: ModelSampler.Start, _ weights: RunWeights, seed: UInt64, lines: GeneratorSamples.Lines? = nil
    ) -> ChainRun.Start {
        switch start {
        case .chains: return .positions
        case .noise: return .noise(configuration.startNoise(in: space), .samplingStart)
        case .generator:
            guard let generator = networks.generator, let prepared = weights.learning[.generator] else {
                preconditionFailure("a start that was not checked: there is no generator")
            }
            return .generator(GeneratorSamples(generator: generator, weights: prepared, seed: seed, lines: lines))
        }
    }

    /// The energy's weights ready for products.
    package func prepared() -> PreparedWeights { preparedNetworks().learning.energy }

    /// The weights of all networks ready for products: chains in the precision of the run's sampler, everything else in float.
    package func preparedNetworks() -> RunWeights {
        let weights = RunWeights(networks, Precisions(sampler: configuration.precisions.sampler))
        var state = modelState
        weights.prepare(parameters: parameters, state: &state, iterating: false)
        return weights
    }

    /// An energy that is given must be the one that the run has sampled.
    private static func checkEnergy(_ configuration: RunConfiguration, _ manifest: Manifest, _ path: String) throws(Failure) {
        guard !configuration.objective.kind.learns else { return }
        guard configuration.digest(of: try configuration.loadedSource(EarlierStarts(isBegun: true))) != manifest.data else { return }
        throw Failure(.data, "\(path): the run has sampled another energy than \(configuration.subject) is now, which its digest says")
    }

    /// A checkpoint fits the configuration beside it, or one of the two was edited.
    private func check(_ networks: RunNetworks, _ path: String) throws(Failure) {
        let shape = networks.sampleShape
        let condition = configuration.rowCondition(for: shape, energy: networks.energy.network.description.condition)
        let place = "\(path): expected the networks of config.json5 beside it, found"
        guard (condition == nil) == (configuration.condition.kind == .none) else {
            throw Failure(
                .checkpoint,
                "\(place) an energy without the condition that condition.kind = \"\(configuration.condition.kind.rawValue)\" says")
        }
        let expected = try configuration.networks(for: shape, condition: condition)
        if let part = networks.difference(from: expected) {
            throw Failure(.checkpoint, "\(place) another \(part): one of the two files is damaged or of another run")
        }
        if PlaneDensity(named: configuration.data.source) != nil, shape != ImageShape(vector: 2) {
            throw Failure(
                .checkpoint, "\(place) samples of \(shape), where data.source = \"\(configuration.data.source)\" has points of the plane")
        }
    }
}

import Datasets
import Distributed
import Failures
import Foundation
import Model
import Numerics

/// What a run is made from, the same on every rank: configuration, data, model, objective.
public struct RunPlan: Sendable {
    public let configuration: RunConfiguration
    public let source: DataSource
    public let model: EnergyModel
    /// How shards are dealt to ranks.
    public let layout: ShardLayout

    /// Collective. Rank 0 reads the data, checks everything and gives it to the others.
    ///
    /// - Throws: `.configuration`, `.data`, `.missingInput` or `.launch` on all ranks together.
    public init(_ configuration: RunConfiguration, _ communicator: any Communicator) throws(Failure) {
        self.configuration = configuration
        layout = try communicator.agree { try ShardLayout(shards: configuration.run.shards, ranks: communicator.size) }
        let source = try DataSource.shared(configuration.data, communicator)
        self.source = source
        model = try communicator.agree { try configuration.energyModel(for: source.shape) }
        let digest = try configuration.mathematicsDigest() ^ source.digest
        guard try communicator.isSame(digest) else {
            throw Failure(.launch, "rank \(communicator.rank) has another configuration or other data than rank 0")
        }
    }

    /// Samples of one shard in chains.safetensors.
    var storedChains: Int { configuration.replayCapacity ?? configuration.run.chainsPerShard }

    var chainsFile: ChainsFile {
        ChainsFile(
            shards: configuration.run.shards, capacity: storedChains, shape: source.shape,
            options: configuration.replayCapacity == nil ? nil : configuration.replayOptions)
    }

    /// A shard before its first step.
    func makeShard(_ index: Int) -> ShardState {
        let dimension = source.shape.count
        let replay = configuration.replayCapacity.map {
            ReplayShard(capacity: $0, dimension: dimension, options: configuration.replayOptions)
        }
        return ShardState(index: index, chains: configuration.run.chainsPerShard, dimension: dimension, replay: replay)
    }

    /// The replicated state before the first step.
    func initialState() -> TrainingState {
        let parameters = model.network.initialParameters(seed: configuration.run.seed)
        return TrainingState(
            step: 0, parameters: parameters, modelState: model.initialState(seed: configuration.run.seed),
            optimizer: Optimizer(configuration.updateRule, parameters: parameters.count),
            average: configuration.optimizer.average.map { ParameterAverage(decay: Float($0), of: parameters) },
            exponents: ExactSum.initialExponents(tensors: model.layout.tensors.count), guardState: GuardState())
    }

    /// What a reader of model.safetensors needs to compute energies.
    var modelMetadata: [String: String] {
        get throws(Failure) {
            var metadata = ["network": try model.network.description.json(), "format": "pt"]
            if let deviation = model.referenceDeviation { metadata["referenceDeviation"] = String(deviation) }
            if model.usesSpectralNormalization { metadata["spectralNormalization"] = "true" }
            return metadata
        }
    }
}

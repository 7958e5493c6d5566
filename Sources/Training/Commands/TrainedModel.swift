import Failures
import Formats
import Foundation
import Model
import Numerics
import Sampling

/// A model as a run folder holds it: what `sample` and `energy` work with. It needs no data.
public struct TrainedModel: Sendable {
    /// Which parameters are used.
    public enum Weights: String, CaseIterable, Sendable, Codable {
        /// The moving average where the run keeps one, else the current ones.
        case average
        case current
    }

    public let configuration: RunConfiguration
    /// The step of the checkpoint.
    public let step: Int
    public let path: String
    public let networks: RunNetworks
    public let parameters: [Float]
    public let modelState: [Float]
    let manifest: Manifest

    /// The energy.
    public var model: EnergyModel { networks.energy }

    /// Reads a checkpoint of a run folder.
    /// - Parameter step: which one; default: the newest.
    /// - Throws: `.missingInput` without a run or checkpoint, `.checkpoint` when it is damaged.
    public init(_ folder: RunFolder, step wanted: Int? = nil, weights: Weights = .average) throws(Failure) {
        configuration = try Self.configuration(of: folder)
        step = try Self.choose(wanted, in: folder)
        path = folder.checkpoint(step)
        do {
            manifest = try CheckpointReader.manifest(path, step: step, binding: nil)
            try manifest.checkStepSize(configuration, path)
            let modelPath = try CheckpointReader.checked("model.safetensors", in: path, manifest)
            let file = try Safetensors(modelPath)
            networks = try Self.networks(file, modelPath)
            let current = try ParameterTensors.decode(file, networks.layout, path: modelPath)
            modelState = try ParameterTensors.decode(file, networks.stateLayout, path: modelPath)
            guard weights == .average, configuration.optimizer.average != nil else {
                parameters = current
                return
            }
            let optimizerPath = try CheckpointReader.checked("optimizer.safetensors", in: path, manifest)
            parameters = try ParameterTensors.decode(
                try Safetensors(optimizerPath), networks.layout, prefix: "average.", path: optimizerPath)
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(.software, "\(path): \(error)")
        }
    }

    /// The shape of a sample.
    public var shape: ImageShape { networks.sampleShape }

    /// The run's sampler with the step size that training adapted it to.
    /// - Parameters:
    ///   - steps, firstStep: as in `RunConfiguration.kernel`.
    package func kernel(steps: Int, firstStep: Int = 0) -> any TransitionKernel {
        let isFinished = step >= configuration.sampler.adaptSteps
        let factor = manifest.stepSize?.factor(isFinished: isFinished) ?? 1
        return configuration.kernel(for: model.inputShape, steps: steps, firstStep: firstStep).scaled(by: factor)
    }

    /// Where chains start when nobody says where.
    var standardStart: ModelSampler.Start {
        networks.encoder != nil ? .generator : configuration.replayCapacity == nil ? .noise : .chains
    }

    /// - Throws: `.usage` for a start that this model does not have.
    func check(_ start: ModelSampler.Start) throws(Failure) {
        if start == .chains, rowCondition != nil {
            throw Failure(
                .usage, "--from chains: the checkpoint does not say what its chains were told. Use --from generator, or --from noise.")
        }
        guard start == .generator, networks.encoder == nil else { return }
        throw Failure(
            .usage,
            "--from generator: the objective \"\(configuration.objective.kind.rawValue)\" trains no generator of starts. Use --from noise.")
    }

    /// What draws from the generator; nil where there is none.
    func generatorSamples(_ weights: RunWeights, seed: UInt64, interpolation: Int? = nil) -> GeneratorSamples? {
        guard let generator = networks.generator, let prepared = weights[.generator] else { return nil }
        return GeneratorSamples(generator: generator, weights: prepared, seed: seed, interpolation: interpolation)
    }

    /// The energy's weights ready for products.
    package func prepared() -> PreparedWeights { preparedNetworks().energy }

    /// The weights of all networks ready for products.
    func preparedNetworks() -> RunWeights {
        let weights = RunWeights(networks)
        var state = modelState
        weights.prepare(parameters: parameters, state: &state, iterating: false)
        return weights
    }

    /// The configuration of a run folder.
    static func configuration(of folder: RunFolder) throws(Failure) -> RunConfiguration {
        guard folder.exists else {
            throw Failure(
                .missingInput,
                "\(folder.path): expected a run folder with config.json5, found none. Train first: ebm-dist train --out \(folder.path)")
        }
        let bytes = try FileBytes.read(folder.configuration, limit: 1 << 20)
        return try RunConfiguration.resolve(file: bytes, name: folder.configuration)
    }

    private static func choose(_ wanted: Int?, in folder: RunFolder) throws(Failure) -> Int {
        let steps = try folder.steps()
        guard let newest = steps.first else {
            throw Failure(.missingInput, "\(folder.checkpoints): expected a checkpoint, found none")
        }
        guard let wanted else { return newest }
        guard steps.contains(wanted) else {
            let known = steps.map(String.init).joined(separator: ", ")
            throw Failure(.missingInput, "\(folder.checkpoints): expected a checkpoint of step \(wanted), found \(known)")
        }
        return wanted
    }

    /// The networks that the metadata of a model file describe.
    private static func networks(_ file: Safetensors, _ path: String) throws -> RunNetworks {
        let others = try RunNetworks.Part.allCases.map { part -> Network? in
            try file.header.metadata[part.rawValue].map { try Network(NetworkDescription(json: $0)) }
        }
        return RunNetworks(
            energy: try model(file, path), generator: others[0], encoder: others[1], sampleShape: try sampleShape(file, others[0], path))
    }

    /// The shape of a decoded row; the metadata may have been edited.
    private static func sampleShape(_ file: Safetensors, _ generator: Network?, _ path: String) throws(Failure) -> ImageShape? {
        guard let text = file.header.metadata["sampleShape"] else { return nil }
        let sizes = text.split(separator: " ").compactMap { Int($0) }
        guard let generator, sizes.count == 3, sizes.allSatisfy({ (1...1 << 20).contains($0) }),
            sizes[0] * sizes[1] * sizes[2] == generator.outputCount
        else {
            throw Failure(
                .checkpoint, "\(path): sampleShape: expected the sizes of a row of the generator, found \(text): the file is damaged")
        }
        return ImageShape(height: sizes[0], width: sizes[1], channels: sizes[2])
    }

    /// The energy that the metadata of a model file describe.
    private static func model(_ file: Safetensors, _ path: String) throws -> EnergyModel {
        let metadata = file.header.metadata
        guard let text = metadata["network"] else {
            throw Failure(.checkpoint, "\(path): expected the network's description in the metadata, found none")
        }
        var description = try NetworkDescription(json: text)
        // Files of earlier versions say beside the description how many of the input's channels are no part of x.
        let told = try conditions(metadata, description, path)
        if told > 0 {
            description.input.channels -= told
            description.condition = .planes(told)
        }
        let preconditioning = try preconditioning(metadata, path)
        guard preconditioning == nil || description.condition == .planes(1) else {
            throw Failure(.checkpoint, "\(path): preconditioning: expected a network that is told a noise level: the file is damaged")
        }
        return try EnergyModel(
            Network(description), referenceDeviation: metadata["referenceDeviation"].flatMap { Float($0) },
            spectralNormalization: metadata["spectralNormalization"] == "true", preconditioning: preconditioning)
    }

    private static func preconditioning(_ metadata: [String: String], _ path: String) throws(Failure) -> NoisePreconditioning? {
        guard let text = metadata["preconditioning"] else { return nil }
        guard let preconditioning = NoisePreconditioning(text) else {
            throw Failure(
                .checkpoint,
                "\(path): preconditioning: expected the lowest and the highest noise and the data's deviation, found \(text): the file is damaged"
            )
        }
        return preconditioning
    }

    /// Channels of the input that are told to the energy; the metadata may have been edited.
    private static func conditions(_ metadata: [String: String], _ description: NetworkDescription, _ path: String) throws(Failure) -> Int {
        guard let text = metadata["conditionChannels"] else { return 0 }
        guard let count = Int(text), (0..<description.input.channels).contains(count) else {
            throw Failure(
                .checkpoint,
                "\(path): conditionChannels: expected 0 to \(description.input.channels - 1), found \(text): the file is damaged")
        }
        return count
    }
}

extension NetworkDescription {
    /// The description as a line of JSON with sorted keys.
    func json() throws(Failure) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        do {
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        } catch {
            throw Failure(.software, "a network description cannot be written: \(error)")
        }
    }

    init(json: String) throws(Failure) {
        do {
            self = try JSONDecoder().decode(NetworkDescription.self, from: Foundation.Data(json.utf8))
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(.checkpoint, "expected the description of a network, found \(json.prefix(80))")
        }
    }
}

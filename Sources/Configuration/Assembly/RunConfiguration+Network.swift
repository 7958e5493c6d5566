import Datasets
import Failures
import Formats
import Foundation
import Learning
import Model
import Numerics

extension RunConfiguration {
    /// The energy that the `model` group describes, for samples of a shape.
    ///
    /// Behind the layers stands `outputFactor`, in units of the objective; with `readouts` those of hidden layers beside them.
    /// `mlp`: (flatten,) hidden layers of `widths`, one output. `convolution`: convolutions of `channels` with `kernels`, `strides` and
    /// `paddings`, flatten, hidden layers of `dense`, one output. `unet`: ½⟨x, f(x)⟩, f as in `unet(for:)`. `rbm`: a restricted Boltzmann machine. `layers`: as listed. An
    /// activation follows every other hidden layer.
    /// - Throws: `.configuration`, naming the key.
    package func energyModel(for data: ImageShape, condition rowCondition: Learning.Condition? = nil) throws(Failure) -> EnergyModel {
        if let given = try givenEnergy() { return try EnergyModel(Network(NetworkDescription(given: given, dimension: data.count))) }
        let shape = energyShape(for: data)
        let network: Network
        // A latent prior is a correction of N(0, I).
        let reference = model.referenceDeviation ?? (objective.kind.model.energy == .ofLatents ? 1 : nil)
        let condition = noiseLadder == nil ? rowCondition?.beside : Self.besideNoise(rowCondition)
        do {
            network = try Network(NetworkDescription(input: shape, condition: condition, layers: try layers(for: shape) + outputLayers))
        } catch {
            throw Failure(.configuration, "model: \(error)")
        }
        return try EnergyModel(
            network, referenceDeviation: reference.map { Float($0) }, normalizing: normalizedWeights, preconditioning: preconditioning)
    }

    /// A noise level, the same at every pixel, and what else is known of a row.
    private static func besideNoise(_ condition: Learning.Condition?) -> ConditionDescription {
        condition.map { .noise(beside: $0.beside) } ?? .planes(1)
    }

    private var normalizedWeights: NormalizedWeights {
        !model.spectralNormalization ? .none : model.normalizeLast ? .all : .hidden
    }

    /// What a new run begins with, of the energy and of the other networks.
    package var initialWeights: (energy: InitialWeights, others: InitialWeights) {
        if let deviation = model.initialDeviation { return (.normal(deviation: Float(deviation)), .normal(deviation: Float(deviation))) }
        return (.uniform(scale: Float(model.initialScale)), .standard)
    }

    /// All networks of the run, for samples of a shape.
    /// - Throws: `.configuration`, naming the group.
    package func networks(for source: DataSource) throws(Failure) -> RunNetworks {
        try networks(for: source.shape, condition: rowCondition(for: source))
    }

    /// As above, for rows of a shape and their condition.
    package func networks(for shape: ImageShape, condition: Learning.Condition?) throws(Failure) -> RunNetworks {
        let model = objective.kind.model
        return RunNetworks(
            energy: try energyModel(for: shape, condition: condition),
            generator: model.networks.contains(.generator) ? try generatorNetwork(for: shape, condition: condition) : nil,
            encoder: model.networks.contains(.encoder) ? try encoderNetwork(for: shape, condition: condition) : nil,
            proposal: proposalScalings == nil ? nil : try proposalNetwork(for: shape, condition: condition),
            decodedShape: model.energy == .ofLatents ? shape : nil)
    }

    /// The shape of what the energy is a function of, for data of a shape.
    package func energyShape(for data: ImageShape) -> ImageShape {
        objective.kind.model.energy == .ofLatents ? ImageShape(vector: generator.latent) : data
    }

    /// From latent vectors to rows: dense layers, or as listed.
    private func generatorNetwork(for shape: ImageShape, condition: Learning.Condition?) throws(Failure) -> Network {
        let output = Self.layers(generator.output)
        // Latent values beside an image become channels of its pixels.
        let flat: [LayerDescription] = if case .image? = condition?.besideLatents { [.flatten] } else { [] }
        return try network(
            "generator", from: ImageShape(vector: generator.latent), condition?.besideLatents, to: shape.count, generator.layers,
            or: flat + hidden(generator.widths) + [.dense(outputs: shape.count)] + output)
    }

    /// From rows to the means and log variances of latent vectors: dense layers, or as listed.
    private func encoderNetwork(for shape: ImageShape, condition: Learning.Condition?) throws(Failure) -> Network {
        let flat: [LayerDescription] = shape.isVector ? [] : [.flatten]
        let outputs = 2 * generator.latent
        return try network(
            "encoder", from: shape, condition?.beside, to: outputs, encoder.layers,
            or: flat + hidden(encoder.widths) + [.dense(outputs: outputs)])
    }

    /// From noised rows beside their level to rows: dense layers, or as listed.
    private func proposalNetwork(for shape: ImageShape, condition: Learning.Condition?) throws(Failure) -> Network {
        let flat: [LayerDescription] = shape.isVector ? [] : [.flatten]
        return try network(
            "proposal", from: shape, Self.besideNoise(condition), to: shape.count, proposal.layers,
            or: flat + hidden(proposal.widths) + [.dense(outputs: shape.count)])
    }

    private func network(
        _ group: String, from input: ImageShape, _ condition: ConditionDescription?, to outputs: Int, _ listed: [JSONValue],
        or standard: [LayerDescription]
    ) throws(Failure) -> Network {
        let network: Network
        do {
            let layers = listed.isEmpty ? standard : try decoded(listed, "\(group).layers")
            network = try Network(NetworkDescription(input: input, condition: condition, layers: layers))
        } catch {
            throw Failure(.configuration, "\(group): \(error)")
        }
        guard network.outputCount == outputs else {
            throw Failure(.configuration, "\(group).layers: expected \(outputs) values at the end, found \(network.outputShape)")
        }
        return network
    }

    private func layers(for shape: ImageShape) throws(Failure) -> [LayerDescription] {
        switch model.kind {
        case .mlp:
            let flat: [LayerDescription] = shape.isVector ? [] : [.flatten]
            return readOut(flat + hidden(model.widths) + [.dense(outputs: 1)])
        case .convolution:
            return readOut(convolutions() + [.flatten] + hidden(model.dense) + [.dense(outputs: 1)])
        case .unet:
            return [.innerProduct(layers: try unet(for: shape) + Self.layers(model.output))]
        case .rbm:
            return (shape.isVector ? [] : [.flatten]) + Self.boltzmannMachine(hidden: model.widths[0])
        case .layers:
            return try decoded(model.layers, "model.layers")
        }
    }

    private static func layers(_ output: Output) -> [LayerDescription] { output == .tanh ? [.activation(.tanh)] : [] }

    /// F(v) = b·v - Σ softplus(W v + c), the energy of visible units whose hidden units of 0 and 1 are summed out; what is added to b·v counts in no law.
    private static func boltzmannMachine(hidden: Int) -> [LayerDescription] {
        let units: [LayerDescription] = [.dense(outputs: hidden), .activation(.softplus), .pooling(Pooling(.sum)), .scaling(factor: -1)]
        return [.residual(layers: units, shortcut: [.dense(outputs: 1)])]
    }

    private func readOut(_ layers: [LayerDescription]) -> [LayerDescription] { model.readouts ? [.readouts(layers: layers)] : layers }

    /// From the network's value to the energy.
    private var outputLayers: [LayerDescription] {
        let factor = Float(model.outputFactor / objective.kind.unit(objective))
        return factor == 1 ? [] : [.scaling(factor: factor)]
    }

    private func hidden(_ widths: [Int]) -> [LayerDescription] {
        widths.flatMap { [.dense(outputs: $0), .activation(activation)] }
    }

    /// The first level is never normalised: what is told of x by its size, such as how much noise is on it, goes in there.
    private func convolutions() -> [LayerDescription] {
        model.channels.indices.flatMap { index -> [LayerDescription] in
            let convolution = LayerDescription.convolution(
                channels: model.channels[index], kernel: model.kernels[index], stride: model.strides[index], padding: model.paddings[index])
            let isNormalised = index > 0 && model.groups > 0
            return [convolution] + (isNormalised ? [.groupNormalization(groups: model.groups)] : []) + [.activation(activation)]
        }
    }

    private func decoded(_ layers: [JSONValue], _ place: String) throws(Failure) -> [LayerDescription] {
        do {
            return try JSONDecoder().decode([LayerDescription].self, from: JSONEncoder().encode(layers))
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(.configuration, "\(place): \(error)")
        }
    }

    var activation: Activation { Activation(model.activation, parameter: Float(model.slope)) }
}

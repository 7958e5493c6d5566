import Failures
import Foundation
import Model
import Numerics

extension RunConfiguration {
    /// The energy that the `model` group describes, for samples of a shape.
    ///
    /// `mlp`: (flatten,) hidden layers of `widths`, one output. `convolution`: convolutions of `channels` with `kernels`, `strides` and
    /// `paddings`, flatten, hidden layers of `dense`, one output. `layers`: as listed. An activation follows every hidden layer.
    /// - Throws: `.configuration`, naming the key.
    package func energyModel(for shape: ImageShape) throws(Failure) -> EnergyModel {
        let network: Network
        // the noise level, at every pixel
        let condition: ConditionDescription? = noiseLadder == nil ? nil : .planes(1)
        do {
            network = try Network(NetworkDescription(input: shape, condition: condition, layers: try layers(for: shape)))
        } catch {
            throw Failure(.configuration, "model: \(error)")
        }
        return try EnergyModel(
            network, referenceDeviation: model.referenceDeviation.map { Float($0) }, spectralNormalization: model.spectralNormalization)
    }

    private func layers(for shape: ImageShape) throws(Failure) -> [LayerDescription] {
        switch model.kind {
        case .mlp:
            let flat: [LayerDescription] = shape.isVector ? [] : [.flatten]
            return flat + hidden(model.widths) + [.dense(outputs: 1)]
        case .convolution:
            return convolutions() + [.flatten] + hidden(model.dense) + [.dense(outputs: 1)]
        case .layers:
            return try listedLayers()
        }
    }

    private func hidden(_ widths: [Int]) -> [LayerDescription] {
        widths.flatMap { [.dense(outputs: $0), .activation(activation)] }
    }

    private func convolutions() -> [LayerDescription] {
        model.channels.indices.flatMap { index -> [LayerDescription] in
            [
                .convolution(
                    channels: model.channels[index], kernel: model.kernels[index], stride: model.strides[index],
                    padding: model.paddings[index]),
                .activation(activation),
            ]
        }
    }

    private func listedLayers() throws(Failure) -> [LayerDescription] {
        do {
            return try JSONDecoder().decode([LayerDescription].self, from: JSONEncoder().encode(model.layers))
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(.configuration, "model.layers: \(error)")
        }
    }

    private var activation: Activation {
        switch model.activation {
        case .silu: .silu
        case .softplus: .softplus
        case .relu: .relu
        case .leakyReLU: .leakyReLU(slope: Float(model.slope))
        case .tanh: .tanh
        case .elu: .elu(alpha: Float(model.slope))
        }
    }
}

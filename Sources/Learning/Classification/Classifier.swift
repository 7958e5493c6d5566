import Datasets
import Failures
import Model
import Numerics

/// A network whose outputs are the logits of classes, and whose last layer reads features: `Network.features`.
package struct Classifier: Sendable {
    package let network: Network
    /// The labels of the classes, in the order of the outputs.
    package let labels: [Int]

    /// - Throws: `.configuration` for a network that does not end in a layer over others with an output for each class, and for one with a condition.
    package init(_ network: Network, labels: [Int]) throws(Failure) {
        guard network.outputCount == labels.count, labels.count >= 2, Set(labels).count == labels.count else {
            throw Failure(
                .configuration,
                "a classifier of \(labels.count) classes needs two or more, and an output for each; found \(network.outputCount)")
        }
        guard network.description.layers.count >= 2, network.description.condition == nil else {
            throw Failure(.configuration, "a classifier needs a network of two layers or more, without a condition")
        }
        (self.network, self.labels) = (network, labels)
    }

    /// The network that goes with a shape.
    ///
    /// Images: convolutions of 3 x 3 pixels that halve the sides until none has more than 4, 32 channels first, then 64; a layer of features; the classes.
    /// Vectors: a layer of 128, one of features, the classes.
    package init(for shape: ImageShape, labels: [Int]) throws(Failure) {
        let silu = LayerDescription.activation(.silu)
        var layers: [LayerDescription] = []
        if shape.isVector {
            layers = [.dense(outputs: 128), silu]
        } else {
            var (side, channels) = (max(shape.height, shape.width), 32)
            repeat {
                layers += [.convolution(channels: channels, kernel: 3, stride: 2, padding: 1), silu]
                (side, channels) = ((side + 1) / 2, 64)
            } while side > 4
            layers.append(.flatten)
        }
        layers += [.dense(outputs: Self.features), silu, .dense(outputs: labels.count)]
        try self.init(Network(NetworkDescription(input: shape, layers: layers)), labels: labels)
    }

    /// Of the network of a shape.
    package static let features = 64

    /// Parameters before training: weights of the variance 2/inputs.
    package func initialParameters(seed: UInt64) -> [Float] {
        network.initialParameters(seed: seed, purpose: .classifierInitialisation, .uniform(scale: Float(6).squareRoot()))
    }

    /// The class of each row, from 0; nil for rows without labels, or with others than the classifier's.
    package func classes(of rows: Dataset) -> [Int]? {
        let place = Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($1, $0) })
        let classes = rows.labels?.compactMap { place[Int($0)] }
        return classes?.count == rows.count ? classes : nil
    }
}

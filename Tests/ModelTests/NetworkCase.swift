import Model
import Numerics

/// A network under test, with random parameters and its reference.
struct NetworkCase: Sendable, CustomStringConvertible {
    let description: String
    let network: Network
    let parameters: [Float]

    init(_ name: String, _ input: ImageShape, condition: ConditionDescription? = nil, _ layers: [LayerDescription]) {
        description = name
        do {
            network = try Network(NetworkDescription(input: input, condition: condition, layers: layers))
        } catch {
            fatalError("\(name): \(error)")
        }
        parameters = Self.parameters(network)
    }

    /// Initial values, and others in place of those that all are 1 or 0: scales and biases of normalisations.
    private static func parameters(_ network: Network) -> [Float] {
        var parameters = network.initialParameters(seed: 7)
        for tensor in network.layout.tensors where parameters[tensor.range].allSatisfy({ $0 == 0 || $0 == 1 }) {
            for (index, value) in zip(tensor.range, normals(1, tensor.count, label: tensor.range.lowerBound).values) {
                parameters[index] += 0.3 * value
            }
        }
        return parameters
    }

    /// Conditions of so many rows, another for each.
    func conditions(_ rows: Int) -> Matrix {
        let values = Self.normals(rows, network.conditionCount, label: 99)
        guard let classes = classes else { return values }
        // The class stands last, behind a noise level where there is one.
        for row in 0..<rows { values[row, values.columns - 1] = Float((row * 5 + 2) % classes) }
        return values
    }

    private var classes: Int? {
        switch network.description.condition {
        case .labels(let classes, _)?, .noise(beside: .labels(let classes, _))?: classes
        default: nil
        }
    }

    var reference: ReferenceNetwork {
        let named = network.layout.tensors.map { ($0.name, $0.toTorch(parameters).map(Double.init)) }
        return ReferenceNetwork(description: network.description, parameters: Dictionary(uniqueKeysWithValues: named))
    }

    /// Standard normal numbers, different for every label.
    static func normals(_ rows: Int, _ columns: Int, label: Int) -> Matrix {
        let matrix = Matrix(rows: rows, columns: columns)
        RandomStream(seed: 11, purpose: .test, step: label, index: 0).fillNormals(matrix)
        return matrix
    }

    /// What a forward and a backward pass give.
    struct Pass: Equatable {
        var output: [Float]
        var inputGradient: [Float]
        var parameterGradient: [Float]
    }

    /// - Parameters:
    ///   - conditions: as `conditions(x.rows)` where there is none.
    ///   - parameters: the case's own where there are none.
    func pass(
        _ x: Matrix, conditions: Matrix? = nil, outputGradient: Matrix, workspace: Workspace? = nil, parameters: [Float]? = nil,
        precision: PassPrecision = .float
    ) -> Pass {
        let weights = PreparedWeights(network, precision: precision)
        weights.refresh(from: parameters ?? self.parameters)
        let workspace = workspace ?? Workspace(network, rows: x.rows)
        workspace.condition?.rows(0..<x.rows).copy(from: conditions ?? self.conditions(x.rows))
        network.forward(x, weights, workspace, keepingSlopes: true)
        let inputGradient = Matrix(rows: x.rows, columns: x.columns)
        inputGradient.fill(.nan)
        let parameterGradient = Matrix(rows: 1, columns: network.layout.count)
        network.backward(
            x, outputGradient: outputGradient, weights, workspace, inputGradient: inputGradient, parameterGradient: parameterGradient)
        return Pass(
            output: workspace.output.rows(0..<x.rows).values, inputGradient: inputGradient.values,
            parameterGradient: parameterGradient.values)
    }

    static let vector5 = ImageShape(vector: 5)
    static let image = ImageShape(height: 7, width: 6, channels: 3)

    static func convolution(_ channels: Int, _ kernel: Int, _ stride: Int, _ padding: Int) -> LayerDescription {
        .convolution(channels: channels, kernel: kernel, stride: stride, padding: padding)
    }

    /// Every layer by itself, with sizes that are odd, below, at and above sixteen.
    static let single: [NetworkCase] =
        [1, 2, 3, 16, 33].flatMap { inputs in
            [1, 2, 16, 21].map { NetworkCase("dense \(inputs) to \($0)", ImageShape(vector: inputs), [.dense(outputs: $0)]) }
        }
        + [(1, 1, 0), (1, 2, 0), (1, 1, 1), (2, 1, 0), (3, 1, 1), (3, 2, 0), (3, 2, 1), (4, 2, 1), (5, 2, 4), (5, 3, 2), (6, 1, 0)].map {
            NetworkCase("convolution kernel \($0.0) stride \($0.1) padding \($0.2)", image, [convolution(5, $0.0, $0.1, $0.2)])
        }
        + [
            NetworkCase("kernel as large as the image", ImageShape(height: 4, width: 4, channels: 5), [convolution(3, 4, 1, 0)]),
            NetworkCase("kernel as large as the padded image", ImageShape(height: 2, width: 2, channels: 5), [convolution(3, 4, 1, 1)]),
            NetworkCase("one channel", ImageShape(height: 9, width: 5, channels: 1), [convolution(16, 5, 2, 4)]),
            NetworkCase("blocks of one channel", ImageShape(height: 12, width: 8, channels: 1), [convolution(16, 5, 2, 4)]),
            NetworkCase("blocks that read over the edge", ImageShape(height: 4, width: 8, channels: 1), [convolution(5, 3, 2, 1)]),
            NetworkCase("blocks of three channels", ImageShape(height: 6, width: 4, channels: 3), [convolution(7, 4, 2, 1)]),
            NetworkCase("blocks wider than the kernel", ImageShape(height: 8, width: 8, channels: 1), [convolution(3, 3, 4, 0)]),
            NetworkCase(
                "blocks with a padding wider than the kernel", ImageShape(height: 4, width: 4, channels: 4), [convolution(2, 2, 2, 3)]),
            NetworkCase("many channels and no whole vectors", ImageShape(height: 6, width: 5, channels: 18), [convolution(20, 3, 1, 1)]),
            NetworkCase("one output channel", ImageShape(height: 5, width: 5, channels: 17), [convolution(1, 3, 1, 1)]),
            NetworkCase("phases of stride 2", ImageShape(height: 7, width: 10, channels: 9), [convolution(5, 3, 2, 1)]),
            NetworkCase("phases of stride 3, even kernel", ImageShape(height: 9, width: 8, channels: 33), [convolution(6, 4, 3, 3)]),
            NetworkCase("pixels between the kernels", ImageShape(height: 8, width: 9, channels: 16), [convolution(3, 2, 3, 0)]),
            NetworkCase("phases without border", ImageShape(height: 6, width: 6, channels: 40), [convolution(48, 3, 1, 0)]),
            NetworkCase("padding wider than the kernel", ImageShape(height: 3, width: 2, channels: 8), [convolution(2, 2, 2, 4)]),
            NetworkCase("many channels", ImageShape(height: 6, width: 6, channels: 16), [convolution(32, 3, 2, 1)]),
            NetworkCase("many columns", ImageShape(height: 20, width: 20, channels: 8), [convolution(4, 5, 1, 2)]),
            NetworkCase("flatten and dense", image, [.flatten, .dense(outputs: 4)]),
            NetworkCase("sum of all pixels", image, [.pooling(Pooling(.sum))]),
            NetworkCase("mean of all pixels", image, [.pooling(Pooling(.mean))]),
            NetworkCase("mean of windows", ImageShape(height: 6, width: 9, channels: 17), [.pooling(Pooling(.mean, size: 3))]),
            NetworkCase("sum of a vector", ImageShape(vector: 37), [.pooling(Pooling(.sum))]),
            NetworkCase("mean of a vector", vector5, [.pooling(Pooling(.mean))]),
            NetworkCase("activation of the input", vector5, [.activation(.tanh)]),
            NetworkCase("inner product with itself", ImageShape(vector: 19), [.innerProduct(layers: [.flatten])]),
        ]

    static let activations: [Activation] = [
        .silu, .softplus, .relu, .tanh, .leakyReLU(slope: 0.05), .leakyReLU(slope: -0.5), .elu(alpha: 1), .elu(alpha: 0.3),
    ]

    /// Layers behind each other, in every combination of stages.
    static let composed: [NetworkCase] =
        activations.flatMap { activation in
            [
                NetworkCase(
                    "MLP with \(activation.kind)", ImageShape(vector: 2),
                    [.dense(outputs: 20), .activation(activation), .dense(outputs: 32), .activation(activation), .dense(outputs: 1)]),
                NetworkCase(
                    "images with \(activation.kind)", image,
                    [
                        convolution(4, 3, 2, 1), .activation(activation), convolution(16, 2, 1, 0), .activation(activation), .flatten,
                        .dense(outputs: 6), .activation(activation), .dense(outputs: 1),
                    ]),
            ]
        }
        + [
            NetworkCase(
                "pooling between convolutions", ImageShape(height: 8, width: 8, channels: 2),
                [
                    convolution(6, 3, 1, 1), .activation(.silu), .pooling(Pooling(.mean, size: 2)), convolution(7, 1, 1, 0),
                    .activation(.softplus), .pooling(Pooling(.mean)), .activation(.tanh), .activation(.silu), .flatten, .dense(outputs: 2),
                ]),
            NetworkCase(
                "ends with a convolution", ImageShape(height: 8, width: 8, channels: 3),
                [convolution(8, 4, 2, 1), .activation(.leakyReLU(slope: 0.05)), convolution(1, 4, 1, 0), .flatten]),
            NetworkCase(
                "activation behind flatten and at the end", ImageShape(height: 3, width: 4, channels: 3),
                [
                    .activation(.tanh), convolution(4, 2, 1, 0), .flatten, .activation(.silu), .dense(outputs: 3),
                    .activation(.elu(alpha: 1)),
                ]),
            NetworkCase(
                "restricted Boltzmann machine", vector5,
                [
                    .residual(
                        layers: [.dense(outputs: 21), .activation(.softplus), .pooling(Pooling(.sum)), .scaling(factor: -1)],
                        shortcut: [.dense(outputs: 1)])
                ]),
            NetworkCase("two dense layers", vector5, [.dense(outputs: 3), .dense(outputs: 4)]),
        ] + generators + residuals + readouts + innerProducts + conditional

    static let all = single + transposed + normalized + composed
}

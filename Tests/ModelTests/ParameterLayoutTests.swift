import Foundation
import Model
import Numerics
import Testing

@Suite("Parameter layouts")
struct ParameterLayoutTests {
    @Test func `names and shapes are those of torch.nn.Sequential, without gaps`() throws {
        let network = try Network(
            NetworkDescription(
                input: ImageShape(height: 6, width: 4, channels: 3),
                layers: [
                    .convolution(channels: 5, kernel: 2, stride: 2, padding: 0), .activation(.softplus), .flatten, .dense(outputs: 7),
                    .activation(.silu), .dense(outputs: 1),
                ]))
        let tensors = network.layout.tensors
        #expect(
            tensors.map(\.name) == [
                "layers.0.weight", "layers.0.bias", "layers.3.weight", "layers.3.bias", "layers.5.weight", "layers.5.bias",
            ])
        #expect(tensors.map(\.torchShape) == [[5, 3, 2, 2], [5], [7, 30], [7], [1, 7], [1]])
        #expect(tensors.map(\.range.lowerBound) == [0] + tensors.dropLast().map(\.range.upperBound))
        #expect(network.layout.count == tensors.last!.range.upperBound)
    }

    @Test func `layers within residual ones have the names of nested modules, a table of classes stands in front of all`() throws {
        let network = try Network(
            NetworkDescription(
                input: ImageShape(height: 4, width: 3, channels: 2), condition: .labels(classes: 5, channels: 4),
                layers: [
                    .residual(
                        layers: [
                            .groupNormalization(groups: 2),
                            .residual(layers: [.convolution(channels: 6, kernel: 1, stride: 1, padding: 0)]),
                        ],
                        shortcut: [.activation(.tanh), .convolution(channels: 6, kernel: 3, stride: 1, padding: 1)]),
                    .transposedConvolution(channels: 7, kernel: 4, stride: 2, padding: 1),
                ]))
        let names = [
            "layers.0.layers.0", "layers.0.layers.1.layers.0", "layers.0.shortcut.1", "layers.1",
        ].flatMap { ["\($0).weight", "\($0).bias"] }
        #expect(network.layout.tensors.map(\.name) == ["condition.weight"] + names)
        let shapes = [[5, 48], [6], [6], [6, 6, 1, 1], [6], [6, 6, 3, 3], [6], [6, 7, 4, 4], [7]]
        #expect(network.layout.tensors.map(\.torchShape) == shapes)
    }

    @Test(arguments: NetworkCase.all)
    func `to PyTorch's order and back is the identity, and a slice is as good as the whole`(_ test: NetworkCase) {
        let flat = (0..<test.network.layout.count).map(Float.init)
        var back = [Float](repeating: -1, count: flat.count)
        for tensor in test.network.layout.tensors {
            let torch = tensor.toTorch(flat)
            #expect(torch.count == tensor.torchShape.reduce(1, *))
            #expect(tensor.toTorch(flat[tensor.range]) == torch)
            back.replaceSubrange(tensor.range, with: tensor.fromTorch(torch))
        }
        #expect(back == flat)
    }

    @Test
    func
        `a convolution's weights stand as outputs x kernel x kernel x channels, a dense layer's behind an image as outputs x pixels x channels`()
        throws
    {
        let network = try Network(
            NetworkDescription(
                input: ImageShape(height: 3, width: 3, channels: 2),
                layers: [.convolution(channels: 2, kernel: 2, stride: 1, padding: 0), .flatten, .dense(outputs: 1)]))
        let flat = (0..<network.layout.count).map(Float.init)
        let tensors = network.layout.tensors
        // (o, y, x, c) stands at 8 o + 4 y + 2 x + c; PyTorch runs through o, c, y, x
        #expect(tensors[0].toTorch(flat) == [0, 2, 4, 6, 1, 3, 5, 7, 8, 10, 12, 14, 9, 11, 13, 15])
        // 4 pixels of 2 channels
        #expect(tensors[2].toTorch(flat) == [0, 2, 4, 6, 1, 3, 5, 7].map { $0 + 18 })
    }

    @Test
    func
        `tables of classes start standard normal, normalisations with 1 and 0, transposed convolutions uniform in ±1/√(outputs · kernel²)`()
        throws
    {
        let network = try Network(
            NetworkDescription(
                input: ImageShape(height: 8, width: 8, channels: 3), condition: .labels(classes: 10, channels: 4),
                layers: [.transposedConvolution(channels: 9, kernel: 4, stride: 2, padding: 1), .groupNormalization(groups: 3)]))
        let parameters = network.initialParameters(seed: 3)
        let values = network.layout.tensors.map { parameters[$0.range].map(Double.init) }
        // 2560 normals: mean within 6/√n, mean square within 6 √(2/n), 2e-9 each
        let n = Double(values[0].count)
        #expect(abs(values[0].reduce(0, +) / n) < 6 / n.squareRoot())
        #expect(abs(values[0].reduce(0) { $0 + $1 * $1 } / n - 1) < 6 * (2 / n).squareRoot())
        let largest = values[1].map(abs).max()!
        #expect(largest <= 1 / 12 && largest > 0.98 / 12, "of 432 uniform numbers in ±1/12 all below 98 %: 2e-4, and the seed is fixed")
        #expect(values[3] == Array(repeating: 1, count: 9) && values[4] == Array(repeating: 0, count: 9))
        let scaled = network.initialParameters(seed: 3, .uniform(scale: 2))
        let factors: [Float] = [1, 2, 2, 1, 1]
        for (tensor, factor) in zip(network.layout.tensors, factors) {
            #expect(scaled[tensor.range].elementsEqual(parameters[tensor.range].map { factor * $0 }), "\(tensor.name)")
        }
    }

    @Test func `first weights of a deviation are normal, their biases 0, and what no linear map has stays`() throws {
        let network = try Network(
            NetworkDescription(
                input: ImageShape(height: 8, width: 8, channels: 4), condition: .labels(classes: 20, channels: 2),
                layers: [
                    .convolution(channels: 64, kernel: 3, stride: 1, padding: 1), .groupNormalization(groups: 4), .flatten,
                    .dense(outputs: 16),
                ]))
        let (standard, normal) = (network.initialParameters(seed: 3), network.initialParameters(seed: 3, .normal(deviation: 0.25)))
        for tensor in network.layout.tensors {
            let values = normal[tensor.range].map { Double($0) / 0.25 }
            switch tensor.name {
            case "layers.0.weight", "layers.3.weight":
                // mean within 6/√n, mean square within 6 √(2/n), 2e-9 each
                let n = Double(values.count)
                #expect(abs(values.reduce(0, +) / n) < 6 / n.squareRoot(), "\(tensor.name)")
                #expect(abs(values.reduce(0) { $0 + $1 * $1 } / n - 1) < 6 * (2 / n).squareRoot(), "\(tensor.name)")
            case "layers.0.bias", "layers.3.bias": #expect(values.allSatisfy { $0 == 0 }, "\(tensor.name)")
            default: #expect(normal[tensor.range] == standard[tensor.range], "\(tensor.name)")
            }
        }
    }

    @Test func `initial parameters are uniform in ±1/√fanIn, the same for a seed, different for another and for another purpose`() throws {
        let network = try Network(
            NetworkDescription(
                input: ImageShape(height: 8, width: 8, channels: 4),
                layers: [.convolution(channels: 64, kernel: 3, stride: 1, padding: 1), .flatten, .dense(outputs: 16)]))
        let parameters = network.initialParameters(seed: 3)
        for (tensor, fanIn) in zip(network.layout.tensors, [36, 36, 4096, 4096]) {
            let bound = 1 / Double(fanIn).squareRoot()
            let values = parameters[tensor.range].map { Double($0) / bound }
            #expect(values.allSatisfy { abs($0) <= 1 })
            // mean of n uniforms in ±1: deviation 1/√(3n); mean square 1/3 with deviation √(4/45n): six deviations, 2e-9 each
            let n = Double(values.count)
            #expect(abs(values.reduce(0, +) / n) < 6 / (3 * n).squareRoot())
            #expect(abs(values.reduce(0) { $0 + $1 * $1 } / n - 1 / 3) < 6 * (4 / (45 * n)).squareRoot())
        }
        #expect(network.initialParameters(seed: 3) == parameters)
        #expect(network.initialParameters(seed: 4) != parameters)
        #expect(network.initialParameters(seed: 3, purpose: .auxiliaryInitialisation) != parameters)
        #expect(network.initialParameters(seed: 3, .uniform(scale: 2)) == parameters.map { 2 * $0 })
        // weight and bias of a layer have the same bound: one stream for both would show
        #expect(network.layout.tensors[0].range.count > 64 && parameters[0] != parameters[network.layout.tensors[1].range.lowerBound])
    }
}

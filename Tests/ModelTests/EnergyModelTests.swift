import Failures
import Foundation
import Model
import Numerics
import Testing

@Suite("Energies")
struct EnergyModelTests {
    private static let image = NetworkCase(
        "small images", ImageShape(height: 5, width: 5, channels: 2),
        [
            .convolution(channels: 4, kernel: 3, stride: 2, padding: 1), .activation(.silu), .flatten, .dense(outputs: 6),
            .activation(.tanh),
            .dense(outputs: 1),
        ])

    /// A model with what it needs to be evaluated.
    private final class Evaluation {
        let model: EnergyModel
        let weights: PreparedWeights
        let workspace: Workspace
        var parameters: [Float]
        var state: [Float]

        init(_ network: Network, _ parameters: [Float], deviation: Float? = nil, normalizing: NormalizedWeights = .none, rows: Int = 8)
            throws
        {
            model = try EnergyModel(network, referenceDeviation: deviation, normalizing: normalizing)
            weights = PreparedWeights(network)
            workspace = Workspace(network, rows: rows)
            self.parameters = parameters
            state = model.initialState(seed: 5)
            model.prepare(weights, parameters: parameters, state: &state, iterating: false)
        }

        func energies(_ x: Matrix) -> [Float] {
            let energies = Matrix(rows: x.rows, columns: 1)
            model.energies(of: x, weights, workspace, into: energies)
            return energies.values
        }

        func gradient(_ x: Matrix) -> (energies: [Float], gradient: [Float]) {
            let (energies, gradient) = (Matrix(rows: x.rows, columns: 1), Matrix(rows: x.rows, columns: x.columns))
            model.energiesAndGradient(of: x, weights, workspace, energies: energies, gradient: gradient)
            return (energies.values, gradient.values)
        }

        func parameterGradient(_ x: Matrix, _ rowWeights: (Matrix, Matrix) -> Void) -> [Float] {
            let (energies, gradient) = (Matrix(rows: x.rows, columns: 1), Matrix(rows: 1, columns: parameters.count))
            model.addParameterGradient(of: x, weights, workspace, energies: energies, rowWeights: rowWeights, into: gradient)
            return gradient.values
        }
    }

    @Test func `the reference term adds |x|²/(2s²) to energies and x/s² to gradients`() throws {
        let test = Self.image
        let plain = try Evaluation(test.network, test.parameters)
        let with = try Evaluation(test.network, test.parameters, deviation: 0.5)
        let x = NetworkCase.normals(3, 50, label: 30)
        let (before, after) = (plain.gradient(x), with.gradient(x))
        #expect(with.energies(x) == after.energies)
        for row in 0..<3 {
            let square = x.rows(row..<(row + 1)).values.reduce(0.0) { $0 + Double($1) * Double($1) }
            // 50 products and sums, then two roundings at the size of the result: 53 units of about 100
            #expect(abs(Double(after.energies[row]) - Double(before.energies[row]) - 2 * square) < 53 * Bounded.unit * 2 * square + 1e-5)
        }
        for (index, value) in x.values.enumerated() {
            let expected = before.gradient[index] + 4 * value
            #expect(abs(after.gradient[index] - expected) <= 1e-6 * (1 + abs(expected)))
        }
    }

    @Test func `the row weights see the energies, and weigh the gradient of each row`() throws {
        let test = Self.image
        let evaluation = try Evaluation(test.network, test.parameters, deviation: 2)
        let x = NetworkCase.normals(4, 50, label: 31)
        var seen: [Float] = []
        let weighted = evaluation.parameterGradient(x) { energies, weights in
            seen = energies.values
            for row in 0..<4 { weights[row, 0] = Float(row) * energies[row, 0] }
        }
        #expect(seen == evaluation.energies(x))
        var expected = [Float](repeating: 0, count: weighted.count)
        for row in 0..<4 {
            let one = evaluation.parameterGradient(x.rows(row..<(row + 1))) { $1.fill(1) }
            for index in expected.indices { expected[index] += Float(row) * seen[row] * one[index] }
        }
        // sums over 4 rows x 9 positions of products of a few operations each
        let scale = expected.map(\.magnitude).max()!
        #expect(zip(weighted, expected).allSatisfy { abs($0 - $1) < 1e-5 * scale })
    }

    @Test func `an energy has one output and a positive deviation`() throws {
        let two = try Network(NetworkDescription(input: ImageShape(vector: 2), layers: [.dense(outputs: 2)]))
        #expect(throws: Failure.self) { _ = try EnergyModel(two) }
        let one = try Network(NetworkDescription(input: ImageShape(vector: 2), layers: [.dense(outputs: 1)]))
        for deviation: Float in [0, -1, .nan, .infinity] {
            #expect(throws: Failure.self) { _ = try EnergyModel(one, referenceDeviation: deviation) }
        }
    }

    @Test func `spectral normalisation names weights and vectors as PyTorch does`() throws {
        let model = try EnergyModel(Self.image.network, normalizing: .all)
        #expect(model.layout.count == Self.image.network.layout.count)
        #expect(
            model.layout.tensors.map(\.name) == [
                "layers.0.weight_orig", "layers.0.bias", "layers.3.weight_orig", "layers.3.bias", "layers.5.weight_orig", "layers.5.bias",
            ])
        #expect(
            model.stateLayout.tensors.map(\.name) == [
                "layers.0.weight_u", "layers.0.weight_v", "layers.3.weight_u", "layers.3.weight_v", "layers.5.weight_u",
                "layers.5.weight_v",
            ])
        #expect(model.stateLayout.tensors.map(\.torchShape) == [[4], [18], [6], [36], [1], [6]])
        #expect(try EnergyModel(Self.image.network).stateLayout.count == 0)
        let state = model.initialState(seed: 1)
        for tensor in model.stateLayout.tensors {
            let length = state[tensor.range].reduce(0.0) { $0 + Double($1) * Double($1) }
            #expect(abs(length - 1) < 1e-6)
        }
    }

    /// PyTorch's iteration in PyTorch's order, in Double: the new u and v, and σ.
    private func iterate(_ weight: [Double], _ u: [Double]) -> (u: [Double], v: [Double], sigma: Double) {
        let columns = weight.count / u.count
        func normalized(_ x: [Double]) -> [Double] {
            let length = x.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return x.map { $0 / max(length, 1e-12) }
        }
        let v = normalized((0..<columns).map { j in u.indices.reduce(0) { $0 + u[$1] * weight[$1 * columns + j] } })
        let product = u.indices.map { i in (0..<columns).reduce(0) { $0 + weight[i * columns + $1] * v[$1] } }
        let next = normalized(product)
        return (next, v, zip(next, product).reduce(0) { $0 + $1.0 * $1.1 })
    }

    @Test func `a power iteration is PyTorch's, and the energies are those of W/σ`() throws {
        let network = Self.image.network
        let evaluation = try Evaluation(network, Self.image.parameters, normalizing: .all)
        let model = evaluation.model
        var effective = evaluation.parameters
        let before = evaluation.state
        model.prepare(evaluation.weights, parameters: evaluation.parameters, state: &evaluation.state, iterating: true)
        var vector = 0
        for tensor in model.layout.tensors where tensor.name.hasSuffix("_orig") {
            let (uTensor, vTensor) = (model.stateLayout.tensors[vector], model.stateLayout.tensors[vector + 1])
            vector += 2
            let weight = tensor.toTorch(evaluation.parameters).map(Double.init)
            let expected = iterate(weight, uTensor.toTorch(before).map(Double.init))
            // u and v are rounded to Float once each
            for (value, reference) in zip(uTensor.toTorch(evaluation.state), expected.u) { #expect(abs(Double(value) - reference) < 1e-6) }
            for (value, reference) in zip(vTensor.toTorch(evaluation.state), expected.v) { #expect(abs(Double(value) - reference) < 1e-6) }
            effective.replaceSubrange(tensor.range, with: tensor.fromTorch(weight.map { Float($0 / expected.sigma) }))
        }
        let plain = try Evaluation(network, effective)
        let x = NetworkCase.normals(5, 50, label: 32)
        for (energy, reference) in zip(evaluation.energies(x), plain.energies(x)) { #expect(abs(energy - reference) < 1e-5) }
    }

    @Test func `a transposed convolution is normalised as the matrix of its outputs, a table of classes and normalisations are not`() throws
    {
        let description = NetworkDescription(
            input: ImageShape(height: 2, width: 2, channels: 3), condition: .labels(classes: 2, channels: 1),
            layers: [
                .transposedConvolution(channels: 5, kernel: 2, stride: 1, padding: 0), .groupNormalization(groups: 5), .flatten,
                .dense(outputs: 1),
            ])
        let network = try Network(description)
        let evaluation = try Evaluation(network, network.initialParameters(seed: 4), normalizing: .all)
        let (model, parameters, before) = (evaluation.model, evaluation.parameters, evaluation.state)
        let names = model.layout.tensors.map(\.name).filter { $0.hasSuffix("_orig") }
        #expect(names == ["layers.0.weight_orig", "layers.3.weight_orig"])
        model.prepare(evaluation.weights, parameters: parameters, state: &evaluation.state, iterating: true)
        // PyTorch's matrix for it is outputs x (inputs, kernel, kernel): from inputs x outputs x kernel x kernel
        let tensor = model.layout.tensors[1]
        let weight = tensor.toTorch(parameters).map(Double.init)
        let matrix = (0..<5).flatMap { output in
            (0..<4).flatMap { input in (0..<4).map { weight[(input * 5 + output) * 4 + $0] } }
        }
        let (u, v) = (model.stateLayout.tensors[0], model.stateLayout.tensors[1])
        let expected = iterate(matrix, u.toTorch(before).map(Double.init))
        for (value, reference) in zip(u.toTorch(evaluation.state), expected.u) { #expect(abs(Double(value) - reference) < 1e-6) }
        for (value, reference) in zip(v.toTorch(evaluation.state), expected.v) { #expect(abs(Double(value) - reference) < 1e-6) }
        // G = W has ⟨G, W/σ⟩ = |W|²/σ: the converted gradient in closed form
        var gradient = parameters
        model.convertGradient(&gradient, parameters: parameters, state: evaluation.state)
        let square = weight.reduce(0) { $0 + $1 * $1 }
        let converted = tensor.toTorch(gradient)
        for (index, value) in converted.enumerated() {
            let (input, output, tap) = (index / 20, index / 4 % 5, index % 4)
            let part = square / expected.sigma * expected.u[output] * expected.v[input * 4 + tap]
            #expect(abs(Double(value) - (weight[index] - part) / expected.sigma) < 1e-5)
        }
    }

    @Test func `many iterations reach the largest singular value`() throws {
        let network = try Network(NetworkDescription(input: ImageShape(vector: 2), layers: [.dense(outputs: 2), .dense(outputs: 1)]))
        // singular values 3 and 1, turned by a rotation on both sides; then a row of length 5
        let (c, s): (Float, Float) = (0.6, 0.8)
        let parameters: [Float] = [3 * c * c + s * s, 3 * c * s - s * c, 3 * s * c - c * s, 3 * s * s + c * c, 0, 0, 3, 4, 0]
        let evaluation = try Evaluation(network, parameters, normalizing: .all)
        for _ in 0..<40 { evaluation.model.prepare(evaluation.weights, parameters: parameters, state: &evaluation.state, iterating: true) }
        // along (c, s) the first layer multiplies by 1, along (-s, c) by 1/3; the second takes the inner product with (0.6, 0.8)
        let x = Matrix(rows: 2, columns: 2, [c, s, -s, c])
        let energies = evaluation.energies(x)
        #expect(abs(energies[0] - 1) < 1e-6)
        #expect(abs(energies[1]) < 1e-6)
        let state = evaluation.state
        evaluation.model.prepare(evaluation.weights, parameters: parameters, state: &evaluation.state, iterating: false)
        #expect(evaluation.state == state, "without iterating the vectors stay")
    }

    @Test func `of hidden weights the last one acts as it is, and is trained as it is`() throws {
        let test = Self.image
        let hidden = try Evaluation(test.network, test.parameters, normalizing: .hidden)
        let all = try Evaluation(test.network, test.parameters, normalizing: .all)
        #expect(
            hidden.model.layout.tensors.map(\.name) == [
                "layers.0.weight_orig", "layers.0.bias", "layers.3.weight_orig", "layers.3.bias", "layers.5.weight", "layers.5.bias",
            ])
        #expect(hidden.model.stateLayout.count == all.model.stateLayout.count - 7)
        for evaluation in [hidden, all] {
            evaluation.model.prepare(evaluation.weights, parameters: test.parameters, state: &evaluation.state, iterating: true)
        }
        // Both begin with the same vectors, so that energies differ by the singular value of the last weight, its length, and by the last bias.
        let last = test.network.layout.tensors.suffix(2).map { test.parameters[$0.range].map(Double.init) }
        let length = last[0].reduce(0) { $0 + $1 * $1 }.squareRoot()
        let x = NetworkCase.normals(3, 50, label: 34)
        for (one, other) in zip(hidden.energies(x), all.energies(x)) {
            #expect(abs((Double(one) - last[1][0]) - (Double(other) - last[1][0]) * length) < 1e-5 * (1 + abs(Double(one))))
        }
    }

    @Test(arguments: [NormalizedWeights.all, .hidden])
    func `the converted gradient is the derivative with respect to the stored weights, with u and v held fixed`(
        normalizing: NormalizedWeights
    ) throws {
        let test = Self.image
        let model = try EnergyModel(test.network, normalizing: normalizing)
        let evaluation = try Evaluation(test.network, test.parameters, normalizing: normalizing)
        model.prepare(evaluation.weights, parameters: test.parameters, state: &evaluation.state, iterating: true)
        let x = NetworkCase.normals(2, 50, label: 33)
        var gradient = evaluation.parameterGradient(x) { $1.fill(1) }
        model.convertGradient(&gradient, parameters: test.parameters, state: evaluation.state)

        // the whole map in Double: σ = uᵀWv with fixed vectors, then the reference network
        let state = evaluation.state
        func loss(_ parameters: [Double]) -> Double {
            var effective = parameters
            var vector = 0
            for tensor in model.layout.tensors where tensor.name.hasSuffix("_orig") {
                let u = state[model.stateLayout.tensors[vector].range].map(Double.init)
                let v = state[model.stateLayout.tensors[vector + 1].range].map(Double.init)
                vector += 2
                var sigma = 0.0
                for i in u.indices {
                    for j in v.indices { sigma += u[i] * parameters[tensor.range.lowerBound + i * v.count + j] * v[j] }
                }
                for index in tensor.range { effective[index] /= sigma }
            }
            var reference = test.reference
            for tensor in test.network.layout.tensors {
                let order = tensor.toTorch((0..<parameters.count).map(Float.init))
                reference.parameters[tensor.name] = order.map { effective[Int($0)] }
            }
            var unused = reference.emptySums
            return (0..<2).reduce(0) {
                let row = x.rows($1..<($1 + 1)).values.map(Double.init)
                return $0 + reference.run(row, outputGradient: [1], sums: &unused).output[0].value
            }
        }
        let h = 1e-5
        let scale = Double(gradient.map(\.magnitude).max()!)
        for index in stride(from: 0, to: gradient.count, by: 3) {
            var (above, below) = (test.parameters.map(Double.init), test.parameters.map(Double.init))
            above[index] += h
            below[index] -= h
            let slope = (loss(above) - loss(below)) / (2 * h)
            // float sums of 18 positions behind three layers
            #expect(abs(Double(gradient[index]) - slope) < 1e-5 * scale, "parameter \(index)")
        }
    }
}

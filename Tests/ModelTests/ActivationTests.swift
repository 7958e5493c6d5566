import Foundation
import Model
import Numerics
import Testing

@Suite("Activations")
struct ActivationTests {
    /// Values and slopes of an activation at the given points, by a network that is nothing else.
    private func evaluate(_ activation: Activation, _ points: [Float]) throws -> (values: [Float], slopes: [Float]) {
        let network = try Network(NetworkDescription(input: ImageShape(vector: points.count), layers: [.activation(activation)]))
        let (weights, workspace) = (PreparedWeights(network), Workspace(network, rows: 1))
        let x = Matrix(rows: 1, columns: points.count, points)
        let (ones, slopes) = (Matrix(rows: 1, columns: points.count), Matrix(rows: 1, columns: points.count))
        ones.fill(1)
        network.forward(x, weights, workspace, keepingSlopes: true)
        network.backward(x, outputGradient: ones, weights, workspace, inputGradient: slopes, parameterGradient: nil)
        return (workspace.output.values, slopes.values)
    }

    @Test(arguments: NetworkCase.activations)
    func `values and slopes are the formula's from -10000 to 10000, at 0 and next to it`(_ activation: Activation) throws {
        let small: [Float] = [0, -0.0, 1e-6, -1e-6, .leastNormalMagnitude, -.leastNormalMagnitude, 0.625, -0.625]
        let points = small + [-1e4, 1e4, -88, 88, -104, 104] + (0..<400).map { Float($0 - 200) / 8 }
        let (values, slopes) = try evaluate(activation, points)
        for (index, point) in points.enumerated() {
            let expected = activation.apply(Bounded(Double(point)))
            #expect(expected.value.admits(values[index]), "value at \(point): \(values[index]), expected \(expected.value.value)")
            #expect(expected.slope.admits(slopes[index]), "slope at \(point): \(slopes[index]), expected \(expected.slope.value)")
        }
    }

    @Test(arguments: [Activation.silu, .tanh, .relu])
    func `the bound near zero is relative for activations that vanish there`(_ activation: Activation) throws {
        let values = try evaluate(activation, [1e-20, 1e-10, 1e-3]).values
        let expected = [1e-20, 1e-10, 1e-3].map(activation.reference.value)
        for (value, reference) in zip(values, expected) { #expect(abs(Double(value) / reference - 1) < 1e-6) }
    }

    @Test(arguments: NetworkCase.activations)
    func `NaN stays NaN, in its own place`(_ activation: Activation) throws {
        var points = [Float](repeating: 0.5, count: 37)
        for index in [0, 15, 16, 31, 36] { points[index] = .nan }
        let values = try evaluate(activation, points).values
        for (point, value) in zip(points, values) { #expect(point.isNaN == value.isNaN) }
    }

    @Test(arguments: NetworkCase.composed)
    func `NaN in one row of a tile stays in that row`(_ test: NetworkCase) {
        let x = NetworkCase.normals(4, test.network.inputShape.count, label: 20)
        let gradient = NetworkCase.normals(4, test.network.outputCount, label: 21)
        let clean = test.pass(x, outputGradient: gradient)
        x[2, 0] = .nan
        let pass = test.pass(x, outputGradient: gradient)
        let (inputs, outputs) = (x.columns, gradient.columns)
        #expect(pass.output[(2 * outputs)..<(3 * outputs)].contains { $0.isNaN })
        for row in [0, 1, 3] {
            #expect(pass.output[(row * outputs)..<((row + 1) * outputs)] == clean.output[(row * outputs)..<((row + 1) * outputs)])
            #expect(pass.inputGradient[(row * inputs)..<((row + 1) * inputs)] == clean.inputGradient[(row * inputs)..<((row + 1) * inputs)])
        }
    }
}

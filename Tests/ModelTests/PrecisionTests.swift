import Model
import Numerics
import Testing

@Suite("Products in half precision")
struct PrecisionTests {
    /// Numbers of few bits: their products and sums are exact in both precisions.
    private static func wholes(_ rows: Int, _ columns: Int, label: Int, upTo most: Float) -> Matrix {
        let matrix = NetworkCase.normals(rows, columns, label: label)
        for row in 0..<rows {
            for column in 0..<columns {
                matrix[row, column] = max(-most, min(most, (matrix[row, column] * most / 2).rounded()))
            }
        }
        return matrix
    }

    @Test(arguments: (NetworkCase.single + NetworkCase.transposed).filter { !"\($0.network.description.layers)".contains("pooling") })
    func `numbers of eight bits give the same as in single precision`(_ test: NetworkCase) {
        let network = test.network
        let (rows, parameters) = (5, Self.wholes(1, network.layout.count, label: 31, upTo: 15).values)
        let x = Self.wholes(rows, network.inputShape.count, label: 32, upTo: 127)
        let outputGradient = Self.wholes(rows, network.outputCount, label: 33, upTo: 127)
        let (float, half) = (
            test.pass(x, outputGradient: outputGradient, parameters: parameters),
            test.pass(x, outputGradient: outputGradient, parameters: parameters, precision: .bfloat16)
        )
        #expect(half.output == float.output)
        #expect(half.parameterGradient == float.parameterGradient)
        // behind an activation the gradient has more bits
        if !"\(network.description.layers)".contains("activation") { #expect(half.inputGradient == float.inputGradient) }
    }

    /// Each factor of a product is off by up to 2⁻⁹, at random; behind a few layers what is left is some thousandths (.006 at most were seen). Where a slope
    /// jumps, the gradient of some samples is that of a point next to them (up to .05).
    @Test(arguments: NetworkCase.composed)
    func `networks are close to those in single precision`(_ test: NetworkCase) {
        let x = NetworkCase.normals(64, test.network.inputShape.count, label: 34)
        let outputGradient = NetworkCase.normals(64, test.network.outputCount, label: 35)
        let float = test.pass(x, outputGradient: outputGradient)
        let half = test.pass(x, outputGradient: outputGradient, precision: .bfloat16)
        let layers = "\(test.network.description.layers)"
        let hasKinks = ["relu", "leakyReLU", "elu"].contains { layers.contains($0) }
        #expect(Self.error(half.output, float.output) < 0.01)
        #expect(Self.error(half.inputGradient, float.inputGradient) < (hasKinks ? 0.1 : 0.02))
        #expect(Self.error(half.parameterGradient, float.parameterGradient) < (hasKinks ? 0.05 : 0.02))
    }

    /// |a - b| / |b|
    private static func error(_ a: [Float], _ b: [Float]) -> Double {
        let (difference, square) = zip(a, b).reduce((0.0, 0.0)) { sums, pair in
            let (a, b) = (Double(pair.0), Double(pair.1))
            return (sums.0 + (a - b) * (a - b), sums.1 + b * b)
        }
        return (difference / max(square, 1e-30)).squareRoot()
    }

    @Test func `values and weights are rounded, and points of the plane are not`() {
        func passes(_ inputs: Int) -> (NetworkCase.Pass, NetworkCase.Pass) {
            let test = NetworkCase("dense", ImageShape(vector: inputs), [.dense(outputs: 16)])
            let x = NetworkCase.normals(3, inputs, label: 36)
            let outputGradient = NetworkCase.normals(3, 16, label: 37)
            return (test.pass(x, outputGradient: outputGradient), test.pass(x, outputGradient: outputGradient, precision: .bfloat16))
        }
        let (plane, planeInHalf) = passes(2)
        #expect(plane.output == planeInHalf.output)
        let (vector, vectorInHalf) = passes(20)
        #expect(vector.output != vectorInHalf.output)
        #expect(vector.inputGradient != vectorInHalf.inputGradient)
        #expect(vector.parameterGradient == vectorInHalf.parameterGradient)
    }

    @Test(arguments: NetworkCase.all)
    func `one way in single precision has its bits, whatever the other way is`(_ test: NetworkCase) {
        let x = NetworkCase.normals(5, test.network.inputShape.count, label: 43)
        let outputGradient = NetworkCase.normals(5, test.network.outputCount, label: 44)
        func pass(_ forward: Precision, _ backward: Precision) -> NetworkCase.Pass {
            test.pass(x, outputGradient: outputGradient, precision: PassPrecision(forward: forward, backward: backward))
        }
        let (float, half, mixed) = (pass(.float, .float), pass(.bfloat16, .bfloat16), pass(.float, .bfloat16))
        #expect(mixed.output == float.output)
        #expect(pass(.bfloat16, .float).output == half.output)
        if half.inputGradient != float.inputGradient, !half.inputGradient.contains(where: \.isNaN) {
            // Slopes that are those of float, products that are not.
            #expect(Self.error(mixed.inputGradient, float.inputGradient) < 0.02)
        }
    }

    @Test(arguments: NetworkCase.all)
    func `a sample has the same bits in every tile`(_ test: NetworkCase) {
        let x = NetworkCase.normals(21, test.network.inputShape.count, label: 16)
        let gradient = NetworkCase.normals(21, test.network.outputCount, label: 17)
        let all = test.pass(x, outputGradient: gradient, precision: .bfloat16)
        for range in [0..<1, 5..<14, 20..<21] {
            let part = test.pass(
                x.rows(range), conditions: test.conditions(21).rows(range), outputGradient: gradient.rows(range), precision: .bfloat16)
            #expect(part.output == Array(all.output[(range.lowerBound * gradient.columns)..<(range.upperBound * gradient.columns)]))
            #expect(part.inputGradient == Array(all.inputGradient[(range.lowerBound * x.columns)..<(range.upperBound * x.columns)]))
        }
    }

    @Test(arguments: NetworkCase.all)
    func `a sample that is no number leaves its neighbors alone`(_ test: NetworkCase) {
        let x = NetworkCase.normals(3, test.network.inputShape.count, label: 38)
        let gradient = NetworkCase.normals(3, test.network.outputCount, label: 39)
        let before = test.pass(x, outputGradient: gradient, precision: .bfloat16)
        x.rows(1..<2).fill(.infinity)
        let after = test.pass(x, outputGradient: gradient, precision: .bfloat16)
        let (outputs, inputs) = (gradient.columns, x.columns)
        for row in [0, 2] {
            #expect(after.output[row * outputs..<(row + 1) * outputs] == before.output[row * outputs..<(row + 1) * outputs])
            #expect(after.inputGradient[row * inputs..<(row + 1) * inputs] == before.inputGradient[row * inputs..<(row + 1) * inputs])
        }
    }
}

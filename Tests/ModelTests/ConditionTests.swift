import Model
import Numerics
import Testing

@Suite("Conditional energies")
struct ConditionTests {
    /// A network over x and condition together, and the energy of x alone.
    private static func make(_ shape: ImageShape, channels: Int, _ layers: [LayerDescription]) throws -> (NetworkCase, EnergyModel) {
        let joined = ImageShape(height: shape.height, width: shape.width, channels: shape.channels + channels)
        let description = NetworkDescription(input: shape, condition: .planes(channels), layers: layers)
        return (NetworkCase("joined", joined, layers), try EnergyModel(Network(description), referenceDeviation: 1.5))
    }

    private static let cases: [(ImageShape, Int, [LayerDescription])] = [
        (ImageShape(vector: 3), 2, [.dense(outputs: 20), .activation(.silu), .dense(outputs: 1)]),
        (
            ImageShape(height: 4, width: 5, channels: 2), 1,
            [
                .convolution(channels: 6, kernel: 3, stride: 1, padding: 1), .activation(.softplus), .flatten, .dense(outputs: 1),
            ]
        ),
    ]

    /// x and the condition as the network's input, pixel by pixel.
    private static func joined(_ x: Matrix, _ condition: Matrix, own: Int, added: Int) -> Matrix {
        var values: [Float] = []
        for row in 0..<x.rows {
            for place in 0..<x.columns / own {
                for channel in 0..<own { values.append(x[row, place * own + channel]) }
                for channel in 0..<added { values.append(condition[row, place * added + channel]) }
            }
        }
        return Matrix(rows: x.rows, columns: values.count / x.rows, values)
    }

    @Test(arguments: cases.indices)
    func `energies, gradients and derivatives along lines are those of the joined input, without the condition's part`(_ index: Int) throws
    {
        let (shape, added, layers) = Self.cases[index]
        let (test, model) = try Self.make(shape, channels: added, layers)
        #expect(model.inputShape == shape)
        let plain = try EnergyModel(test.network)
        let (rows, pixels) = (3, shape.height * shape.width)
        let weights = LineTests.prepared(test)
        let (x, v) = (NetworkCase.normals(rows, shape.count, label: 1), NetworkCase.normals(rows, shape.count, label: 2))
        let condition = NetworkCase.normals(rows, pixels * added, label: 3)
        let zeros = Matrix(rows: rows, columns: pixels * added)
        let whole = Self.joined(x, condition, own: shape.channels, added: added)
        let direction = Self.joined(v, zeros, own: shape.channels, added: added)

        let workspace = Workspace(model, rows: rows)
        workspace.condition?.copy(from: condition)
        let (energies, gradient) = (Matrix(rows: rows, columns: 1), Matrix(rows: rows, columns: shape.count))
        model.energiesAndGradient(of: x, weights, workspace, energies: energies, gradient: gradient)
        let (expected, wholeGradient) = (Matrix(rows: rows, columns: 1), Matrix(rows: rows, columns: whole.columns))
        plain.energiesAndGradient(of: whole, weights, Workspace(test.network, rows: rows), energies: expected, gradient: wholeGradient)
        for row in 0..<rows {
            let squares = (0..<shape.count).reduce(Float(0)) { $0 + x[row, $1] * x[row, $1] }
            #expect(abs(energies[row, 0] - expected[row, 0] - squares / 4.5) < 1e-5)
            for place in 0..<pixels {
                for channel in 0..<shape.channels {
                    let column = place * shape.channels + channel
                    let own = wholeGradient[row, place * (shape.channels + added) + channel] + x[row, column] / 2.25
                    #expect(abs(gradient[row, column] - own) < 1e-5)
                }
            }
        }

        let line = LineWorkspace(model, rows: rows, order: 2)
        line.condition?.copy(from: condition)
        let (found, plainDerivatives) = (
            (0..<3).map { _ in Matrix(rows: rows, columns: 1) }, (0..<3).map { _ in Matrix(rows: rows, columns: 1) }
        )
        model.lineDerivatives(of: x, along: v, weights, line, into: found)
        plain.lineDerivatives(
            of: whole, along: direction, weights, LineWorkspace(test.network, rows: rows, order: 2), into: plainDerivatives)
        for row in 0..<rows {
            let (slope, curvature) = (0..<shape.count).reduce((Float(0), Float(0))) {
                ($0.0 + x[row, $1] * v[row, $1] / 2.25, $0.1 + v[row, $1] * v[row, $1] / 2.25)
            }
            #expect(abs(found[1][row, 0] - plainDerivatives[1][row, 0] - slope) < 1e-4)
            #expect(abs(found[2][row, 0] - plainDerivatives[2][row, 0] - curvature) < 1e-4)
        }
        // Another condition is another energy.
        workspace.condition?.fill(0)
        let other = Matrix(rows: rows, columns: 1)
        model.energies(of: x, weights, workspace, into: other)
        #expect(other.values != energies.values)
    }

    @Test func `what a table of classes gets is the sum over the rows of each class, and the others get nothing`() throws {
        let test = NetworkCase.conditional.first { $0.description == "labels beside an image" }!
        let (x, gradient) = (NetworkCase.normals(4, 24, label: 5), NetworkCase.normals(4, 1, label: 6))
        let conditions = Matrix(rows: 4, columns: 1, [7, 2, 7, 0])
        let table = try #require(test.network.layout.tensors.first).range
        let all = test.pass(x, conditions: conditions, outputGradient: gradient).parameterGradient[table]
        let entries = (0..<10).map { Array(all[$0 * 24..<($0 + 1) * 24]) }
        #expect(entries.indices.filter { entries[$0].contains { $0 != 0 } } == [0, 2, 7])
        let single = (0..<4).map { row in
            let range = row..<row + 1
            return Array(
                test.pass(x.rows(range), conditions: conditions.rows(range), outputGradient: gradient.rows(range)).parameterGradient[table])
        }
        // rows are added in their order: the same bits
        #expect(entries[7] == zip(single[0][168..<192], single[2][168..<192]).map { $0 + $1 })
        #expect(entries[2] == Array(single[1][48..<72]))
    }

    @Test(arguments: [Float(3), -1, 0.5])
    func `a label that is no class ends the program`(_ label: Float) async {
        await #expect(processExitsWith: .failure) { [label] in
            let network = try Network(
                NetworkDescription(
                    input: ImageShape(vector: 2), condition: .labels(classes: 3, channels: 1), layers: [.dense(outputs: 1)]))
            let workspace = Workspace(network, rows: 1)
            workspace.condition?.fill(label)
            network.forward(Matrix(rows: 1, columns: 2), PreparedWeights(network), workspace, keepingSlopes: false)
        }
    }
}

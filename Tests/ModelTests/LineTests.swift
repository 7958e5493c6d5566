import Model
import Numerics
import Testing

@Suite("Passes along lines")
struct LineTests {
    /// Networks whose functions have as many derivatives as the tests take.
    static let smooth = NetworkCase.composed.filter { test in
        !["relu", "leakyReLU", "elu"].contains { test.description.hasSuffix($0) } && !test.description.hasPrefix("ends with")
            && !test.description.hasPrefix("activation behind") && !test.description.hasSuffix("kinks")
    }
    static let kinked = NetworkCase.composed.filter { test in !smooth.contains { $0.description == test.description } }

    /// Derivatives of the outputs and of the parameter gradient along a line, from a Double reference that shares no code with the network.
    struct Reference {
        var outputs: [[Double]]
        /// In the order of the network's parameters, for weights of the outputs that are the same for every derivative.
        var parameterGradients: [[Double]]

        /// Central differences: with step h and derivatives of order 10 the error is below 10 h² + 1e-15/h², 2e-6 for h = 1e-4.
        init(_ test: NetworkCase, _ x: [Double], _ v: [Double], row: Int = 0, outputGradient: [Double]) {
            let h = 1e-4
            let conditions = test.conditions(row + 1).rows(row..<row + 1).values.map(Double.init)
            let runs = [-h, 0, h].map { t -> (output: [Double], gradient: [Double]) in
                let reference = test.reference
                var sums = reference.emptySums
                let result = reference.run(
                    zip(x, v).map { $0 + t * $1 }, conditions: conditions, outputGradient: outputGradient, sums: &sums)
                return (result.output.map(\.value), test.network.layout.tensors.flatMap { sums[$0.name]!.map(\.total.value) })
            }
            func derivatives(_ values: [[Double]]) -> [[Double]] {
                let (below, here, above) = (values[0], values[1], values[2])
                return [
                    here, here.indices.map { (above[$0] - below[$0]) / (2 * h) },
                    here.indices.map { (above[$0] - 2 * here[$0] + below[$0]) / (h * h) },
                ]
            }
            outputs = derivatives(runs.map(\.output))
            parameterGradients = derivatives(runs.map(\.gradient))
        }
    }

    static func prepared(_ test: NetworkCase) -> PreparedWeights {
        let weights = PreparedWeights(test.network)
        weights.refresh(from: test.parameters)
        return weights
    }

    /// A workspace whose rows have the conditions of the reference.
    static func workspace(_ test: NetworkCase, rows: Int, order: Int) -> LineWorkspace {
        let workspace = LineWorkspace(test.network, rows: rows, order: order)
        workspace.condition?.copy(from: test.conditions(rows))
        return workspace
    }

    static func torchOrder(_ gradient: [Float], _ test: NetworkCase) -> [Float] {
        test.network.layout.tensors.flatMap { $0.toTorch(gradient) }
    }

    /// The largest difference as a share of the largest value.
    static func distance(_ values: [Float], _ reference: [Double]) -> Double {
        let largest = reference.map(\.magnitude).max() ?? 0
        return (zip(values, reference).map { (Double($0) - $1).magnitude }.max() ?? 0) / (largest + 1e-3)
    }

    // Some hundred roundings of 6e-8 in sums whose terms are up to ten times the result: 1e-4 leaves room for two powers of that and for the
    // differences of the reference. A wrong term changes the results by tens of percents.
    static let tolerance = 1e-4

    @Test(arguments: smooth, [1, 2])
    func `outputs and gradients are those of the Double reference along the line`(_ test: NetworkCase, _ order: Int) {
        let rows = 3
        let x = NetworkCase.normals(rows, test.network.inputShape.count, label: 31)
        let v = NetworkCase.normals(rows, test.network.inputShape.count, label: 32)
        let outputGradient = NetworkCase.normals(rows, test.network.outputCount, label: 33)
        let zeros = Matrix(rows: rows, columns: test.network.outputCount)
        let references = (0..<rows).map { row in
            Reference(
                test, x.rows(row..<row + 1).values.map(Double.init), v.rows(row..<row + 1).values.map(Double.init),
                row: row, outputGradient: outputGradient.rows(row..<row + 1).values.map(Double.init))
        }
        let (weights, workspace) = (Self.prepared(test), Self.workspace(test, rows: rows + 1, order: order))
        test.network.forwardAlongLines(x, direction: v, weights, workspace)
        for k in 0...order {
            let outputs = workspace.outputs[k].rows(0..<rows).values
            #expect(Self.distance(outputs, references.flatMap { $0.outputs[k] }) < Self.tolerance, "derivative \(k)")
            let gradient = Matrix(rows: 1, columns: test.network.layout.count)
            test.network.backwardAlongLines(
                x, direction: v, outputGradients: (0...order).map { $0 == k ? outputGradient : zeros }, weights, workspace,
                inputGradient: nil, parameterGradient: gradient)
            let expected = references[0].parameterGradients[k].indices.map { i in
                references.reduce(0) { $0 + $1.parameterGradients[k][i] }
            }
            #expect(Self.distance(Self.torchOrder(gradient.values, test), expected) < Self.tolerance, "gradient of derivative \(k)")
        }
    }

    @Test(arguments: kinked)
    func `the first derivatives of networks with kinks are those of the reference away from the kinks`(_ test: NetworkCase) {
        // Fifty values near 0 among thousands: a kink within 1e-4 of a value moves the reference's difference, so the median of several lines
        // is compared, not every one.
        let distances = (0..<5).map { line -> Double in
            let x = NetworkCase.normals(1, test.network.inputShape.count, label: 40 + line)
            let v = NetworkCase.normals(1, test.network.inputShape.count, label: 50 + line)
            let outputGradient = NetworkCase.normals(1, test.network.outputCount, label: 60 + line)
            let zeros = Matrix(rows: 1, columns: test.network.outputCount)
            let reference = Reference(
                test, x.values.map(Double.init), v.values.map(Double.init), outputGradient: outputGradient.values.map(Double.init))
            let (weights, workspace) = (Self.prepared(test), Self.workspace(test, rows: 1, order: 1))
            test.network.forwardAlongLines(x, direction: v, weights, workspace)
            let gradient = Matrix(rows: 1, columns: test.network.layout.count)
            test.network.backwardAlongLines(
                x, direction: v, outputGradients: [zeros, outputGradient], weights, workspace, inputGradient: nil,
                parameterGradient: gradient)
            return max(
                Self.distance(workspace.outputs[1].values, reference.outputs[1]),
                Self.distance(Self.torchOrder(gradient.values, test), reference.parameterGradients[1]))
        }
        #expect(distances.sorted()[2] < Self.tolerance, "\(distances)")
    }

    @Test(arguments: NetworkCase.composed)
    func `without derivatives the pass is the plain one`(_ test: NetworkCase) {
        let x = NetworkCase.normals(5, test.network.inputShape.count, label: 5)
        let outputGradient = NetworkCase.normals(5, test.network.outputCount, label: 6)
        let pass = test.pass(x, outputGradient: outputGradient)
        let (weights, workspace) = (Self.prepared(test), Self.workspace(test, rows: 5, order: 2))
        let direction = NetworkCase.normals(5, test.network.inputShape.count, label: 7)
        test.network.forwardAlongLines(x, direction: direction, weights, workspace)
        let zeros = Matrix(rows: 5, columns: test.network.outputCount)
        let (input, gradient) = (Matrix(rows: 5, columns: x.columns), Matrix(rows: 1, columns: test.network.layout.count))
        test.network.backwardAlongLines(
            x, direction: direction, outputGradients: [outputGradient, zeros, zeros], weights, workspace, inputGradient: input,
            parameterGradient: gradient)
        #expect(Self.distance(workspace.outputs[0].values, pass.output.map(Double.init)) < 1e-6)
        #expect(Self.distance(input.values, pass.inputGradient.map(Double.init)) < 1e-5)
        #expect(Self.distance(gradient.values, pass.parameterGradient.map(Double.init)) < 1e-5)
    }

    @Test(arguments: smooth.filter { $0.network.outputCount == 1 })
    func `the Hessian's product is the derivative of the gradient, and the second derivative its inner product`(_ test: NetworkCase) throws
    {
        let model = try EnergyModel(test.network, referenceDeviation: 0.8)
        let (rows, count) = (3, test.network.inputShape.count)
        let (x, v) = (NetworkCase.normals(rows, count, label: 71), NetworkCase.normals(rows, count, label: 72))
        let weights = Self.prepared(test)
        let workspace = Self.workspace(test, rows: rows, order: 2)
        let (product, columns) = (Matrix(rows: rows, columns: count), (0..<3).map { _ in Matrix(rows: rows, columns: 1) })
        model.hessianProduct(at: x, with: v, weights, workspace, into: product)
        model.lineDerivatives(of: x, along: v, weights, workspace, into: columns)
        for row in 0..<rows {
            let (point, step) = (x.rows(row..<row + 1).values.map(Double.init), v.rows(row..<row + 1).values.map(Double.init))
            let conditions = test.conditions(row + 1).rows(row..<row + 1).values.map(Double.init)
            var sums = test.reference.emptySums
            func gradient(_ t: Double) -> [Double] {
                let place = zip(point, step).map { $0 + t * $1 }
                let network = test.reference.run(place, conditions: conditions, outputGradient: [1], sums: &sums).inputGradient.map(\.value)
                return zip(network, place).map { $0 + $1 / 0.64 }
            }
            let h = 1e-4
            let expected = zip(gradient(h), gradient(-h)).map { ($0 - $1) / (2 * h) }
            #expect(Self.distance(product.rows(row..<row + 1).values, expected) < Self.tolerance)
            let slope = zip(gradient(0), step).reduce(0) { $0 + $1.0 * $1.1 }
            let curvature = zip(expected, step).reduce(0) { $0 + $1.0 * $1.1 }
            #expect((Double(columns[1][row, 0]) - slope).magnitude < Self.tolerance * (1 + slope.magnitude))
            #expect((Double(columns[2][row, 0]) - curvature).magnitude < Self.tolerance * (1 + curvature.magnitude))
        }
        let energies = Matrix(rows: rows, columns: 1)
        let plain = Workspace(model, rows: rows)
        plain.condition?.copy(from: test.conditions(rows))
        model.energies(of: x, weights, plain, into: energies)
        #expect(Self.distance(columns[0].values, energies.values.map(Double.init)) < 1e-6)
    }

    @Test func `weights of rows may depend on the derivatives: the gradient of ½ (v·∇E)² is that of v·∇E, weighted by it`() throws {
        let test = NetworkCase.composed.first { $0.description == "MLP with softplus" }!
        let model = try EnergyModel(test.network, referenceDeviation: 1.5)
        let (x, v) = (NetworkCase.normals(2, 2, label: 81), NetworkCase.normals(2, 2, label: 82))
        let gradient = Matrix(rows: 1, columns: model.layout.count)
        let columns = (0..<2).map { _ in Matrix(rows: 2, columns: 1) }
        model.addLineGradient(
            of: x, along: v, Self.prepared(test), LineWorkspace(test.network, rows: 2, order: 1), derivatives: columns,
            rowWeights: { derivatives, weights in
                weights[0].fill(0)
                weights[1].copy(from: derivatives[1])
            }, into: gradient)
        var expected = [Double](repeating: 0, count: model.layout.count)
        for row in 0..<2 {
            let reference = Reference(
                test, x.rows(row..<row + 1).values.map(Double.init), v.rows(row..<row + 1).values.map(Double.init), outputGradient: [1])
            let fromReferenceTerm = (0..<2).reduce(0.0) { $0 + Double(x[row, $1]) * Double(v[row, $1]) / 2.25 }
            for index in expected.indices {
                expected[index] += (reference.outputs[1][0] + fromReferenceTerm) * reference.parameterGradients[1][index]
            }
        }
        #expect(Self.distance(Self.torchOrder(gradient.values, test), expected) < Self.tolerance)
    }
}

import Failures
import Foundation
import Model
import Numerics
import Testing

@Suite("Energies scaled by the noise that is their condition")
struct NoisePreconditioningTests {
    private static let shape = ImageShape(height: 4, width: 5, channels: 2)
    private static let layers: [LayerDescription] = [
        .convolution(channels: 6, kernel: 3, stride: 1, padding: 1), .activation(.softplus), .flatten, .dense(outputs: 1),
    ]
    /// Of the rows; σ = 0.05 · 40^c.
    private static let conditions: [Float] = [0, 0.4, 1]
    private static let precisions = conditions.map { 1 / (pow(0.05 * pow(40, Double($0)), 2) + 0.49) }
    private static let outputs = conditions.map { 0.7 / (0.05 * pow(40, Double($0))) }

    private static func scaling() throws -> NoisePreconditioning { try #require(NoisePreconditioning(low: 0.05, high: 2, data: 0.7)) }

    private static func network(_ condition: ConditionDescription? = .planes(1)) throws -> Network {
        try Network(NetworkDescription(input: shape, condition: condition, layers: layers))
    }

    private static func prepared(_ network: Network) -> PreparedWeights {
        let weights = PreparedWeights(network)
        weights.refresh(from: network.initialParameters(seed: 3))
        return weights
    }

    private static func tell(_ condition: Matrix?) {
        for (row, value) in conditions.enumerated() { condition?.rows(row..<row + 1).fill(value) }
    }

    private static func column() -> Matrix { Matrix(rows: conditions.count, columns: 1) }

    private static func column(_ values: [Double]) -> Matrix { Matrix(rows: conditions.count, columns: 1, values.map(Float.init)) }

    /// Rows times a factor for each.
    private static func scaled(_ x: Matrix, _ factors: [Double]) -> Matrix {
        let values = x.values.indices.map { Float(Double(x.values[$0]) * factors[$0 / shape.count]) }
        return Matrix(rows: x.rows, columns: x.columns, values)
    }

    private static func dots(_ a: Matrix, _ b: Matrix) -> [Double] {
        (0..<a.rows).map { a.rows($0..<$0 + 1).dot(b.rows($0..<$0 + 1)) }
    }

    /// Within the roundings of the factors, relative to the largest value.
    private static func agree(_ found: [Float], _ expected: [Double]) -> Bool {
        let size = expected.map(\.magnitude).max() ?? 0
        return found.count == expected.count && zip(found, expected).allSatisfy { abs(Double($0) - $1) <= 1e-5 * size }
    }

    private let x = NetworkCase.normals(3, shape.count, label: 1)
    private let v = NetworkCase.normals(3, shape.count, label: 2)
    private static let inputs = precisions.map { $0.squareRoot() }

    @Test func `E = |x|²/(2(σ² + s²)) + s/σ f(x/√(σ² + s²)), beside the reference term, and its gradient`() throws {
        let network = try Self.network()
        let (plain, model) = (
            try EnergyModel(network), try EnergyModel(network, referenceDeviation: 0.5, preconditioning: Self.scaling())
        )
        let weights = Self.prepared(network)
        func energies(_ model: EnergyModel, of x: Matrix) -> ([Float], [Float]) {
            let (energies, gradient) = (Self.column(), Matrix(rows: 3, columns: Self.shape.count))
            let workspace = Workspace(model, rows: 3)
            Self.tell(workspace.condition)
            model.energiesAndGradient(of: x, weights, workspace, energies: energies, gradient: gradient)
            let again = Self.column()
            model.energies(of: x, weights, workspace, into: again)
            #expect(again.values == energies.values)
            return (energies.values, gradient.values)
        }
        let f = energies(plain, of: Self.scaled(x, Self.inputs))
        let found = energies(model, of: x)
        let squares = Self.dots(x, x)
        let precisions = Self.precisions.map { $0 + 4 }
        let expected = (0..<3).map { Double(f.0[$0]) * Self.outputs[$0] + precisions[$0] / 2 * squares[$0] }
        let slopes = x.values.indices.map { index in
            let row = index / Self.shape.count
            return Double(f.1[index]) * Self.outputs[row] * Self.inputs[row] + precisions[row] * Double(x.values[index])
        }
        #expect(Self.agree(found.0, expected) && Self.agree(found.1, slopes))
    }

    @Test(arguments: [false, true])
    func `a line may lead through what the network is told: its derivative is that of the energy, and so is its parameter gradient`(
        isNormalized: Bool
    ) throws {
        let network = try Self.network()
        let scaling = try #require(NoisePreconditioning(low: 0.5, high: 2, data: 0.7, isNormalized: isNormalized))
        let model = try EnergyModel(network, preconditioning: scaling)
        let weights = Self.prepared(network)
        let directions: [Float] = [0.5, -1, 2]
        func move(_ t: Float) -> Matrix { Matrix(rows: 3, columns: Self.shape.count, zip(x.values, v.values).map { $0 + t * $1 }) }
        func told(_ row: Int, _ t: Float) -> Float { Self.conditions[row] + t * directions[row] }
        func energies(_ t: Float) -> [Double] {
            let (workspace, result) = (Workspace(model, rows: 3), Self.column())
            for row in 0..<3 { workspace.condition?.rows(row..<row + 1).fill(told(row, t)) }
            model.energies(of: move(t), weights, workspace, into: result)
            return result.values.map { Double($0) }
        }
        func gradient(_ t: Float) -> [Double] {
            let (workspace, result) = (Workspace(model, rows: 3), Matrix(rows: 1, columns: model.layout.count))
            for row in 0..<3 { workspace.condition?.rows(row..<row + 1).fill(told(row, t)) }
            model.addParameterGradient(
                of: move(t), weights, workspace, energies: Self.column(), rowWeights: { $1.fill(1) }, into: result)
            return result.values.map { Double($0) }
        }
        let (line, result) = (LineWorkspace(model, rows: 3, order: 1), Matrix(rows: 1, columns: model.layout.count))
        Self.tell(line.condition)
        for (row, value) in directions.enumerated() { line.conditionDirection?.rows(row..<row + 1).fill(value) }
        let derivatives = [Self.column(), Self.column()]
        model.addLineGradient(
            of: x, along: v, weights, line, derivatives: derivatives,
            rowWeights: { _, weights in
                weights[0].fill(0)
                weights[1].fill(1)
            }, into: result)
        // Differences of fourth order; energies of some tens are good to 1e-6 of themselves.
        let h: Float = 0.02
        func difference(_ f: (Float) -> [Double]) -> [Double] {
            let values = [f(h), f(-h), f(2 * h), f(-2 * h)]
            return values[0].indices.map { (8 * (values[0][$0] - values[1][$0]) - values[2][$0] + values[3][$0]) / Double(12 * h) }
        }
        func isNear(_ found: [Float], _ expected: [Double]) -> Bool {
            let size = expected.map(\.magnitude).max() ?? 0
            return zip(found, expected).allSatisfy { abs(Double($0) - $1) < 2e-3 * size }
        }
        #expect(Self.agree(derivatives[0].values, energies(0)))
        #expect(isNear(derivatives[1].values, difference(energies)), "\(derivatives[1].values) \(difference(energies))")
        #expect(isNear(result.values, difference(gradient)))
    }

    @Test func `a normalized energy of no network is minus the log density of a Gaussian, whatever the noise`() throws {
        let network = try Self.network()
        let scaling = try #require(NoisePreconditioning(low: 0.05, high: 2, data: 0.7, isNormalized: true))
        let model = try EnergyModel(network, preconditioning: scaling)
        let (weights, workspace, found) = (PreparedWeights(network), Workspace(model, rows: 3), Self.column())
        weights.refresh(from: [Float](repeating: 0, count: network.layout.count))
        Self.tell(workspace.condition)
        model.energies(of: x, weights, workspace, into: found)
        let expected = zip(Self.dots(x, x), Self.precisions).map { $0 * $1 / 2 + 20 * log(2 * .pi / $1) }
        #expect(Self.agree(found.values, expected))
        #expect(NoisePreconditioning(scaling.description) == scaling && scaling.description.hasSuffix(" normalized"))
    }

    @Test func `parameter gradients are those of the scaled energy, also of order 1 and 2 along lines; so are derivatives`() throws {
        let network = try Self.network()
        let (plain, model) = (try EnergyModel(network), try EnergyModel(network, preconditioning: Self.scaling()))
        let weights = Self.prepared(network)
        func gradient(_ model: EnergyModel, of x: Matrix, _ factors: Matrix) -> [Float] {
            let (workspace, result) = (Workspace(model, rows: 3), Matrix(rows: 1, columns: model.layout.count))
            Self.tell(workspace.condition)
            model.addParameterGradient(
                of: x, weights, workspace, energies: Self.column(), rowWeights: { _, weights in weights.copy(from: factors) }, into: result)
            return result.values
        }
        func lines(_ model: EnergyModel, _ x: Matrix, _ v: Matrix, _ factors: Matrix) -> ([Float], [[Float]]) {
            let (result, derivatives) = (Matrix(rows: 1, columns: model.layout.count), (0..<3).map { _ in Self.column() })
            let workspace = LineWorkspace(model, rows: 3, order: 2)
            Self.tell(workspace.condition)
            model.addLineGradient(
                of: x, along: v, weights, workspace, derivatives: derivatives,
                rowWeights: { _, weights in
                    for (order, column) in weights.enumerated() {
                        column.combine(factors, factors) { value, _ in Float(order + 1) * value }
                    }
                }, into: result)
            return (result.values, derivatives.map(\.values))
        }
        let (u, w) = (Self.scaled(x, Self.inputs), Self.scaled(v, Self.inputs))
        let (ones, outputs) = (Self.column([1, 1, 1]), Self.column(Self.outputs))
        #expect(Self.agree(gradient(model, of: x, ones), gradient(plain, of: u, outputs).map(Double.init)))
        let (found, expected) = (lines(model, x, v, ones), lines(plain, u, w, outputs))
        #expect(Self.agree(found.0, expected.0.map(Double.init)))
        let references = [Self.dots(x, x).map { $0 / 2 }, Self.dots(x, v), Self.dots(v, v)]
        for order in 0..<3 {
            let sums = (0..<3).map { Double(expected.1[order][$0]) * Self.outputs[$0] + Self.precisions[$0] * references[order][$0] }
            #expect(Self.agree(found.1[order], sums), "order \(order)")
        }
    }

    @Test func `products with the Hessian are those of the scaled energy`() throws {
        let network = try Self.network()
        let weights = Self.prepared(network)
        func product(_ model: EnergyModel, at x: Matrix, with v: Matrix) -> [Float] {
            let (workspace, result) = (LineWorkspace(model, rows: 3, order: 1), Matrix(rows: 3, columns: Self.shape.count))
            Self.tell(workspace.condition)
            model.hessianProduct(at: x, with: v, weights, workspace, into: result)
            return result.values
        }
        let plain = product(try EnergyModel(network), at: Self.scaled(x, Self.inputs), with: Self.scaled(v, Self.inputs))
        let expected = plain.indices.map { index in
            let row = index / Self.shape.count
            return Double(plain[index]) * Self.outputs[row] * Self.inputs[row] + Self.precisions[row] * Double(v.values[index])
        }
        #expect(Self.agree(product(try EnergyModel(network, preconditioning: Self.scaling()), at: x, with: v), expected))
    }

    @Test func `a network that is zero is the energy of a Gaussian with the variance of data and noise`() throws {
        let network = try Self.network()
        let (model, weights) = (try EnergyModel(network, preconditioning: Self.scaling()), PreparedWeights(network))
        weights.refresh(from: Array(repeating: 0, count: network.layout.count))
        let (workspace, energies) = (Workspace(model, rows: 3), Self.column())
        Self.tell(workspace.condition)
        model.energies(of: x, weights, workspace, into: energies)
        let squares = Self.dots(x, x)
        #expect(Self.agree(energies.values, (0..<3).map { squares[$0] * Self.precisions[$0] / 2 }))
    }

    @Test func `factors that no float is, and a network with another condition, are refused`() throws {
        for wrong: (Float, Float, Float) in [
            (0, 1, 1), (0.1, -1, 1), (0.1, 1, 0), (1e-25, 1, 1e-25), (1e-30, 1, 1e20), (0.1, .infinity, 1),
        ] {
            #expect(NoisePreconditioning(low: wrong.0, high: wrong.1, data: wrong.2) == nil, "\(wrong)")
        }
        for text in ["0.1", "0.1 3", "0.1 x 1", "0.1 1 3 4"] { #expect(NoisePreconditioning(text) == nil, "\(text)") }
        let scaling = try #require(NoisePreconditioning("0.1 3 0.5"))
        #expect(scaling.low == 0.1 && scaling.high == 3 && scaling.data == 0.5 && NoisePreconditioning(String(scaling)) == scaling)
        for condition in [nil, ConditionDescription.planes(2)] {
            let network = try Self.network(condition)
            let failure = #expect(throws: Failure.self) { try EnergyModel(network, preconditioning: scaling) }
            #expect(failure?.kind == .configuration)
        }
    }
}

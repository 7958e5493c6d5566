import Failures
import Foundation
import Model
import Numerics
import Testing

@Suite("Energies in units of their noise")
struct NoiseScaleTests {
    private static let shape = ImageShape(height: 4, width: 5, channels: 2)
    private static let layers: [LayerDescription] = [
        .convolution(channels: 6, kernel: 3, stride: 1, padding: 1), .activation(.softplus), .flatten, .dense(outputs: 1),
    ]
    /// What the rows are told, and the values that stand in for 1/σ²: σ = 0.05 · 40^c.
    private static let told: [Float] = [0, 0.4, 1]
    private static let factors = told.map { Float(1 / pow(0.05 * pow(40, Double($0)), 2)) }

    private static func network(_ condition: ConditionDescription? = .planes(1)) throws -> Network {
        try Network(NetworkDescription(input: shape, condition: condition, layers: layers))
    }

    private static func tell(_ condition: Matrix?) {
        for (row, value) in told.enumerated() { condition?.rows(row..<row + 1).fill(value) }
    }

    private static func column() -> Matrix { Matrix(rows: told.count, columns: 1) }

    /// Within the roundings of the factor and of one product.
    private static func agree(_ scaled: [Float], _ plain: [Float]) -> Bool {
        scaled.count == plain.count && zip(scaled, plain).allSatisfy { abs($0 - $1) <= 1e-5 * (1 + abs($1)) }
    }

    @Test("the network's output and its derivatives are divided by the square of the noise that a row is told, the reference term is not")
    func scaled() throws {
        let network = try Self.network()
        let scale = try #require(NoiseScale(low: 0.05, high: 2))
        let (plain, model) = (try EnergyModel(network), try EnergyModel(network, referenceDeviation: 0.5, noiseScale: scale))
        let weights = PreparedWeights(network)
        weights.refresh(from: network.initialParameters(seed: 3))
        let x = NetworkCase.normals(3, Self.shape.count, label: 1)
        let workspace = Workspace(network, rows: 3)
        Self.tell(workspace.condition)
        func energies(_ model: EnergyModel) -> ([Float], [Float]) {
            let (energies, gradient) = (Self.column(), Matrix(rows: 3, columns: Self.shape.count))
            model.energiesAndGradient(of: x, weights, workspace, energies: energies, gradient: gradient)
            let again = Self.column()
            model.energies(of: x, weights, workspace, into: again)
            #expect(again.values == energies.values)
            return (energies.values, gradient.values)
        }
        let (expected, found) = (energies(plain), energies(model))
        let squares = (0..<3).map { x.rows($0..<$0 + 1).values.reduce(0) { $0 + $1 * $1 } }
        #expect(Self.agree(found.0, (0..<3).map { expected.0[$0] * Self.factors[$0] + 2 * squares[$0] }))
        #expect(Self.agree(found.1, x.values.indices.map { expected.1[$0] * Self.factors[$0 / Self.shape.count] + 4 * x.values[$0] }))
    }

    @Test("parameter gradients are those of the scaled energy, of order 0, 1 and 2 along lines")
    func parameterGradients() throws {
        let network = try Self.network()
        let scale = try #require(NoiseScale(low: 0.05, high: 2))
        let (plain, model) = (try EnergyModel(network), try EnergyModel(network, noiseScale: scale))
        let weights = PreparedWeights(network)
        weights.refresh(from: network.initialParameters(seed: 3))
        let (x, v) = (NetworkCase.normals(3, Self.shape.count, label: 1), NetworkCase.normals(3, Self.shape.count, label: 2))
        let (workspace, line) = (Workspace(network, rows: 3), LineWorkspace(network, rows: 3, order: 2))
        Self.tell(workspace.condition)
        Self.tell(line.condition)
        func gradient(_ model: EnergyModel, _ factors: [Float]) -> [Float] {
            let result = Matrix(rows: 1, columns: model.layout.count)
            model.addParameterGradient(
                of: x, weights, workspace, energies: Self.column(),
                rowWeights: { _, weights in weights.copy(from: Matrix(rows: 3, columns: 1, factors)) }, into: result)
            return result.values
        }
        func lines(_ model: EnergyModel, _ factors: [Float]) -> ([Float], [[Float]]) {
            let (result, derivatives) = (Matrix(rows: 1, columns: model.layout.count), (0..<3).map { _ in Self.column() })
            model.addLineGradient(
                of: x, along: v, weights, line, derivatives: derivatives,
                rowWeights: { _, weights in
                    for (order, column) in weights.enumerated() {
                        column.copy(from: Matrix(rows: 3, columns: 1, factors.map { $0 * Float(order + 1) }))
                    }
                }, into: result)
            return (result.values, derivatives.map(\.values))
        }
        func product(_ model: EnergyModel) -> [Float] {
            let result = Matrix(rows: 3, columns: Self.shape.count)
            model.hessianProduct(of: x, along: v, weights, line, into: result)
            return result.values
        }
        let ones: [Float] = [1, 1, 1]
        #expect(gradient(model, ones) == gradient(plain, ones.indices.map { gradientFactor(scale, $0) }))
        let (found, expected) = (lines(model, ones), lines(plain, Self.factors))
        let size = expected.0.map(\.magnitude).max() ?? 0
        #expect(zip(found.0, expected.0).allSatisfy { abs($0 - $1) <= 1e-5 * size })
        for order in 0..<3 {
            #expect(Self.agree(found.1[order], (0..<3).map { expected.1[order][$0] * Self.factors[$0] }))
        }
        let plainProduct = product(plain)
        #expect(Self.agree(product(model), plainProduct.indices.map { plainProduct[$0] * Self.factors[$0 / Self.shape.count] }))
    }

    /// The factor as the program computes it: the energy of a network whose output is 1.
    private func gradientFactor(_ scale: NoiseScale, _ row: Int) -> Float {
        let network = try? Network(NetworkDescription(input: ImageShape(vector: 1), condition: .planes(1), layers: [.dense(outputs: 1)]))
        guard let network, let model = try? EnergyModel(network, noiseScale: scale) else { return .nan }
        let (weights, workspace, energies) = (PreparedWeights(network), Workspace(network, rows: 1), Matrix(rows: 1, columns: 1))
        weights.refresh(from: [0, 0, 1])
        workspace.condition?.fill(Self.told[row])
        model.energies(of: Matrix(rows: 1, columns: 1), weights, workspace, into: energies)
        return energies[0, 0]
    }

    @Test("a scale that no float is, and a network that is told something else, are refused")
    func refused() throws {
        #expect(NoiseScale(low: 0, high: 1) == nil && NoiseScale(low: 0.1, high: -1) == nil && NoiseScale(low: 1e-25, high: 1) == nil)
        #expect(NoiseScale("0.1") == nil && NoiseScale("0.1 x") == nil && NoiseScale("0.1 x 3") == nil)
        let scale = try #require(NoiseScale("0.1 3"))
        #expect(scale.low == 0.1 && scale.high == 3 && NoiseScale(String(scale)) == scale)
        for condition in [nil, ConditionDescription.planes(2)] {
            let network = try Self.network(condition)
            let failure = #expect(throws: Failure.self) { try EnergyModel(network, noiseScale: scale) }
            #expect(failure?.kind == .configuration)
        }
    }
}

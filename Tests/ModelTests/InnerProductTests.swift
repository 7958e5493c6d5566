import Model
import Numerics
import Testing

/// Energies ½⟨x, f(x)⟩: what they are where f is known, and how far they fall. That passes are those of the Double reference is in the tests of all networks.
@Suite("Inner products")
struct InnerProductTests {
    private static let vector = ImageShape(vector: 21)

    private static func model(_ layers: [LayerDescription], referenceDeviation: Float? = nil) throws -> EnergyModel {
        try EnergyModel(
            Network(NetworkDescription(input: vector, layers: [.innerProduct(layers: layers)])), referenceDeviation: referenceDeviation)
    }

    /// Energies of rows, with weights of the given scale.
    private static func energies(_ model: EnergyModel, _ x: Matrix, scale: Float = 1) -> [Float] {
        let weights = PreparedWeights(model.network)
        weights.refresh(from: model.network.initialParameters(seed: 5, .uniform(scale: scale)))
        let energies = Matrix(rows: x.rows, columns: 1)
        model.energies(of: x, weights, Workspace(model, rows: x.rows), into: energies)
        return energies.values
    }

    @Test func `with f = x it is |x|²/2, along lines x·v and |v|², its gradient x and its Hessian the identity`() throws {
        let model = try Self.model([.scaling(factor: 1)])
        let (x, v) = (NetworkCase.normals(3, 21, label: 1), NetworkCase.normals(3, 21, label: 2))
        let (weights, lines) = (PreparedWeights(model.network), LineWorkspace(model, rows: 3, order: 2))
        let (energies, gradient) = (Matrix(rows: 3, columns: 1), Matrix(rows: 3, columns: 21))
        model.energiesAndGradient(of: x, weights, Workspace(model, rows: 3), energies: energies, gradient: gradient)
        let columns = (0..<3).map { _ in Matrix(rows: 3, columns: 1) }
        model.lineDerivatives(of: x, along: v, weights, lines, into: columns)
        let product = Matrix(rows: 3, columns: 21)
        model.hessianProduct(at: x, with: v, weights, lines, into: product)
        #expect(gradient.values == x.values && product.values == v.values && columns[0].values == energies.values)
        for row in 0..<3 {
            let (own, step) = (x.rows(row..<row + 1), v.rows(row..<row + 1))
            let slope = zip(own.values, step.values).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
            #expect(abs(Double(energies[row, 0]) - own.squaredNorm / 2) < 1e-5)
            #expect(abs(Double(columns[1][row, 0]) - slope) < 1e-5)
            #expect(abs(Double(columns[2][row, 0]) - step.squaredNorm) < 1e-5)
        }
    }

    @Test func `with tanh and a reference term it has the bound -d s²/8, however far and however large the weights; without tanh it falls`()
        throws
    {
        // ½⟨x, f⟩ ≥ -½ Σ|x_i| for |f_i| ≤ 1, and x²/(2s²) - |x|/2 is least at |x| = s²/2: there it is -s²/8.
        let (deviation, rows) = (Float(3), 40)
        let x = NetworkCase.normals(rows, 21, label: 3)
        for row in 0..<rows {
            let far = Float(1 << (row / 2)) / 8
            let own = x.rows(row..<row + 1)
            own.combine(own, own) { value, _ in far * value }
        }
        let layers: [LayerDescription] = [.dense(outputs: 32), .activation(.silu), .dense(outputs: 21)]
        let bounded = try Self.model(layers + [.activation(.tanh)], referenceDeviation: deviation)
        let bound = -21 * deviation * deviation / 8
        for scale: Float in [1, 30] {
            #expect(Self.energies(bounded, x, scale: scale).allSatisfy { $0 >= 1.0001 * bound }, "weights of scale \(scale)")
        }
        let free = try Self.model(layers, referenceDeviation: deviation)
        #expect(Self.energies(free, x, scale: 30).min()! < 1000 * bound)
        #expect(!bounded.network.description.fallsWithSquare && free.network.description.fallsWithSquare)
    }

    @Test func `only an inner product whose layers do not end in tanh may fall as |x|² rises`() {
        func falls(_ layers: [LayerDescription]) -> Bool { NetworkDescription(input: Self.vector, layers: layers).fallsWithSquare }
        let (free, bounded) = (
            LayerDescription.innerProduct(layers: [.dense(outputs: 21)]),
            LayerDescription.innerProduct(layers: [.dense(outputs: 21), .activation(.tanh), .flatten])
        )
        #expect(falls([free]) && falls([.residual(layers: [free], shortcut: [bounded])]) && falls([.readouts(layers: [free])]))
        #expect(falls([.residual(layers: [bounded], shortcut: [free])]) && falls([bounded, .scaling(factor: 2), free]))
        #expect(!falls([bounded]) && !falls([.residual(layers: [bounded])]) && !falls([.dense(outputs: 1)]))
        #expect(falls([.innerProduct(layers: [.dense(outputs: 21), .activation(.tanh), .residual(layers: [.dense(outputs: 21)])])]))
    }
}

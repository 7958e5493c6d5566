import Learning
import Model
import Numerics
import Sampling
import Testing

/// Energies that are guided by the difference that a class makes.
struct GuidedPotentialTests {
    /// An energy of points beside two classes or none.
    private static func potential() throws -> ModelPotential {
        let model = try EnergyModel(
            Network(
                NetworkDescription(
                    input: ImageShape(vector: 2), condition: .labels(classes: 3, channels: 4),
                    layers: [.dense(outputs: 8), .activation(.silu), .dense(outputs: 1)])), referenceDeviation: 1)
        let weights = PreparedWeights(model.network)
        weights.refresh(from: model.network.initialParameters(seed: 3, .uniform(scale: 3))[...])
        return ModelPotential(model: model, weights: weights, workspace: Workspace(model, rows: 6))
    }

    private static let conditions = Matrix(rows: 6, columns: 1, [0, 1, 0, 1, 1, 0])

    /// Energies of six points and their gradients.
    private static func evaluate(_ potential: some Potential) -> [[Float]] {
        let (x, energies, gradient) = (Matrix(rows: 6, columns: 2), Matrix(rows: 6, columns: 1), Matrix(rows: 6, columns: 2))
        RandomStream(seed: 1, purpose: .test, step: 0, index: 0).fillNormals(x)
        potential.evaluate(x, energies: energies, gradient: gradient)
        return [energies.values, gradient.values]
    }

    @Test(arguments: [0, 1, 3] as [Float])
    func `the difference of the energies with and without a class counts so often, and the class stays told`(guidance: Float) throws {
        let base = try Self.potential()
        base.setCondition(Matrix(rows: 1, columns: 1, [2]))
        let without = Self.evaluate(base)
        base.setCondition(Self.conditions)
        let with = Self.evaluate(base)
        let found = Self.evaluate(GuidedPotential(base, conditions: Self.conditions, none: 2, guidance: guidance))
        for part in 0..<2 {
            #expect(found[part] == zip(without[part], with[part]).map { $0 + guidance * ($1 - $0) })
            #expect(with[part] != without[part])
        }
        #expect(Self.evaluate(base) == with)
    }

    @Test func `samples have the class by so much, at every level of a ladder`() throws {
        let kernel = Langevin(stepSize: 0.05, noise: nil)
        func samples(_ label: Float, guidance: Float) throws -> [Float] {
            let run = ChainRun(
                kernel: kernel, steps: 5, start: .noise(.gaussian(deviation: 1), .samplingStart),
                numbers: ChainRun.Numbers(seed: 7, motion: .sampling, decisions: .samplingDecision), guidance: guidance)
            let condition = TileCondition(
                .label(classes: 2, channels: 4, mayLack: true), Matrix(rows: 6, columns: 1, Array(repeating: label, count: 6)))
            let chains = run.buffers(chains: 6, dimension: 2)
            return run.samples(chains, step: 0, index: 0, in: try Self.potential(), condition: condition).values
        }
        #expect(try samples(0, guidance: 0) == samples(1, guidance: 0) && samples(0, guidance: 0) == samples(2, guidance: 1))
        #expect(try samples(0, guidance: 1) != samples(1, guidance: 1) && samples(0, guidance: 2) != samples(0, guidance: 1))
    }
}

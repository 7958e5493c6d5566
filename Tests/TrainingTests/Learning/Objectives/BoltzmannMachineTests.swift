import Configuration
import Distributed
import Failures
import Foundation
import Formats
import Model
import Numerics
import Testing
import Training

/// A restricted Boltzmann machine is an energy of bits whose hidden units are summed out, and learns a law of bits.
struct BoltzmannMachineTests {
    private let scratch = ScratchFolder()

    private static let states = (0..<32).map { number in (0..<5).map { Float(number >> $0 & 1) } }

    /// Three patterns, and a fifth of anything.
    private static let law = states.map { state -> Double in
        let pattern = state.map { "\(Int($0))" }.joined()
        return (["00111": 0.3, "11100": 0.3, "10101": 0.2][pattern] ?? 0) + 0.2 / 32
    }

    private func trainer(_ arguments: [String] = []) throws -> Trainer {
        let path = "\(scratch.path)/bits.npy"
        let rows = zip(Self.states, Self.law).flatMap { state, share in (0..<Int((share * 3200).rounded())).flatMap { _ in state } }
        try AtomicFile.write(NPY.encode(NumericArray(shape: [rows.count / 5, 5], .float32(rows))), to: path)
        let common = [
            "data.source=\(path)", "data.noise=0", "data.dequantize=false", "model.kind=rbm", "model.widths=[8]",
            "model.referenceDeviation=null", "sampler.kind=gibbs", "sampler.sites=[bit]", "sampler.steps=1", "run.chainsPerShard=50",
            "chains.buffer=null", "chains.restartProbability=0", "optimizer.learningRate=0.1", "optimizer.average=0.995",
        ]
        let given = Set(arguments.map { $0.prefix { $0 != "=" } })
        return try ScratchRun.trainer(common.filter { !given.contains($0.prefix { $0 != "=" }) } + arguments)
    }

    /// E of all states.
    private func energies(_ trainer: Trainer) -> [Double] {
        let model = trainer.plan.model
        let (weights, workspace) = (PreparedWeights(model.network), Workspace(model, rows: 32))
        var state = trainer.state.modelState
        model.prepare(weights, parameters: trainer.state.bestParameters, state: &state, iterating: false)
        let energies = Matrix(rows: 32, columns: 1)
        model.energies(of: Matrix(rows: 32, columns: 5, Self.states.flatMap { $0 }), weights, workspace, into: energies)
        return energies.values.map { Double($0) }
    }

    @Test func `its energy is that of visible and hidden units, the hidden ones summed out`() throws {
        let trainer = try trainer(["optimizer.average=null"])
        let model = trainer.plan.model
        func values(_ name: String) throws -> [Double] {
            let tensor = try #require(model.layout.tensors.first { $0.name == name }, "\(model.layout.tensors.map(\.name))")
            return trainer.state.parameters[tensor.range].map { Double($0) }
        }
        let (w, c) = (try values("layers.0.layers.0.weight"), try values("layers.0.layers.0.bias"))
        let (b, d) = (try values("layers.0.shortcut.0.weight"), try values("layers.0.shortcut.0.bias"))
        #expect(w.count == 40 && c.count == 8 && b.count == 5 && d.count == 1)
        for (state, energy) in zip(Self.states, energies(trainer)) {
            let inputs = (0..<8).map { unit in c[unit] + Self.product(Array(w[unit * 5..<unit * 5 + 5]), state) }
            let visible = d[0] + Self.product(b, state)
            // Σ over all 256 states h of the hidden units of exp(h·(W v + c) - b·v - d)
            var sum = 0.0
            for hidden in 0..<256 {
                var exponent = -visible
                for unit in 0..<8 where hidden >> unit & 1 == 1 { exponent += inputs[unit] }
                sum += exp(exponent)
            }
            #expect(abs(energy + log(sum)) < 1e-5, "\(state): \(energy), not \(-log(sum))")
        }
    }

    private static func product(_ a: [Double], _ state: [Float]) -> Double { zip(a, state).reduce(0) { $0 + $1.0 * Double($1.1) } }

    @Test(arguments: [
        ["sampler.kind=gibbs"], ["sampler.kind=gibbsWithGradients", "sampler.steps=5"],
        ["sampler.kind=discreteLangevin", "sampler.steps=3", "sampler.stepSize=0.4"],
    ])
    func `by persistent chains it learns a law of bits: KL of at most .03, where bits by themselves have .5`(arguments: [String]) throws {
        let trainer = try trainer(arguments)
        for _ in 0..<1500 { _ = try trainer.step(stop: false) }
        let weights = energies(trainer).map { exp(-$0) }
        let total = weights.reduce(0, +)
        let divergence = zip(Self.law, weights).reduce(0) { $0 + $1.0 * log($1.0 * total / $1.1) }
        #expect(divergence < 0.03, "\(divergence)")
        let shares = (0..<5).map { bit in zip(Self.states, Self.law).reduce(0) { $0 + Double($1.0[bit]) * $1.1 } }
        let independent = zip(Self.states, Self.law).reduce(0) { sum, part in
            let probability = zip(part.0, shares).reduce(1) { $0 * ($1.0 == 1 ? $1.1 : 1 - $1.1) }
            return sum + part.1 * log(part.1 / probability)
        }
        #expect(independent > 0.5, "\(independent)")
    }
}

import Foundation
import Numerics
import Sampling
import Testing

/// Kernels of sites have exactly the law of the energy: each step the transition probabilities of its definition, long chains the probabilities of enumeration.
struct SiteKernelTests {
    static let kinds: [ReferenceSiteMove.Kind] = [.gibbs, .gibbsWithGradients, .discreteLangevin(stepSize: 0.4)]

    @Test(arguments: SiteModel.small, kinds)
    func `a step leads from each state to each as often as its definition says, and not as with a mistake`(
        model: SiteModel, kind: ReferenceSiteMove.Kind
    ) {
        let reference = ReferenceSiteMove(model: model, kind: kind, temperature: 1.7)
        let counts = StepCounts(reference.kernel, of: model, chains: 2000)
        #expect(counts.agree(with: reference.matrix))
        let mistakes: [ReferenceSiteMove.Mistake] =
            switch kind {
            case .gibbs: [.withoutTemperature, .onlyOthers]
            case .gibbsWithGradients: [.withoutTemperature, .withoutAcceptStep, .withoutReverseProposal, .wholeSlope]
            case .discreteLangevin: [.withoutTemperature, .withoutAcceptStep, .withoutReverseProposal, .wholeSlope, .otherDistance]
            }
        for mistake in mistakes {
            var wrong = reference
            wrong.mistake = mistake
            #expect(!counts.agree(with: wrong.matrix), "\(mistake)")
        }
    }

    @Test(arguments: SiteModel.small, kinds)
    func `transition probabilities of the definitions leave the law as it is`(model: SiteModel, kind: ReferenceSiteMove.Kind) {
        let reference = ReferenceSiteMove(model: model, kind: kind, temperature: 1.7)
        let (matrix, law) = (reference.matrix, model.probabilities(temperature: 1.7))
        for to in law.indices { #expect(abs(law.indices.reduce(0) { $0 + law[$1] * matrix[$1][to] } - law[to]) < 1e-12) }
    }

    @Test(arguments: SiteModel.small, kinds)
    func `long chains have the probabilities of enumeration`(model: SiteModel, kind: ReferenceSiteMove.Kind) {
        let kernel = ReferenceSiteMove(model: model, kind: kind, temperature: 1.3).kernel
        let result = Self.chains(
            kernel, model, chains: 400, discarded: 60, steps: 60,
            functions: model.states.indices.map { state in
                { row in model.place(of: row.map { Float($0) }) == state ? 1 : 0 }
            })
        for (state, probability) in model.probabilities(temperature: 1.3).enumerated() {
            #expect(result.agrees(state, probability), "\(state): \(result.means[state]) ± \(result.errors[state]), not \(probability)")
        }
        #expect(abs(result.means.reduce(0, +) - 1) < 1e-9, "chains stay at the sites' values")
    }

    // 65,536 states: moments. At T = 3, a little above the critical 2.27, chains forget their start soon.
    @Test(arguments: kinds)
    func `on a 4x4 lattice energy and magnetization have the moments of enumeration`(kind: ReferenceSiteMove.Kind) {
        let model = SiteModel.ising(edge: 4, field: 0.1)
        let functions: [([Double]) -> Double] = [
            { model.energy($0) }, { model.energy($0) * model.energy($0) }, { $0.reduce(0, +) },
            { $0.reduce(0, +) * $0.reduce(0, +) }, { $0[0] * $0[10] },
        ]
        let law = model.probabilities(temperature: 3)
        let states = model.states
        let sweep = if case .gibbs = kind { 1 } else { 8 }
        let result = Self.chains(
            ReferenceSiteMove(model: model, kind: kind, temperature: 3).kernel, model, chains: 150, discarded: 60 * sweep,
            steps: 40 * sweep, functions: functions)
        for (number, function) in functions.enumerated() {
            let mean = zip(law, states).reduce(0) { $0 + $1.0 * function($1.1) }
            #expect(result.agrees(number, mean), "\(number): \(result.means[number]) ± \(result.errors[number]), not \(mean)")
            #expect(result.effectiveSamples[number] > 300)
        }
    }

    /// From the first value of every site.
    private static func chains(
        _ kernel: some TransitionKernel, _ model: SiteModel, chains: Int, discarded: Int, steps: Int, functions: [([Double]) -> Double]
    ) -> ChainMeans {
        let buffers = ChainBuffers(chains: chains, dimension: model.dimension, scratch: kernel.scratchTiles)
        for row in 0..<chains { for (column, value) in model.states[0].enumerated() { buffers.positions[row, column] = Float(value) } }
        return ChainMeans(
            kernel, buffers, in: model, discarded: discarded, steps: steps,
            stream: RandomStream(seed: 9, purpose: .langevin, step: 0, index: 0), functions: functions)
    }

    // MARK: what all kernels have in common

    @Test(arguments: SiteModel.small, kinds)
    func `cached energies and gradients are those computed anew, bits are the same with another scratch, and evaluations as many as said`(
        model: SiteModel, kind: ReferenceSiteMove.Kind
    ) {
        let kernel = ReferenceSiteMove(model: model, kind: kind).kernel
        let runs = (0..<2).map { run -> ChainBuffers in
            let buffers = ChainBuffers(chains: 21, dimension: model.dimension, scratch: kernel.scratchTiles)
            for tile in buffers.scratch { tile.fill(run == 1 ? .nan : 0) }
            for row in 0..<21 {
                for (column, value) in model.states[row % 5].enumerated() { buffers.positions[row, column] = Float(value) }
            }
            let counting = CountedPotential(base: model)
            let start = buffers.positions.values
            let info = kernel.run(buffers, steps: 7, noise: KernelChecks.noise, in: counting)
            #expect(Double(counting.count) == kernel.energyEvaluations(steps: 7))
            #expect(info.invalid == 0 && info.accepted.map { $0 > 0 && $0 <= 147 } == true && start != buffers.positions.values)
            return buffers
        }
        #expect(runs[0].positions.values == runs[1].positions.values)
        let (energies, gradient) = (Matrix(rows: 21, columns: 1), Matrix(rows: 21, columns: model.dimension))
        model.evaluate(runs[0].positions, energies: energies, gradient: gradient)
        #expect(runs[0].energies.values == energies.values && runs[0].gradient.values == gradient.values)
    }

    @Test(arguments: kinds)
    func `sites that are held stay, and the others have their law beside them`(kind: ReferenceSiteMove.Kind) {
        let model = SiteModel.curved
        let kernel = ReferenceSiteMove(model: model, kind: kind).kernel
        let held = Matrix(rows: 1200, columns: 3)
        let buffers = ChainBuffers(chains: 1200, dimension: 3, scratch: kernel.scratchTiles, held: held)
        // The first half keeps the level of coordinate 0 at 1.5, the others keep everything.
        for row in 0..<1200 {
            (held[row, 0], buffers.positions[row, 0]) = (1, 1.5)
            if row >= 600 { for column in 0..<3 { held[row, column] = 1 } }
        }
        let start = buffers.positions.rows(600..<1200).values
        kernel.run(buffers, steps: 60, noise: KernelChecks.noise, in: model)
        #expect(buffers.positions.rows(600..<1200).values == start)
        let law = zip(model.states, model.probabilities(temperature: 1)).filter { $0.0[0] == 1.5 }
        let total = law.reduce(0) { $0 + $1.1 }
        var counts = law.map { _ in 0 }
        for row in 0..<600 {
            let end = buffers.positions.rows(row..<row + 1).values.map { Double($0) }
            guard let place = law.firstIndex(where: { $0.0 == end }) else {
                Issue.record("a site that is held has moved to \(end)")
                continue
            }
            counts[place] += 1
        }
        let chi = zip(counts, law).reduce(0) { sum, part in
            let expected = 600 * part.1.1 / total
            return sum + (Double(part.0) - expected) * (Double(part.0) - expected) / expected
        }
        #expect(Statistics.chiSquareIsPlausible(chi, degrees: law.count - 1))
    }

    @Test(arguments: kinds, [Float.nan, .infinity])
    func `values where the energy is not a number, or infinite, are not taken and counted`(kind: ReferenceSiteMove.Kind, value: Float) {
        let model = SiteModel.ising(edge: 2)
        let kernel = ReferenceSiteMove(model: model, kind: kind).kernel
        let buffers = ChainBuffers(chains: 60, dimension: 4, scratch: kernel.scratchTiles)
        buffers.positions.fill(-1)
        // Chain 0 stands where there is no energy.
        buffers.positions[0, 3] = 1
        let info = kernel.run(buffers, steps: 40, noise: KernelChecks.noise, in: ForbiddenPotential(base: model, value: value))
        #expect(info.invalid >= 40 && (info.accepted ?? 0) > 0)
        #expect((1..<60).allSatisfy { buffers.positions[$0, 3] == -1 } && buffers.positions[0, 3] == 1)
    }

    @Test(arguments: kinds, [1, 64, 3072])
    func `the last step of the limit still has random numbers`(kind: ReferenceSiteMove.Kind, chains: Int) {
        let model = SiteModel.potts(sites: 2, values: 3)
        let kernel = ReferenceSiteMove(model: model, kind: kind).kernel
        let limit = kernel.stepLimit(values: 6 * chains)
        #expect(limit >= 1 << 32 / (6 * (chains + 1)) / 2)
        let buffers = ChainBuffers(chains: chains, dimension: 6, scratch: kernel.scratchTiles)
        for row in 0..<chains { (buffers.positions[row, 0], buffers.positions[row, 3]) = (1, 1) }
        func move(_ kernel: some TransitionKernel) {
            var state = kernel.initialState(buffers, in: model)
            _ = kernel.step(&state, index: limit - 1, noise: KernelChecks.noise, in: model)
        }
        move(kernel)
        #expect(buffers.positions.isFinite)
    }

    @Test func `of the step size acceptance depends: it is adapted as that of mala`() {
        let kernel = DiscreteLangevin(sites: SiteModel.ising(edge: 4).sites, stepSize: 0.5)
        #expect(kernel.bestAcceptance == 0.574 && kernel.scaled(by: 3).stepSize == 1.5)
        #expect(Gibbs(sites: []).bestAcceptance == nil && Gibbs(sites: []).hasAcceptStep)
        let acceptances = [0.05, 0.5, 50].map { factor -> Int in
            let model = SiteModel.ising(edge: 4)
            let buffers = ChainBuffers(chains: 100, dimension: 16, scratch: kernel.scratchTiles)
            buffers.positions.fill(1)
            return kernel.scaled(by: Float(factor)).run(buffers, steps: 20, noise: KernelChecks.noise, in: model).accepted ?? 0
        }
        #expect(acceptances[0] > acceptances[1] && acceptances[1] > acceptances[2])
    }
}

/// Counts the evaluations of another energy.
final class CountedPotential<Base: Potential>: Potential {
    let base: Base
    private(set) var count = 0

    init(base: Base) { self.base = base }

    var dimension: Int { base.dimension }

    func evaluate(_ x: Matrix, energies: Matrix, gradient: Matrix) {
        count += 1
        base.evaluate(x, energies: energies, gradient: gradient)
    }
}

/// Another energy where the last spin is -1, and no number elsewhere.
struct ForbiddenPotential: Potential {
    let base: SiteModel
    let value: Float

    var dimension: Int { base.dimension }

    func evaluate(_ x: Matrix, energies: Matrix, gradient: Matrix) {
        base.evaluate(x, energies: energies, gradient: gradient)
        for row in 0..<x.rows where x[row, dimension - 1] > 0 { energies[row, 0] = value }
    }
}

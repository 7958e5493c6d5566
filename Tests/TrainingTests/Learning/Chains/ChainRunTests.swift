import Learning
import Model
import Numerics
import Sampling
import Testing

/// Another kernel whose streams of random numbers last for a few steps only.
private struct ShortStreams<Base: TransitionKernel>: TransitionKernel {
    var base: Base
    let limit: Int

    var scratchTiles: Int { base.scratchTiles }
    var bestAcceptance: Double? { base.bestAcceptance }
    var temperature: Float { base.temperature }
    var samplesTarget: Bool { base.samplesTarget }
    func energyEvaluations(steps: Int) -> Double { base.energyEvaluations(steps: steps) }
    func scaled(by factor: Float) -> Self { Self(base: base.scaled(by: factor), limit: limit) }
    func scaled(toVariance ratio: Float) -> Self { Self(base: base.scaled(toVariance: ratio), limit: limit) }
    func after(steps: Int) -> Self { Self(base: base.after(steps: steps), limit: limit) }
    func stepLimit(values: Int) -> Int { limit }
    func initialState(_ buffers: ChainBuffers, in potential: some Potential) -> Base.State {
        base.initialState(buffers, in: potential)
    }
    func step(_ state: inout Base.State, index: Int, noise: ChainNoise, in potential: some Potential) -> Base.Info {
        base.step(&state, index: index, noise: noise, in: potential)
    }
}

/// E(x) = Σ x⁴/4.
private struct Quartic: Potential {
    let dimension: Int

    func evaluate(_ x: Matrix, energies: Matrix, gradient: Matrix) {
        for row in 0..<x.rows { energies[row, 0] = x.rows(row..<row + 1).values.reduce(0) { $0 + $1 * $1 * $1 * $1 / 4 } }
        gradient.combine(x, x) { value, _ in value * value * value }
    }
}

@Suite struct ChainRunTests {
    private static let numbers = ChainRun.Numbers(seed: 7, motion: .sampling, decisions: .samplingDecision)
    private static let start = ChainRun.Start.noise(.gaussian(deviation: 0.7), .samplingStart)

    private static func run(_ kernel: any TransitionKernel, steps: Int, ladder: NoiseLadder? = nil) -> ChainRun {
        ChainRun(kernel: kernel, steps: steps, start: start, numbers: numbers, ladder: ladder)
    }

    /// Where five chains of three values end.
    private static func ends(_ run: ChainRun, step: Int = 2, onState: (Int) -> Void = { _ in }) -> [Float] {
        let chains = run.buffers(chains: 5, dimension: 3)
        run.begin(chains.positions, step: step, index: 4)
        run.advance(chains, step: step, index: 4, in: Quartic(dimension: 3), onState: onState)
        return chains.positions.values
    }

    /// What the parts of a long run give, written out.
    private static func parts(_ kernel: any TransitionKernel, _ counts: [Int], first: Int, step: Int = 2) -> [Float] {
        let chains = ChainBuffers(chains: 5, dimension: 3, scratch: kernel.scratchTiles)
        NoiseDistribution.gaussian(deviation: 0.7)
            .fill(chains.positions, stream: RandomStream(seed: 7, purpose: .samplingStart, step: step, index: 4))
        var done = 0
        for (part, count) in counts.enumerated() {
            let noise = ChainNoise(seed: 7, motion: .sampling, decisions: .samplingDecision, step: first + part, index: 4)
            kernel.after(steps: done).run(chains, steps: count, noise: noise, in: Quartic(dimension: 3))
            done += count
        }
        return chains.positions.values
    }

    @Test func `a long run in parts is the run in one piece where no random numbers tell them apart`() {
        func expect(_ kernel: some TransitionKernel) {
            let whole = Self.ends(Self.run(kernel, steps: 11))
            #expect(Self.ends(Self.run(ShortStreams(base: kernel, limit: 4), steps: 11)) == whole)
            #expect(Self.parts(kernel, [11], first: 2) == whole)
        }
        expect(Langevin(stepSize: 0.1, noise: 0))
        expect(Heun(stepSize: 0.1, noise: 0))
        // A schedule goes on in the next part where it was.
        expect(AnnealedLangevin(to: Langevin(stepSize: 0.05, noise: 0), hot: 4, steps: 11))
    }

    @Test(arguments: [0, 1, 4, 5, 8, 9]) func `part n of the p parts of step t has the random numbers of t p + n`(steps: Int) {
        func expect(_ kernel: some TransitionKernel) {
            let counts = stride(from: 0, to: steps, by: 4).map { min(4, steps - $0) }
            var states: [Int] = []
            let ends = Self.ends(Self.run(ShortStreams(base: kernel, limit: 4), steps: steps)) { states.append($0) }
            #expect(ends == Self.parts(kernel, counts, first: 2 * counts.count))
            // Each state is seen once, also where a part ends and the next one begins.
            #expect(states == (steps == 0 ? [] : Array(0...steps)))
        }
        expect(Langevin(stepSize: 0.1, noise: 0.3))
        expect(MALA(stepSize: 0.4))
        expect(AnnealedLangevin(to: Langevin(stepSize: 0.05, noise: nil), hot: 4, steps: steps))
    }

    @Test func `chains start where they stand, or at the noise of their step and tile`() {
        let kernel = Langevin(stepSize: 0.1, noise: 0.3)
        let still = ChainRun(kernel: kernel, steps: 3, start: .positions, numbers: Self.numbers)
        let tile = Matrix(rows: 5, columns: 3)
        tile.fill(2)
        still.begin(tile, step: 1, index: 1)
        #expect(tile.values == Array(repeating: 2, count: 15))
        func noise(_ step: Int, _ index: Int) -> [Float] {
            Self.run(kernel, steps: 3).begin(tile, step: step, index: index)
            return tile.values
        }
        #expect(noise(1, 1) == noise(1, 1) && noise(1, 1) != noise(1, 2) && noise(1, 1) != noise(2, 1))
    }

    // MARK: energies with a condition

    /// An energy of 2 x 2 images beside two further planes or one, with weights that are not zero.
    private static func potential(planes: Int, rows: Int) throws -> ModelPotential {
        let model = try EnergyModel(
            Network(
                NetworkDescription(
                    input: ImageShape(height: 2, width: 2, channels: 1), condition: .planes(planes),
                    layers: [.flatten, .dense(outputs: 6), .activation(.silu), .dense(outputs: 1)])), referenceDeviation: 1)
        let weights = PreparedWeights(model.network)
        weights.refresh(from: model.network.initialParameters(seed: 3, .uniform(scale: 3))[...])
        return ModelPotential(model: model, weights: weights, workspace: Workspace(model, rows: rows))
    }

    @Test func `a ladder is descended from its highest level, with steps that grow with the variance`() throws {
        let ladder = try #require(NoiseLadder(levels: 3, low: 0.1, high: 0.9))
        func expect(_ kernel: some TransitionKernel) throws {
            let (potential, plain) = (try Self.potential(planes: 1, rows: 5), try Self.potential(planes: 1, rows: 5))
            let run = Self.run(ShortStreams(base: kernel, limit: 2), steps: 3, ladder: ladder)
            let chains = run.buffers(chains: 5, dimension: 4)
            let ends = run.samples(chains, step: 2, index: 4, in: potential)
            // Two parts of each of three levels.
            let buffers = ChainBuffers(chains: 5, dimension: 4, scratch: kernel.scratchTiles)
            run.begin(buffers.positions, step: 2, index: 4)
            var number = 2 * 6
            for (feature, level) in [(Float(1), 2), (0.5, 1), (0, 0)] {
                plain.workspace.condition?.fill(feature)
                let ratio = ladder.deviations[level] / ladder.deviations[0]
                for steps in [2, 1] {
                    let noise = ChainNoise(seed: 7, motion: .sampling, decisions: .samplingDecision, step: number, index: 4)
                    kernel.scaled(toVariance: ratio * ratio).run(buffers, steps: steps, noise: noise, in: plain)
                    number += 1
                }
            }
            #expect(ends.values == buffers.positions.values)
        }
        try expect(Langevin(stepSize: 0.001, noise: nil))
        try expect(HMC(stepSize: 0.05, leapfrogSteps: 2))
    }

    @Test func `what is given of a sample stands in its start and its end, and is held between`() throws {
        let mask = Mask(.half, shape: ImageShape(height: 2, width: 2, channels: 1))
        let images = Matrix(rows: 5, columns: 4, (0..<20).map { Float($0) / 10 })
        let values = Matrix(rows: 5, columns: 8)
        mask.show(images, RandomStream(seed: 1, purpose: .mask, step: 0, index: 0), into: values)
        let condition = TileCondition(.visible(mask), values)
        // Without noise nothing moves but by the energy.
        let run = Self.run(Langevin(stepSize: 0.1, noise: 0), steps: 6)
        let (chains, first) = (run.buffers(chains: 5, dimension: 4), Matrix(rows: 5, columns: 4))
        run.begin(first, step: 2, index: 4)
        let ends = run.samples(chains, step: 2, index: 4, in: try Self.potential(planes: 2, rows: 5), condition: condition)
        for row in 0..<5 {
            // The lower half is hidden.
            for column in 0..<4 { #expect((ends[row, column] == images[row, column]) == (column < 2)) }
            for column in 2..<4 { #expect(ends[row, column] != first[row, column]) }
        }
        // Step by step, with the given values put back after each.
        let (plain, potential) = (run.buffers(chains: 5, dimension: 4), try Self.potential(planes: 2, rows: 5))
        potential.setCondition(values)
        plain.positions.copy(from: first)
        condition.paste(into: plain.positions)
        for step in 0..<6 {
            let noise = ChainNoise(seed: 1, motion: .sampling, decisions: .samplingDecision, step: step, index: 0)
            run.kernel.run(plain, steps: 1, noise: noise, in: potential)
            condition.paste(into: plain.positions)
        }
        #expect(ends.values == plain.positions.values)
        // Other visible values lead the hidden ones elsewhere: the energy has the condition.
        let others = Matrix(rows: 5, columns: 8, values.values)
        for row in 0..<5 { others[row, 0] += 1 }
        let moved = run.samples(
            run.buffers(chains: 5, dimension: 4), step: 2, index: 4, in: try Self.potential(planes: 2, rows: 5),
            condition: TileCondition(.visible(mask), others))
        #expect((0..<5).allSatisfy { moved[$0, 2] != ends[$0, 2] })
    }
}

import Numerics
import Sampling
import Testing

/// What all kernels have in common, in one test body.
struct KernelTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        /// A kernel of a step size.
        let make: @Sendable (Float) -> any TransitionKernel
        /// Whether energies and gradient are those of the positions that a step leaves behind; else those where it evaluated last.
        var cachesEnd = false
        /// Of a pixel.
        var channels = 1
        var testDescription: String { name }
    }

    static func options(_ granularity: DriftScale.Granularity) -> Stanley.Options {
        .init(DriftScale(threshold: 0.5, granularity: granularity, channels: 3))
    }

    static func stanley(_ preset: Stanley.Preset) -> Case {
        let options = preset.options(threshold: 0.5, channels: 3)
        return Case(
            name: "stanley \(preset)", make: { Stanley(stepSize: $0, noise: $0.squareRoot(), options: options) },
            channels: options.scale.channels)
    }

    static let cases: [Case] = [
        Case(name: "langevin") { Langevin(stepSize: $0, noise: Langevin.properNoise(stepSize: $0, temperature: 1)) },
        Case(name: "langevin noise first") { Langevin(stepSize: $0, noise: $0.squareRoot(), gradientClip: 1, noiseFirst: true) },
        stanley(.algorithm), stanley(.text), stanley(.toyCode), stanley(.imageCode),
        Case(name: "adjusted stanley element", make: { MALA(stepSize: $0, anisotropy: options(.element)) }, cachesEnd: true),
        Case(name: "adjusted stanley channels", make: { MALA(stepSize: $0, anisotropy: options(.channels)) }, cachesEnd: true, channels: 3),
        Case(name: "adjusted stanley sample", make: { MALA(stepSize: $0, anisotropy: options(.sample)) }, cachesEnd: true),
        // A whole drift and noise times γ: log α has a term of the size √(2a) |∇E|/γ, so that γ must not be small where every tiny step is to be taken.
        Case(
            name: "adjusted stanley of the image code",
            make: { MALA(stepSize: $0, anisotropy: Stanley.Preset.imageCode.options(threshold: 20, channels: 3)) }, cachesEnd: true,
            channels: 3),
        Case(name: "mala", make: { MALA(stepSize: $0) }, cachesEnd: true),
        Case(name: "hmc", make: { HMC(stepSize: $0.squareRoot(), leapfrogSteps: 3) }, cachesEnd: true),
        Case(
            name: "hmc random length", make: { HMC(stepSize: $0.squareRoot(), leapfrogSteps: 3, hasRandomLength: true) }, cachesEnd: true),
        Case(name: "nuts", make: { NUTS(stepSize: $0.squareRoot(), maximumDepth: 4) }, cachesEnd: true),
        Case(name: "nuts with a metric", make: { NUTS(stepSize: $0.squareRoot(), maximumDepth: 4, metric: .unit) }, cachesEnd: true),
        Case(name: "hmc with a metric", make: { HMC(stepSize: $0.squareRoot(), leapfrogSteps: 3, metric: .unit) }, cachesEnd: true),
        Case(name: "heun") { Heun(stepSize: $0, noise: (2 * $0).squareRoot()) },
        Case(name: "proximal") { ProximalLangevin(stepSize: $0, noise: (2 * $0).squareRoot(), iterations: 3) },
        Case(name: "underdamped", make: { Underdamped(stepSize: $0.squareRoot(), friction: 1) }, cachesEnd: true),
        Case(name: "annealed") {
            AnnealedLangevin(levels: AnnealedLangevin.geometric(stepSize: $0, noise: (2 * $0).squareRoot(), hot: 4, steps: 3))
        },
        Case(name: "flow") { FlowLangevin(stepSize: $0, schedule: FlowSchedule(onset: 0.5, timeStep: 1e9 * Double($0)), runLength: 100) },
        Case(name: "flow heun") {
            FlowLangevin(stepSize: $0, schedule: FlowSchedule(onset: 0.5, timeStep: 1e9 * Double($0)), form: .heun, runLength: 100)
        },
    ]

    static func buffers(_ kernel: any TransitionKernel, chains: Int, dimension: Int) -> ChainBuffers {
        let buffers = ChainBuffers(chains: chains, dimension: dimension, scratch: kernel.scratchTiles)
        RandomStream(seed: 8, purpose: .test, step: 0, index: 0).fillNormals(buffers.positions)
        return buffers
    }

    /// Runs step by step; hands what each step did to a body.
    private static func forEachStep(
        _ kernel: some TransitionKernel, _ buffers: ChainBuffers, _ steps: Range<Int>, _ potential: some Potential,
        noise: ChainNoise = KernelChecks.noise, _ body: (Int, any StepInfo) -> Void
    ) {
        var state = kernel.initialState(buffers, in: potential)
        for index in steps { body(index, kernel.step(&state, index: index, noise: noise, in: potential)) }
    }

    // One value, less than a vector, a part of a group, whole groups.
    @Test(
        arguments: cases,
        [(1, 3), (5, 6), (16, 12)])
    func `cached energies and gradients are those computed anew, |∇E|² is that where the step began`(
        test: Case, shape: (chains: Int, dimension: Int)
    ) {
        let kernel = test.make(0.05)
        let potential = QuarticPotential(dimension: shape.dimension)
        let buffers = Self.buffers(kernel, chains: shape.chains, dimension: shape.dimension)
        let (energies, gradient) = (Matrix(rows: shape.chains, columns: 1), Matrix(rows: shape.chains, columns: shape.dimension))
        var before = buffers.positions.values
        Self.forEachStep(kernel, buffers, 0..<4, potential) { _, info in
            // An accepted proposal moves its chain, a rejected one leaves it; without an accept step all chains move.
            let moved = (0..<shape.chains).count { chain in
                let range = chain * shape.dimension..<(chain + 1) * shape.dimension
                return buffers.positions.values[range] != before[range]
            }
            #expect(moved == info.accepted ?? shape.chains)
            if test.cachesEnd {
                potential.evaluate(buffers.positions, energies: energies, gradient: gradient)
                #expect(buffers.energies.values == energies.values && buffers.gradient.values == gradient.values)
            }
            let start = Matrix(rows: shape.chains, columns: shape.dimension, before)
            potential.evaluate(start, energies: energies, gradient: gradient)
            let squares = gradient.values.reduce(0.0) { $0 + Double($1) * Double($1) }
            // Those that add noise before they look report what they see there.
            if !test.name.contains("first") && test.name != "proximal" {
                #expect(abs(info.squaredGradient - squares) <= 40 * 0x1p-24 * squares)
            }
            #expect((info.accepted != nil) == kernel.hasAcceptStep && info.invalid == 0)
            before = buffers.positions.values
        }
        #expect(buffers.positions.values.allSatisfy { $0.isFinite })
    }

    @Test(arguments: cases)
    func `a tiny step is accepted and goes nowhere far; a huge one is rejected where there is an accept step`(test: Case) {
        let (tiny, huge) = (test.make(1e-9), test.make(1e6))
        let potential = QuarticPotential(dimension: 6)
        let buffers = Self.buffers(tiny, chains: 50, dimension: 6)
        let start = buffers.positions.values
        let small = tiny.run(buffers, steps: 3, noise: KernelChecks.noise, in: potential)
        #expect(zip(start, buffers.positions.values).allSatisfy { abs($0 - $1) < 0.01 } && start != buffers.positions.values)
        guard tiny.hasAcceptStep else { return #expect(small.accepted == nil) }
        #expect(small.accepted == 150)
        let held = buffers.positions.values
        let large = huge.run(buffers, steps: 3, noise: KernelChecks.noise, in: potential)
        #expect(large.accepted == 0 && buffers.positions.values == held)
    }

    @Test(arguments: cases)
    func `the same tile has the same bits twice, also with another scratch, and other ones with other noise`(test: Case) {
        let kernel = test.make(0.05)
        let other = ChainNoise(
            motion: RandomStream(seed: 22, purpose: .langevin, step: 0, index: 0), decisions: KernelChecks.noise.decisions)
        let results = (0..<3).map { run -> [Float] in
            let buffers = Self.buffers(kernel, chains: 11, dimension: 6)
            for tile in buffers.scratch { tile.fill(run == 1 ? .nan : 0) }
            kernel.run(buffers, steps: 6, noise: run == 2 ? other : KernelChecks.noise, in: QuarticPotential(dimension: 6))
            return buffers.positions.values
        }
        #expect(results[0] == results[1] && results[0] != results[2])
    }

    @Test(arguments: cases)
    func `no random number serves twice: not in two steps, two shards or two training steps`(test: Case) {
        let kernel = test.make(0.05)
        let potential = FlatPotential(dimension: 6)
        // Two neighbouring moves have 48 random bits; a repeated pair is a repeated draw.
        var seen: Set<UInt64> = []
        var count = 0
        for (shard, step) in [(0, 0), (1, 0), (0, 1)] {
            let noise = ChainNoise(seed: 4, motion: .langevin, decisions: .acceptance, step: step, index: shard)
            let buffers = Self.buffers(kernel, chains: 11, dimension: 6)
            // A kernel with velocities moves by old noise too: its first step is enough.
            for index in test.name == "underdamped" ? 0..<1 : 0..<20 {
                buffers.positions.fill(0)
                Self.forEachStep(kernel, buffers, index..<index + 1, potential, noise: noise) { _, _ in }
                let values = buffers.positions.values
                for place in 1..<values.count where values[place] != 0 {
                    seen.insert(UInt64(values[place - 1].bitPattern) << 32 | UInt64(values[place].bitPattern))
                    count += 1
                }
            }
        }
        #expect(seen.count == count && count > 0)
    }

    @Test(arguments: cases, [1, 64, 3072])
    func `the last step of the limit still has random numbers`(test: Case, values: Int) {
        let kernel = test.make(0.05)
        let limit = kernel.stepLimit(values: values)
        // A trajectory takes a number for each of its points, and two for each doubling.
        let draws = kernel.treeDepth.map { (1 << $0 + 2 * $0) * values } ?? values + 1
        #expect(limit >= RandomStream.drawLimit / 64 / ((values + 63) / 64) - 1 || limit >= RandomStream.drawLimit / draws)
        let buffers = Self.buffers(kernel, chains: values, dimension: 1)
        guard test.channels == 1 else { return }
        Self.forEachStep(kernel, buffers, 0..<1, FlatPotential(dimension: 1)) { _, _ in }
        Self.forEachStep(kernel, buffers, limit - 1..<limit, FlatPotential(dimension: 1)) { _, _ in }
        #expect(buffers.positions.values.allSatisfy { $0.isFinite })
    }

    @Test(arguments: cases)
    func `scaled by a factor, a kernel has another step size and the same temperature: energy evaluations stay`(test: Case) {
        let (kernel, target) = (test.make(0.02), test.make(0.08))
        // Those of the list take a step size of a, or of √a for second-order dynamics.
        let isSecondOrder = ["hmc", "nuts", "underdamped"].contains { test.name.hasPrefix($0) }
        let results = [target, kernel.scaled(by: isSecondOrder ? 2 : 4)].map { kernel -> [Float] in
            let buffers = Self.buffers(kernel, chains: 5, dimension: 6)
            kernel.run(buffers, steps: 2, noise: KernelChecks.noise, in: QuarticPotential(dimension: 6))
            return buffers.positions.values
        }
        // √ of factor times σ is rounded differently from σ of the product.
        #expect(zip(results[0], results[1]).allSatisfy { abs($0 - $1) < 1e-5 })
        #expect(kernel.scaled(by: 3).energyEvaluations(steps: 7) == kernel.energyEvaluations(steps: 7))
    }

    @Test(arguments: cases)
    func `a run takes as many evaluations as the kernel says`(test: Case) {
        let kernel = test.make(0.05)
        let potential = CountingPotential(dimension: 6)
        let info = kernel.run(Self.buffers(kernel, chains: 2, dimension: 6), steps: 400, noise: KernelChecks.noise, in: potential)
        if let trees = info.trees {
            #expect(trees.evaluations == 2 * (potential.count - 1) && trees.points > trees.evaluations / 2 && trees.trees == 800)
            return #expect(Double(potential.count) <= kernel.energyEvaluations(steps: 400))
        }
        // Random lengths: 400 draws from 1, 2, 3 have a deviation of √(400 · 2/3) = 16.3.
        let tolerance = test.name.contains("random") ? 6 * 16.3 : 0
        #expect(abs(Double(potential.count) - kernel.energyEvaluations(steps: 400)) <= tolerance)
    }

    @Test(
        arguments: cases.filter { $0.make(1).hasAcceptStep },
        [
            Float.nan, .infinity,
        ])
    func `proposals where the energy is not a number, or infinite, are rejected and counted`(test: Case, value: Float) {
        let kernel = test.make(0.05)
        let potential = BrokenPotential(dimension: 3, value: value)
        let buffers = ChainBuffers(chains: 40, dimension: 3, scratch: kernel.scratchTiles)
        // Chains 0 to 4 stand where there is no energy.
        for row in 0..<5 { buffers.positions[row, 0] = 0.9 }
        var (invalid, accepted) = (0, 0)
        Self.forEachStep(kernel, buffers, 0..<60, potential) { _, info in
            #expect(info.invalid >= 5)
            invalid += info.invalid - 5
            accepted += info.accepted ?? 0
            for row in 0..<40 { #expect(row < 5 ? buffers.positions[row, 0] == 0.9 : buffers.positions[row, 0] <= 0.8) }
        }
        #expect(invalid > 0 && accepted > 60 * 35 / 3)
    }
}

/// E(x) = |x|²/2 where x_0 <= .8, and no number elsewhere.
struct BrokenPotential: Potential {
    let dimension: Int
    let value: Float

    func evaluate(_ x: Matrix, energies: Matrix, gradient: Matrix) {
        for row in 0..<x.rows {
            let isBroken = x[row, 0] > 0.8
            energies[row, 0] = isBroken ? value : 0
            for column in 0..<dimension {
                gradient[row, column] = isBroken ? value : x[row, column]
                energies[row, 0] += isBroken ? 0 : x[row, column] * x[row, column] / 2
            }
        }
    }
}

/// E(x) = |x|²/2, and the number of its evaluations.
final class CountingPotential: Potential {
    let dimension: Int
    private(set) var count = 0

    init(dimension: Int) { self.dimension = dimension }

    func evaluate(_ x: Matrix, energies: Matrix, gradient: Matrix) {
        count += 1
        gradient.copy(from: x)
        for row in 0..<x.rows { energies[row, 0] = (0..<dimension).reduce(0) { $0 + x[row, $1] * x[row, $1] / 2 } }
    }
}

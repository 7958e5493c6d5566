import Foundation
import Numerics
import Sampling
import Testing

/// The No-U-Turn sampler goes where its definition says, has exactly the target, and its checks find programs that are wrong.
struct NUTSTests {
    static let scales: [Float] = [1.5, 0.5, 2, 0.25]

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        var temperature: Float = 1
        var scales: [Float] = []
        var testDescription: String { name }

        var kernel: NUTS {
            NUTS(
                stepSize: 0.3, maximumDepth: 5, temperature: temperature, metric: scales.isEmpty ? nil : DiagonalMetric(scales: scales))
        }

        func reference(_ density: PairPotential.Density) -> ReferenceNUTS {
            ReferenceNUTS(
                potential: PairPotential(density: density, temperature: Double(temperature)), stepSize: Double(Float(0.3)), maximumDepth: 5,
                temperature: Double(temperature), scales: scales.map { Double($0) })
        }
    }

    static let cases = [
        Case(name: "plain"), Case(name: "T=2", temperature: 2), Case(name: "with a metric", scales: scales),
        Case(name: "with a metric, T=2", temperature: 2, scales: scales),
    ]

    /// Chains of a few steps, each held against the reference from where it stood: how many went elsewhere, and how many were too close to say.
    ///
    /// A trajectory of 31 steps carries rounding of 2^-24 of values up to 4, stretched by less than 100: 1e-4 is far above it. Decisions that are closer
    /// than that are left out.
    static func wrongMoves(_ kernel: some TransitionKernel, _ reference: ReferenceNUTS, chains: Int = 300, steps: Int = 4) -> (
        wrong: Int, close: Int
    ) {
        let (potential, noise) = (reference.potential, KernelChecks.noise)
        let buffers = ChainBuffers(chains: chains, dimension: potential.dimension, scratch: kernel.scratchTiles)
        potential.fill(buffers.positions, RandomStream(seed: 21, purpose: .test, step: 0, index: 0))
        var state = kernel.initialState(buffers, in: potential)
        var (wrong, close) = (0, 0)
        for index in 0..<steps {
            let before = Matrix(rows: chains, columns: potential.dimension, buffers.positions.values)
            _ = kernel.step(&state, index: index, noise: noise, in: potential)
            for row in 0..<chains {
                let x = (0..<potential.dimension).map { Double(before[row, $0]) }
                let end = reference.end(of: x, row: row, of: before, index: index, noise)
                guard end.margin > 2e-4 else {
                    close += 1
                    continue
                }
                let isRight = end.x.enumerated().allSatisfy { abs(Double(buffers.positions[row, $0]) - $1) < 1e-3 * (1 + abs($1)) }
                wrong += isRight ? 0 : 1
            }
        }
        return (wrong, close)
    }

    @Test(arguments: cases, PairPotential.Density.allCases)
    func `every chain goes where the definition says, in Double`(test: Case, density: PairPotential.Density) {
        let (wrong, close) = Self.wrongMoves(test.kernel, test.reference(density))
        #expect(wrong == 0 && close < 120, "\(wrong) wrong, \(close) close")
    }

    @Test(arguments: cases, PairPotential.Density.allCases)
    func `chains that begin in the target stay in it`(test: Case, density: PairPotential.Density) {
        #expect(KernelChecks.wrongMoments(test.kernel, test.reference(density).potential, chains: 1024, steps: 25) == [])
    }

    @Test(arguments: ReferenceNUTS.Fault.allCases)
    func `a wrong program is found by where chains go`(fault: ReferenceNUTS.Fault) {
        var wrong = Self.cases[0].reference(.banana)
        wrong.fault = fault
        #expect(Self.wrongMoves(NaiveNUTS(move: wrong), Self.cases[0].reference(.banana)).wrong > 0)
    }

    /// Those that change the law by much; trajectories that run uphill or on after they have turned keep it, and waste time.
    @Test(arguments: [
        ReferenceNUTS.Fault.missingKineticEnergy, .drawsTheLastPoint, .alwaysTakesTheBranch, .keepsBranchesThatTurn,
    ])
    func `a wrong program is found by its moments, with steps near the longest that are stable`(fault: ReferenceNUTS.Fault) {
        let isFound = PairPotential.Density.allCases.contains { density in
            KernelChecks.wrongMoments(
                NaiveNUTS(move: Self.longSteps(density, fault)), PairPotential(density: density), chains: 1024, steps: 10)
                != []
        }
        #expect(isFound)
    }

    @Test func `a right reference passes both checks`() {
        let move = Self.cases[0].reference(.banana)
        #expect(Self.wrongMoves(NaiveNUTS(move: move), move).wrong == 0)
        for density in PairPotential.Density.allCases {
            let right = NaiveNUTS(move: Self.longSteps(density, nil))
            #expect(KernelChecks.wrongMoments(right, PairPotential(density: density), chains: 1024, steps: 10) == [])
        }
    }

    private static func longSteps(_ density: PairPotential.Density, _ fault: ReferenceNUTS.Fault?) -> ReferenceNUTS {
        ReferenceNUTS(potential: PairPotential(density: density), stepSize: 0.6, maximumDepth: 4, fault: fault)
    }

    @Test func `a chain's moves depend on its own row alone`() {
        let potential = PairPotential(density: .banana)
        let kernel = Self.cases[0].kernel
        // The same chain among others that stand elsewhere: their trees end at other times.
        let ends = [Float(0.1), 2].map { shift -> [Float] in
            let buffers = ChainBuffers(chains: 5, dimension: 4, scratch: kernel.scratchTiles)
            for row in 0..<5 { for column in 0..<4 { buffers.positions[row, column] = row == 2 ? 0.5 : shift * Float(row - column) } }
            kernel.run(buffers, steps: 8, noise: KernelChecks.noise, in: potential)
            return buffers.positions.rows(2..<3).values
        }
        #expect(ends[0] == ends[1])
    }

    @Test func `precisions that differ by a million: with the metric of the warm-up quantiles are right and trajectories short`() {
        // Standard deviations .01, .1, 1, 10.
        let deviations = [0.01, 0.1, 1, 10]
        let potential = AxesPotential(deviations: deviations)
        let (kernel, metric, found) = Self.warmUp(potential)
        let (low, high) = (metric.scales[0], metric.scales[3])
        #expect(abs(Double(high / low) / 1000 - 1) < 0.2, "\(metric.scales)")
        let buffers = ChainBuffers(chains: 256, dimension: 4, scratch: kernel.scratchTiles)
        potential.fill(buffers.positions, RandomStream(seed: 6, purpose: .test, step: 0, index: 0))
        // The median, the normal law's 90 % quantile, and the variance.
        let functions: [([Double]) -> Double] = deviations.indices.flatMap { d -> [([Double]) -> Double] in
            [
                { $0[d] > 0 ? 1 : 0 }, { $0[d] > 1.2815515655446004 * deviations[d] ? 1 : 0 },
                { $0[d] * $0[d] / deviations[d] / deviations[d] },
            ]
        }
        let result = ChainMeans(
            kernel, buffers, in: potential, discarded: 5, steps: 60, stream: RandomStream(seed: 6, purpose: .langevin, step: 0, index: 0),
            functions: functions)
        for number in functions.indices {
            #expect(result.agrees(number, [0.5, 0.1, 1][number % 3]), "\(number): \(result.means[number]) ± \(result.errors[number])")
        }
        #expect(found.points < 16, "\(found)")
        // A step that is right for the stiffest direction takes a thousand times as many to go along the softest one.
        let plain = NUTS(stepSize: 0.01, maximumDepth: 8)
        let stiff = ChainBuffers(chains: 8, dimension: 4, scratch: plain.scratchTiles)
        potential.fill(stiff.positions, RandomStream(seed: 6, purpose: .test, step: 0, index: 0))
        let trees = plain.run(stiff, steps: 2, noise: KernelChecks.noise, in: potential).trees!
        #expect(trees.points > 16 * 100, "\(trees)")
    }

    /// A warm-up of 150 steps of 32 chains, as training has it: step size and metric, and the mean points of the trajectories of its last step.
    private static func warmUp(_ potential: AxesPotential) -> (NUTS, DiagonalMetric, (points: Double, acceptance: Double)) {
        let (base, windows) = (NUTS(stepSize: 0.05, maximumDepth: 8, metric: .unit), WarmUpWindows(warmUp: 150))
        let buffers = ChainBuffers(chains: 32, dimension: potential.dimension, scratch: base.scratchTiles)
        RandomStream(seed: 5, purpose: .test, step: 0, index: 0).fillNormals(buffers.positions)
        var (adaptation, metric) = (StepSizeAdaptation(), MetricAdaptation(dimension: potential.dimension))
        var last = (points: 0.0, acceptance: 0.0)
        for step in 0..<150 {
            let noise = ChainNoise(seed: 5, motion: .langevin, decisions: .acceptance, step: step, index: 0)
            let tuning = KernelTuning(stepSizeFactor: adaptation.factor(isFinished: false), metric: metric.metric)
            let info = base.tuned(by: tuning).run(buffers, steps: 2, noise: noise, in: potential)
            adaptation.update(acceptance: info.acceptance! / 64, target: 0.8)
            last = (Double(info.trees!.points) / 64, info.acceptance! / 64)
            guard windows.steps.contains(step) else { continue }
            metric.add(metric.sums(of: buffers.positions))
            guard windows.ends.contains(step + 1) else { continue }
            metric.endWindow()
            adaptation.restart()
        }
        let tuning = KernelTuning(stepSizeFactor: adaptation.factor(isFinished: true), metric: metric.metric)
        return (base.tuned(by: tuning), metric.metric, last)
    }

    @Test func `with powers of two for scales, the bits are those of the energy in other units`() {
        let scales: [Float] = [2, 0.5, 4, 1]
        let potential = ScaledPotential(base: PairPotential(density: .banana), scales: scales)
        for (kernel, measured) in [
            (NUTS(stepSize: 0.2, maximumDepth: 5), NUTS(stepSize: 0.2, maximumDepth: 5, metric: DiagonalMetric(scales: scales))),
            (HMC(stepSize: 0.2, leapfrogSteps: 4), HMC(stepSize: 0.2, leapfrogSteps: 4, metric: DiagonalMetric(scales: scales))),
        ] as [(any TransitionKernel, any TransitionKernel)] {
            let (plain, own) = (
                KernelTests.buffers(kernel, chains: 9, dimension: 4), KernelTests.buffers(measured, chains: 9, dimension: 4)
            )
            for row in 0..<9 { for column in 0..<4 { own.positions[row, column] = scales[column] * plain.positions[row, column] } }
            kernel.run(plain, steps: 6, noise: KernelChecks.noise, in: potential)
            measured.run(own, steps: 6, noise: KernelChecks.noise, in: potential.base)
            for row in 0..<9 {
                for column in 0..<4 { #expect(own.positions[row, column] == scales[column] * plain.positions[row, column]) }
            }
        }
    }

    @Test func `a trajectory that comes to where no energy is ends there, is counted, and does not move the chain`() {
        let potential = BrokenPotential(dimension: 3, value: .nan)
        let kernel = NUTS(stepSize: 5, maximumDepth: 4)
        let buffers = KernelTests.buffers(kernel, chains: 20, dimension: 3)
        for row in 0..<20 { buffers.positions[row, 0] = row < 2 ? 0.9 : 0 }
        let start = buffers.positions.values
        let info = kernel.run(buffers, steps: 1, noise: KernelChecks.noise, in: potential)
        // Those that stand where no energy is have no trajectory; steps as long as these diverge before they come to where none is, too.
        #expect(info.trees!.trees == 20 && info.diverged.count <= 18 && (3...2 + info.diverged.count).contains(info.invalid))
        #expect(
            info.diverged.count > 4 && info.diverged.allSatisfy { $0 >= 2 } && Array(buffers.positions.values[..<6]) == Array(start[..<6]))
    }
}

/// Independent normal values with these standard deviations.
struct AxesPotential: RowPotential {
    let deviations: [Double]
    var dimension: Int { deviations.count }

    func energy(_ x: [Double]) -> Double { zip(x, deviations).reduce(0) { $0 + $1.0 * $1.0 / $1.1 / $1.1 / 2 } }
    func gradient(_ x: [Double]) -> [Double] { zip(x, deviations).map { $0 / $1 / $1 } }

    /// Exact samples.
    func fill(_ tile: Matrix, _ stream: RandomStream) {
        stream.fillNormals(tile)
        for row in 0..<tile.rows { for column in 0..<dimension { tile[row, column] *= Float(deviations[column]) } }
    }
}

/// E(s x), a scale for each value.
struct ScaledPotential: Potential {
    let base: PairPotential
    let scales: [Float]
    var dimension: Int { base.dimension }

    func evaluate(_ x: Matrix, energies: Matrix, gradient: Matrix) {
        let scaled = Matrix(rows: x.rows, columns: x.columns)
        for row in 0..<x.rows { for column in 0..<dimension { scaled[row, column] = scales[column] * x[row, column] } }
        base.evaluate(scaled, energies: energies, gradient: gradient)
        for row in 0..<x.rows { for column in 0..<dimension { gradient[row, column] *= scales[column] } }
    }
}

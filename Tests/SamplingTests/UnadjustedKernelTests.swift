import Foundation
import Numerics
import Sampling
import Testing

/// Kernels without an accept step follow their formulas, and have the laws of their recursions.
struct UnadjustedKernelTests {
    static let stream = KernelChecks.motion
    static let potential = PairPotential(density: .banana)

    /// The largest difference between a run and its reference in Double, value by value, in units of 1 + |x|.
    private static func error(
        _ kernel: some TransitionKernel, steps: Int = 4,
        reference: (_ x: inout [Double], _ normals: (Int) -> [Double], _ index: Int) -> Void
    ) -> Double {
        let buffers = ChainBuffers(chains: 37, dimension: 4, scratch: kernel.scratchTiles)
        potential.fill(buffers.positions, RandomStream(seed: 21, purpose: .test, step: 0, index: 0))
        let start = buffers.positions.values.map { Double($0) }
        kernel.run(buffers, steps: steps, noise: KernelChecks.noise, in: potential)
        var worst = 0.0
        for row in 0..<37 {
            var x = Array(start[4 * row..<4 * row + 4])
            // 148 values: three groups of 64 for each step.
            for index in 0..<steps {
                reference(&x, { block in (0..<4).map { Double(stream.normal(at: block * 192 + 4 * row + $0)) } }, index)
            }
            for column in 0..<4 { worst = max(worst, abs(x[column] - Double(buffers.positions[row, column])) / (1 + abs(x[column]))) }
        }
        return worst
    }

    private static func slope(_ x: [Double]) -> [Double] { potential.evaluate(x).gradient }

    /// Floats against Double over four steps, stretched by less than 10: 4 · 10 · 8 roundings of 2^-24.
    private static let tolerance = 2e-5

    @Test(
        arguments: DriftScale.Granularity.allCases,
        Stanley.Options.Scaling.allCases.flatMap { drift in Stanley.Options.Scaling.allCases.map { (drift, $0) } })
    func `stanley: drift and noise are shortened by γ, by its options`(
        granularity: DriftScale.Granularity, scaling: (drift: Stanley.Options.Scaling, noise: Stanley.Options.Scaling)
    ) {
        for (recomputation, half) in Stanley.Options.Recomputation.allCases.flatMap({ when in [true, false].map { (when, $0) } }) {
            let options = Stanley.Options(
                DriftScale(threshold: 0.7, granularity: granularity, channels: 2), recomputation: recomputation,
                driftScaling: scaling.drift, noiseScaling: scaling.noise, halfDrift: half)
            let reference = ReferenceLangevin(potential: Self.potential, drift: 0, threshold: Double(Float(0.7)), granularity: granularity)
            var kept: [Double] = []
            let error = Self.error(Stanley(stepSize: 0.2, noise: 0.3, options: options)) { x, normals, index in
                let g = Self.slope(x)
                if index == 0 || recomputation == .everyStep { kept = reference.factors(g) }
                let normals = normals(index)
                for d in 0..<4 {
                    let (drift, noise) = (
                        ReferenceLangevin.scaled(kept[d], scaling.drift), ReferenceLangevin.scaled(kept[d], scaling.noise)
                    )
                    x[d] += -(half ? 0.5 : 1) * Double(Float(0.2)) * drift * g[d] + Double(Float(0.3)) * noise * normals[d]
                }
            }
            #expect(error < Self.tolerance, "\(recomputation) \(half)")
        }
    }

    @Test func `the presets are the forms of the source, by where they stand`() {
        let scale = DriftScale(threshold: 0.01)
        let ofPixels = DriftScale(threshold: 0.01, granularity: .channels, channels: 3)
        let forms: [Stanley.Preset: Stanley.Options] = [
            .algorithm: .init(scale, recomputation: .oncePerIteration, driftScaling: .linear, noiseScaling: .sqrt, halfDrift: true),
            .text: .init(scale, recomputation: .everyStep, driftScaling: .linear, noiseScaling: .sqrt, halfDrift: true),
            .toyCode: .init(ofPixels, recomputation: .everyStep, driftScaling: .linear, noiseScaling: .linear, halfDrift: false),
            .imageCode: .init(ofPixels, recomputation: .everyStep, driftScaling: .none, noiseScaling: .linear, halfDrift: false),
        ]
        for preset in Stanley.Preset.allCases {
            #expect(preset.options(threshold: 0.01, channels: 3) == forms[preset], "\(preset)")
            #expect(!Stanley(noise: 0.1, options: preset.options(threshold: 1)).samplesTarget)
        }
    }

    @Test func `the drift of a kernel that names a limit goes just so far on a steep slope, and that of others on`() {
        let slope = FlatPotential(dimension: 1, slope: 1e6)
        func way(_ kernel: some TransitionKernel) -> Float {
            let buffers = ChainBuffers(chains: 1, dimension: 1, scratch: kernel.scratchTiles)
            buffers.positions.fill(0)
            kernel.run(buffers, steps: 4, noise: KernelChecks.noise, in: slope)
            return -buffers.positions[0, 0] / 4
        }
        func expect(_ kernel: some TransitionKernel, _ limit: Float?) {
            #expect(kernel.driftLimit == limit)
            #expect(abs(way(kernel) - (limit ?? 1e5)) < 1e-5 * (limit ?? 1e5), "\(kernel)")
        }
        expect(Langevin(stepSize: 0.1, noise: 0), nil)
        expect(Langevin(stepSize: 0.1, noise: 0, gradientClip: 2), 0.2)
        for (preset, limit) in [(Stanley.Preset.algorithm, Float(0.1)), (.text, 0.1), (.toyCode, 0.2), (.imageCode, nil)] {
            expect(Stanley(stepSize: 0.1, noise: 0, options: preset.options(threshold: 2)), limit)
            guard preset != .algorithm else { continue }
            #expect(MALA(stepSize: 0.1, anisotropy: preset.options(threshold: 2)).driftLimit == limit)
        }
        #expect(MALA(stepSize: 0.1).driftLimit == nil)
    }

    @Test func `heun: the mean of two slopes, with one noise`() {
        let (a, s) = (Double(Float(0.1)), Double(Float(0.4)))
        let error = Self.error(Heun(stepSize: 0.1, noise: 0.4)) { x, normals, index in
            let (g, n) = (Self.slope(x), normals(index))
            let y = (0..<4).map { x[$0] - a * g[$0] + s * n[$0] }
            let h = Self.slope(y)
            for d in 0..<4 { x[d] += -a / 2 * (g[d] + h[d]) + s * n[d] }
        }
        #expect(error < Self.tolerance)
    }

    @Test func `proximal: fixed-point iterations behind the noise`() {
        let error = Self.error(ProximalLangevin(stepSize: 0.05, noise: 0.3, iterations: 3)) { x, normals, index in
            let v = zip(x, normals(index)).map { $0 + Double(Float(0.3)) * $1 }
            x = v
            for _ in 0..<3 { x = zip(v, Self.slope(x)).map { $0 - Double(Float(0.05)) * $1 } }
        }
        #expect(error < Self.tolerance)
    }

    @Test func `underdamped: BAOAB with fresh velocities from the first numbers`() {
        let (h, c, t) = (0.25, exp(-0.25 * 1.5), 2.0)
        var velocities: [Double] = []
        let error = Self.error(Underdamped(stepSize: 0.25, friction: 1.5, temperature: 2)) { x, normals, index in
            if index == 0 { velocities = normals(0).map { t.squareRoot() * $0 } }
            let n = normals(index + 1)
            var g = Self.slope(x)
            for d in 0..<4 {
                velocities[d] -= h / 2 * g[d]
                x[d] += h / 2 * velocities[d]
                velocities[d] = c * velocities[d] + (t * (1 - c * c)).squareRoot() * n[d]
                x[d] += h / 2 * velocities[d]
            }
            g = Self.slope(x)
            for d in 0..<4 { velocities[d] -= h / 2 * g[d] }
        }
        #expect(error < Self.tolerance)
    }

    @Test func `annealed: Langevin steps whose size and noise fall geometrically to the last`() {
        let levels = AnnealedLangevin.geometric(stepSize: 0.01, noise: 0.05, hot: 8, steps: 4)
        for (level, factor) in zip(levels, [8.0, 4, 2, 1]) {
            #expect(abs(level.stepSize - Float(0.01 * factor)) < 1e-6 && abs(level.noise - Float(0.05 * factor)) < 1e-6)
        }
        let error = Self.error(AnnealedLangevin(levels: levels), steps: 6) { x, normals, index in
            let (level, g, n) = (levels[min(index, 3)], Self.slope(x), normals(index))
            for d in 0..<4 { x[d] += -Double(level.stepSize) * g[d] + Double(level.noise) * n[d] }
        }
        #expect(error < Self.tolerance)
    }

    @Test(
        arguments: DriftScale.Granularity.allCases,
        Stanley.Options.Scaling.allCases.flatMap { drift in Stanley.Options.Scaling.allCases.map { (drift, $0) } })
    func `with an infinite threshold STANLEY has the bits of Langevin, and adjusted STANLEY those of MALA`(
        granularity: DriftScale.Granularity, scaling: (drift: Stanley.Options.Scaling, noise: Stanley.Options.Scaling)
    ) {
        let options = Stanley.Options(
            DriftScale(threshold: .infinity, granularity: granularity, channels: 2), driftScaling: scaling.drift,
            noiseScaling: scaling.noise)
        let pairs: [(any TransitionKernel, any TransitionKernel)] = [
            (Stanley(stepSize: 0.2, noise: 0.3, options: options, box: -2...2), Langevin(stepSize: 0.1, noise: 0.3, box: -2...2)),
            (MALA(stepSize: 0.5, temperature: 1.5, anisotropy: options), MALA(stepSize: 0.25, temperature: 1.5)),
        ]
        for (one, other) in pairs {
            let results = [one, other].map { kernel -> ([Float], RunInfo) in
                let buffers = KernelTests.buffers(kernel, chains: 37, dimension: 4)
                let info = kernel.run(buffers, steps: 20, noise: KernelChecks.noise, in: Self.potential)
                return (buffers.positions.values, info)
            }
            #expect(results[0].0 == results[1].0 && results[0].1.accepted == results[1].1.accepted)
            if let accepted = results[0].1.accepted { #expect(accepted > 37 * 4 && accepted < 37 * 19) }
        }
    }

    @Test func `HMC with one leapfrog step is MALA of step size ε²/2`() {
        let results = [HMC(stepSize: 0.5, leapfrogSteps: 1), MALA(stepSize: 0.125)].map { (kernel: any TransitionKernel) -> [Float] in
            let buffers = KernelTests.buffers(kernel, chains: 37, dimension: 4)
            kernel.run(buffers, steps: 3, noise: KernelChecks.noise, in: Self.potential)
            return buffers.positions.values
        }
        // Roundings differ; a decision that is closer than they are would differ by much more.
        #expect(zip(results[0], results[1]).allSatisfy { abs($0 - $1) < 1e-4 })
    }

    // MARK: laws

    /// The variance of long chains on a Gaussian of precision 1.
    private static func variance(_ kernel: some TransitionKernel, discarded: Int = 60) -> ChainMeans {
        let buffers = ChainBuffers(chains: 4096, dimension: 1, scratch: kernel.scratchTiles)
        return ChainMeans(
            kernel, buffers, in: GaussianPotential(mean: [0], precision: 1), discarded: discarded, steps: 150,
            stream: RandomStream(seed: 31, purpose: .langevin, step: 0, index: 0), functions: [{ $0[0] * $0[0] }])
    }

    @Test func `Heun's bias is of order h², Euler's of order h`() {
        // x' = (1 - h + h²/2) x + √(2h)(1 - h/2) ξ has the variance (2 - h)/(2 - h + h²/2); Euler's recursion 1/(1 - h/2).
        var (heun, euler): ([Double], [Double]) = ([], [])
        for h in [1.0, 0.5] {
            let noise = Langevin.properNoise(stepSize: Float(h), temperature: 1)
            let (second, first) = (
                Self.variance(Heun(stepSize: Float(h), noise: noise)),
                Self.variance(Langevin(stepSize: Float(h) / 2, noise: (Float(h)).squareRoot()))
            )
            #expect(second.agrees(0, (2 - h) / (2 - h + h * h / 2)), "\(h): \(second.means) ± \(second.errors)")
            #expect(first.agrees(0, 1 / (1 - h / 4)), "\(h): \(first.means) ± \(first.errors)")
            heun.append(abs(second.means[0] - 1))
            euler.append(abs(first.means[0] - 1))
        }
        // Exactly 1/3 : 1/13, log₂ 4.33 = 2.1, and 1/3 : 1/7, log₂ 2.33 = 1.2: both orders are reached from above. Six standard errors of .003 of
        // the smaller bias are a quarter of it: .35.
        #expect(abs(log2(heun[0] / heun[1]) - 2.12) < 0.35, "\(heun)")
        #expect(abs(log2(euler[0] / euler[1]) - 1.22) < 0.35, "\(euler)")
    }

    @Test func `converged proximal steps have the variance 1/(1 + h/2), underdamped ones that of the Gaussian`() {
        // The fixed point contracts by h = .5 an iteration: 2^-30.
        let proximal = Self.variance(ProximalLangevin(stepSize: 0.5, noise: 1, iterations: 30))
        #expect(proximal.agrees(0, 1 / 1.25), "\(proximal.means) ± \(proximal.errors)")
        let underdamped = Self.variance(Underdamped(stepSize: 0.9, friction: 1))
        #expect(underdamped.agrees(0, 1), "\(underdamped.means) ± \(underdamped.errors)")
    }
}

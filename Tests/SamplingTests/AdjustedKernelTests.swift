import Numerics
import Sampling
import Testing

/// MALA, adjusted STANLEY and HMC have exactly the target: every decision is the one of the densities, and moments stay where they are.
struct AdjustedKernelTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let kernel: any TransitionKernel
        let reference: @Sendable (PairPotential) -> any ReferenceMove
        var testDescription: String { name }
    }

    /// A step with which about half to nine tenths of the proposals are accepted; at T = 2 the energy is twice as large.
    static func stanley(
        _ granularity: DriftScale.Granularity, _ scaling: Stanley.Options.Scaling, drift: Stanley.Options.Scaling = .linear,
        temperature: Float = 1
    ) -> Case {
        let (threshold, stepSize) = (Float(0.9) * temperature, Float(0.4) / temperature)
        let options = Stanley.Options(
            DriftScale(threshold: threshold, granularity: granularity, channels: 2), driftScaling: drift, noiseScaling: scaling)
        return Case(
            name: "stanley \(granularity) \(scaling), drift \(drift), T=\(temperature)",
            kernel: MALA(stepSize: stepSize, temperature: temperature, anisotropy: options),
            reference: {
                ReferenceLangevin(
                    potential: $0, drift: Double(stepSize) / 2, temperature: Double(temperature), threshold: Double(threshold),
                    granularity: granularity, driftScaling: drift, scaling: scaling)
            })
    }

    static let cases: [Case] = [
        Case(name: "mala", kernel: MALA(stepSize: 0.12), reference: { ReferenceLangevin(potential: $0, drift: Double(Float(0.12))) }),
        Case(
            name: "mala T=2", kernel: MALA(stepSize: 0.06, temperature: 2),
            reference: { ReferenceLangevin(potential: $0, drift: Double(Float(0.06)), temperature: 2) }),
        stanley(.element, .sqrt), stanley(.channels, .sqrt), stanley(.sample, .sqrt), stanley(.element, .linear),
        stanley(.sample, .none), stanley(.element, .sqrt, temperature: 2), stanley(.channels, .linear, drift: .none),
        stanley(.element, .sqrt, drift: .none), stanley(.sample, .linear, drift: .sqrt),
        Case(
            name: "hmc", kernel: HMC(stepSize: 0.3, leapfrogSteps: 4),
            reference: { ReferenceHMC(potential: $0, stepSize: Double(Float(0.3)), steps: 4) }),
        Case(
            name: "hmc T=2", kernel: HMC(stepSize: 0.3, leapfrogSteps: 3, temperature: 2),
            reference: { ReferenceHMC(potential: $0, stepSize: Double(Float(0.3)), steps: 3, temperature: 2) }),
    ]

    private static func target(_ density: PairPotential.Density, of test: Case) -> PairPotential {
        PairPotential(density: density, temperature: test.name.hasSuffix("T=2") || test.name.hasSuffix("T=2.0") ? 2 : 1)
    }

    @Test(arguments: cases, PairPotential.Density.allCases)
    func `every chain goes where the densities say, in Double`(test: Case, density: PairPotential.Density) {
        let reference = test.reference(Self.target(density, of: test))
        #expect(KernelChecks.wrongDecisions(test.kernel, reference) == 0)
    }

    @Test(arguments: cases, PairPotential.Density.allCases)
    func `chains that begin in the target stay in it`(test: Case, density: PairPotential.Density) {
        #expect(KernelChecks.wrongMoments(test.kernel, Self.target(density, of: test)) == [])
    }

    @Test(arguments: PairPotential.Density.allCases)
    func `trajectories of random length keep the target`(density: PairPotential.Density) {
        let kernel = HMC(stepSize: 0.3, leapfrogSteps: 6, hasRandomLength: true)
        #expect(KernelChecks.wrongMoments(kernel, PairPotential(density: density)) == [])
    }

    @Test func `in a box the target is what lies inside: a flat energy gives uniform chains, and a start outside is brought in`() {
        let box: ClosedRange<Float> = -1...0.5
        let options = Stanley.Options(DriftScale(threshold: 1))
        for kernel in [
            MALA(stepSize: 0.05, box: box), MALA(stepSize: 0.1, anisotropy: options, box: box),
            HMC(stepSize: 0.15, leapfrogSteps: 2, box: box), NUTS(stepSize: 0.15, maximumDepth: 3, box: box),
        ] as [any TransitionKernel] {
            let buffers = ChainBuffers(chains: 2048, dimension: 2, scratch: kernel.scratchTiles)
            RandomStream(seed: 3, purpose: .test, step: 0, index: 0).fillUniforms(buffers.positions)
            for row in 0..<2048 { for column in 0..<2 { buffers.positions[row, column] = 1.5 * buffers.positions[row, column] - 1 } }
            let result = ChainMeans(
                kernel, buffers, in: FlatPotential(dimension: 2), discarded: 0, steps: 40,
                stream: RandomStream(seed: 3, purpose: .langevin, step: 0, index: 0),
                functions: [{ $0[0] }, { $0[1] * $0[1] }, { -1 <= $0[0] && $0[0] <= 0.5 ? 1 : 0 }])
            // Uniform on [-1, .5]: mean -.25, E x² = 1.5²/12 + .25².
            #expect(result.agrees(0, -0.25) && result.agrees(1, 0.1875 + 0.0625), "\(kernel): \(result.means) ± \(result.errors)")
            #expect(result.means[2] == 1)
            buffers.positions.fill(3)
            kernel.run(buffers, steps: 1, noise: KernelChecks.noise, in: FlatPotential(dimension: 2))
            #expect(buffers.positions.values.allSatisfy { box.contains($0) } && buffers.positions.values.contains { $0 < 0.5 })
        }
    }
}

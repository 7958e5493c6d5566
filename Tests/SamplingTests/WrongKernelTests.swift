import Numerics
import Sampling
import Testing

/// The checks of the adjusted kernels find every mistake of a list: kernels that are wrong in one point each.
struct WrongKernelTests {
    static let target = PairPotential(density: .banana)
    static let stanley = ReferenceLangevin(potential: target, drift: 0.2, threshold: 0.9)
    static let warm = ReferenceLangevin(
        potential: PairPotential(density: .banana, temperature: 2), drift: 0.1, temperature: 2, threshold: 1.8)
    static let hmc = ReferenceHMC(potential: target, stepSize: 0.3, steps: 4)

    @Test func `a right one passes both checks`() {
        #expect(KernelChecks.wrongDecisions(NaiveKernel(move: Self.stanley), Self.stanley) == 0)
        #expect(KernelChecks.wrongDecisions(NaiveKernel(move: Self.hmc), Self.hmc) == 0)
        #expect(KernelChecks.wrongMoments(NaiveKernel(move: Self.stanley), Self.target) == [])
        #expect(KernelChecks.wrongMoments(NaiveKernel(move: Self.hmc), Self.target) == [])
    }

    /// Whether the moments of one of the densities give a kernel away.
    private static func movesMoments(temperature: Double = 1, _ kernel: (PairPotential) -> some TransitionKernel) -> Bool {
        PairPotential.Density.allCases.contains { density in
            let potential = PairPotential(density: density, temperature: temperature)
            return KernelChecks.wrongMoments(kernel(potential), potential) != []
        }
    }

    @Test(arguments: ReferenceLangevin.Fault.allCases)
    func `a wrong proposal or ratio is found by its decisions and by its moments`(fault: ReferenceLangevin.Fault) {
        let right = fault == .missingTemperature ? Self.warm : Self.stanley
        var wrong = right
        wrong.fault = fault
        #expect(KernelChecks.wrongDecisions(NaiveKernel(move: wrong), right) > 0)
        let isFound = Self.movesMoments(temperature: right.temperature) { potential in
            var move = wrong
            move.potential = potential
            return NaiveKernel(move: move)
        }
        #expect(isFound)
    }

    /// Trajectories that run uphill keep volume and can be reversed: they waste time, but accepted by the right energies the law is right.
    @Test(arguments: ReferenceHMC.Fault.allCases)
    func `a wrong trajectory is found by its decisions, and by its moments where it changes the law`(fault: ReferenceHMC.Fault) {
        var wrong = Self.hmc
        wrong.fault = fault
        #expect(KernelChecks.wrongDecisions(NaiveKernel(move: wrong), Self.hmc) > 0)
        let isFound = Self.movesMoments { potential in
            var move = wrong
            move.potential = potential
            return NaiveKernel(move: move)
        }
        #expect(isFound == (fault != .kickUphill))
    }

    @Test(arguments: NaiveKernel<ReferenceLangevin>.Fault.allCases)
    func `a wrong use of random numbers or of the cache is found by its decisions`(fault: NaiveKernel<ReferenceLangevin>.Fault) {
        #expect(KernelChecks.wrongDecisions(NaiveKernel(move: Self.stanley, fault: fault), Self.stanley) > 0)
    }
}

import Numerics
import Sampling
import Testing

struct DiagnosticWindowTests {
    private static func noise(_ draw: Int) -> ChainNoise {
        ChainNoise(seed: 9, motion: .diagnosticMotion, decisions: .diagnosticDecision, step: draw, index: 4)
    }

    private static let potential = GaussianPotential(mean: [1, -1], precision: 2)

    private static func buffers(_ kernel: some TransitionKernel, chains: Int) -> ChainBuffers {
        let buffers = ChainBuffers(chains: chains, dimension: 2, scratch: kernel.scratchTiles)
        RandomStream(seed: 3, purpose: .test, step: 0, index: 0).fillNormals(buffers.positions)
        return buffers
    }

    /// What the window records of each draw, from runs of the kernel that know nothing of it.
    private static func expect(_ kernel: some TransitionKernel) {
        let (chains, draws, thin) = (5, 4, 3)
        let functionals = ChainFunctionals(dimension: 2, seed: 1)
        let (recorded, plain) = (Self.buffers(kernel, chains: chains), Self.buffers(kernel, chains: chains))
        let window = DiagnosticWindow(draws: draws, thin: thin, functionals: functionals, kernel: kernel)
        let width = kernel.hasTrajectories ? 6 : 5
        let values = window.record(recorded, in: potential) { draw, onState in
            kernel.run(recorded, steps: thin, noise: noise(draw), in: potential, onState: onState)
        }.values
        #expect(functionals.names == ["energy", "x1", "x2"] && values.count == chains * draws * width)
        var accepted = 0.0
        for draw in 0..<draws {
            let before = plain.positions.values
            let info = kernel.run(plain, steps: thin, noise: noise(draw), in: potential)
            let here = (0..<chains).map { Array(values[($0 * draws + draw) * width..<($0 * draws + draw + 1) * width]) }
            for chain in 0..<chains {
                let x = plain.positions.rows(chain..<chain + 1).values.map { Double($0) }
                #expect(Array(here[chain][1...2]) == x)
                #expect(here[chain][0] == Double(Float(potential.energy(x))))
                let (dx, dy) = (x[0] - Double(before[2 * chain]), x[1] - Double(before[2 * chain + 1]))
                #expect(abs(here[chain][3] - (dx * dx + dy * dy).squareRoot()) < 1e-6)
            }
            accepted = here.reduce(0) { $0 + $1[4] } * Double(thin)
            #expect(abs(accepted - Double(kernel.countsMoves ? info.accepted! : chains * thin)) < 1e-9)
            if kernel.hasTrajectories {
                for chain in 0..<chains { #expect(here[chain][5] == Double(info.diverged.count { $0 == chain })) }
            }
        }
        #expect(recorded.positions.values == plain.positions.values)
    }

    @Test func `a window records the states, energies, displacements and moves of the kernel's own run`() {
        Self.expect(Langevin(stepSize: 0.1, noise: 0.4))
        // Long steps, of which some are rejected.
        Self.expect(MALA(stepSize: 0.9))
        Self.expect(HMC(stepSize: 1.1, leapfrogSteps: 3))
        Self.expect(Underdamped(stepSize: 0.3, friction: 1))
        Self.expect(NUTS(stepSize: 0.8, maximumDepth: 3))
        // Trajectories that diverge.
        Self.expect(HMC(stepSize: 20, leapfrogSteps: 3))
        Self.expect(NUTS(stepSize: 20, maximumDepth: 3))
    }

    @Test func `The values of small states have the names of their columns`() {
        #expect(ChainFunctionals(dimension: 2, columns: ["age", "income"], seed: 1).names == ["energy", "age", "income"])
        #expect(ChainFunctionals(dimension: 64, columns: (0..<64).map { "c\($0)" }, seed: 1).names.last == "c63")
        #expect(
            ChainFunctionals(dimension: 65, columns: (0..<65).map { "c\($0)" }, seed: 1).names.prefix(3) == [
                "energy", "mean", "projection0",
            ])
    }

    @Test func `large states are seen through their mean and projections of length one`() {
        let functionals = ChainFunctionals(dimension: 50, seed: 1)
        #expect(functionals.names.count == 10 && !functionals.holdsStates)
        let ones = Matrix(rows: 1, columns: 50)
        ones.fill(2)
        let values = functionals.values(of: ones, energy: 3)
        #expect(values[0] == 3 && values[1] == 2)
        // The squares of what unit vectors see are the squares of the directions' parts: all of them together see each direction.
        for direction in 0..<8 {
            let squares = (0..<50).reduce(0.0) { sum, column in
                let unit = Matrix(rows: 1, columns: 50)
                unit.fill(0)
                unit[0, column] = 1
                let part = functionals.values(of: unit, energy: 0)[2 + direction]
                return sum + part * part
            }
            #expect(abs(squares - 1) < 1e-5)
        }
        #expect(Set(values[2...]).count == 8)
    }
}

import Numerics
import Sampling

/// A tile of chains that are moved along a path by Hamiltonian Monte Carlo.
final class AnnealingMoves {
    private let seed: UInt64
    private let index: Int
    private let leapfrogSteps: Int
    private let potential: AnnealedPotential
    private let buffers: ChainBuffers
    private var moved = 0

    /// - Parameter index: tells this tile's random numbers from those of others.
    init(chains: Int, leapfrogSteps: Int, seed: UInt64, index: Int, _ potential: AnnealedPotential) {
        (self.leapfrogSteps, self.seed, self.index, self.potential) = (leapfrogSteps, seed, index, potential)
        let kernel = HMC(stepSize: 1, leapfrogSteps: leapfrogSteps)
        buffers = ChainBuffers(chains: chains, dimension: potential.dimension, scratch: kernel.scratchTiles)
    }

    var positions: Matrix { buffers.positions }

    /// Standard normal coordinates: draws of the simple density.
    func start() {
        RandomStream(seed: seed, purpose: .annealingStart, step: 0, index: index).fillNormals(buffers.positions)
    }

    /// F where the chains stand.
    func excess() -> [Double] {
        potential.evaluate(buffers.positions, energies: buffers.energies, gradient: buffers.gradient)
        return Array(potential.excess.prefix(buffers.positions.rows))
    }

    /// One move at a share. - Returns: F where the chains stood before, and how many of them accepted.
    func move(share: Double, stepSize: Float) -> (excess: [Double], accepted: Int) {
        potential.share = Float(share)
        let kernel = HMC(stepSize: stepSize, leapfrogSteps: leapfrogSteps, hasRandomLength: true)
        let noise = ChainNoise(seed: seed, motion: .annealingMotion, decisions: .annealingDecision, step: moved, index: index)
        moved += 1
        var state = kernel.initialState(buffers, in: potential)
        let excess = potential.excess.prefix(buffers.positions.rows)
        return (Array(excess), kernel.step(&state, index: 0, noise: noise, in: potential).accepted ?? 0)
    }
}

import Numerics

/// Langevin dynamics at T = 1 with a step size for each chain: x_i <- x_i - a_i ∇E(x_i) + √(2 a_i) ξ_i.
///
/// For chains whose energies differ in curvature, as posteriors of different rows do. A step costs one forward and one input-gradient pass.
public struct RowwiseLangevin: UnadjustedKernel {
    /// a_i, one for each chain.
    public let stepSizes: [Float]

    public init(stepSizes: [Float]) { self.stepSizes = stepSizes }

    public var temperature: Float { 1 }

    public var samplesTarget: Bool { true }

    /// The normal numbers.
    public var scratchTiles: Int { 1 }

    public func energyEvaluations(steps: Int) -> Double { Double(steps) }

    public func scaled(by factor: Float) -> RowwiseLangevin { RowwiseLangevin(stepSizes: stepSizes.map { factor * $0 }) }

    public func step(_ state: inout TileState, index: Int, noise: ChainNoise, in potential: some Potential) -> MoveInfo {
        let (x, gradient, normals) = (state.buffers.positions, state.buffers.gradient, state.buffers.scratch[0])
        potential.evaluate(x, energies: state.buffers.energies, gradient: gradient)
        let squared = RowSums.squares(gradient)
        noise.motion.fillNormals(normals, from: index * RandomStream.draws(for: normals.count))
        for row in 0..<x.rows {
            let (range, stepSize) = (row..<row + 1, stepSizes[row])
            let amplitude = Langevin.properNoise(stepSize: stepSize, temperature: 1)
            let (own, slope, normal) = (x.rows(range), gradient.rows(range), normals.rows(range))
            slope.combine(slope, normal) { amplitude * $1 - stepSize * $0 }
            own.combine(own, slope) { $0 + $1 }
        }
        return MoveInfo(squaredGradient: squared)
    }
}

import Numerics

/// The stochastic Heun method: y = x - a ∇E(x) + σ ξ, then x <- clamp(x - (a/2)(∇E(x) + ∇E(y)) + σ ξ) with the same ξ.
///
/// With σ = √(2 a T) the bias of the stationary law exp(-E/T) is of order a², one better than Langevin dynamics (weak order 2 for noise that
/// does not depend on the state). A step costs two forward and input-gradient passes.
///
/// Source: P. Kloeden, E. Platen, doi:10.1007/978-3-662-12616-5, chapter 15.
public struct Heun: UnadjustedKernel {
    /// a
    public private(set) var stepSize: Float
    /// σ
    public private(set) var noise: Float
    /// T
    public let temperature: Float
    /// Positions are clamped to this range after every step.
    public var box: ClosedRange<Float>?

    /// - Parameter noise: as for ``Langevin``.
    public init(stepSize: Float, noise: Float?, temperature: Float = 1, box: ClosedRange<Float>? = nil) {
        self.stepSize = stepSize
        self.noise = noise ?? Langevin.properNoise(stepSize: stepSize, temperature: temperature)
        self.temperature = noise.map { Langevin.temperature(ofNoise: $0, stepSize: stepSize) } ?? temperature
        self.box = box
    }

    /// The point y, gradient and energy there.
    public var scratchTiles: Int { 3 }

    public var samplesTarget: Bool { noise > 0 }

    public var diffusion: Diffusion? { Diffusion(stepSize: stepSize, noise: noise) }

    public func energyEvaluations(steps: Int) -> Double { 2 * Double(steps) }

    public func scaled(by factor: Float) -> Heun {
        var scaled = self
        scaled.stepSize *= factor
        scaled.noise *= factor.squareRoot()
        return scaled
    }

    public func step(_ state: inout TileState, index: Int, noise: ChainNoise, in potential: some Potential) -> MoveInfo {
        let (x, gradient) = (state.buffers.positions, state.buffers.gradient)
        let (y, slope) = (state.buffers.scratch[0], state.buffers.scratch[1])
        let energies = state.buffers.scratch[2].view(from: 0, rows: x.rows, columns: 1)
        let firstGroup = index * TilePass.groups(of: x)
        y.copy(from: x)
        potential.evaluate(x, energies: state.buffers.energies, gradient: gradient)
        let squared = LangevinUpdate.move(
            y, gradient: gradient, stepSize: stepSize, clip: nil, noise: self.noise, stream: noise.motion, firstGroup: firstGroup, box: nil)
        // The energies of y are of no use: they go into a column of a tile that holds nothing.
        potential.evaluate(y, energies: energies, gradient: slope)
        let (half, deviation, walls) = (Lanes(repeating: -stepSize / 2), Lanes(repeating: self.noise), Walls(box))
        TilePass.diffuse(x, gradient, slope, stream: noise.motion, firstGroup: firstGroup) { x, g, slope, normal in
            walls.clamp(x.addingProduct(half, g + slope).addingProduct(deviation, normal))
        }
        return MoveInfo(squaredGradient: squared)
    }
}

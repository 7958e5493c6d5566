import Numerics

/// Proximal (implicit) Langevin dynamics: x <- clamp(argmin_y E(y) + |y - v|²/(2a)), v = x + σ ξ.
///
/// The minimum satisfies y = v - a ∇E(y), which is found by J fixed-point iterations from y = v; they converge where a times the largest
/// curvature of E is below 1. Implicit steps contract where explicit ones overshoot: on a Gaussian of precision k the exact step has the
/// variance (T/k) / (1 + a k/2), too small where Langevin dynamics is too wide. A step costs J forward and input-gradient passes.
///
/// Source: M. Pereyra, arXiv:1306.0187; A. Wibisono, arXiv:1802.08089 (the implicit step).
public struct ProximalLangevin: UnadjustedKernel {
    /// a
    public private(set) var stepSize: Float
    /// σ
    public private(set) var noise: Float
    /// T
    public let temperature: Float
    /// J
    public var iterations: Int
    /// Positions are clamped to this range after every step.
    public var box: ClosedRange<Float>?

    /// - Parameter noise: as for ``Langevin``.
    public init(stepSize: Float, noise: Float?, temperature: Float = 1, iterations: Int, box: ClosedRange<Float>? = nil) {
        precondition(iterations > 0, "the fixed point takes at least one iteration")
        self.stepSize = stepSize
        self.noise = noise ?? Langevin.properNoise(stepSize: stepSize, temperature: temperature)
        self.temperature = noise.map { Langevin.temperature(ofNoise: $0, stepSize: stepSize) } ?? temperature
        self.iterations = iterations
        self.box = box
    }

    /// The point v.
    public var scratchTiles: Int { 1 }

    public var samplesTarget: Bool { noise > 0 }

    public var diffusion: Diffusion? { Diffusion(stepSize: stepSize, noise: noise) }

    public func energyEvaluations(steps: Int) -> Double { Double(iterations * steps) }

    public func scaled(by factor: Float) -> ProximalLangevin {
        var scaled = self
        scaled.stepSize *= factor
        scaled.noise *= factor.squareRoot()
        return scaled
    }

    /// `squaredGradient` is that at v.
    public func step(_ state: inout TileState, index: Int, noise: ChainNoise, in potential: some Potential) -> MoveInfo {
        let (x, gradient, start) = (state.buffers.positions, state.buffers.gradient, state.buffers.scratch[0])
        LangevinUpdate.diffuse(
            x, noise: self.noise, stream: noise.motion, firstGroup: index * TilePass.groups(of: x), box: nil)
        start.copy(from: x)
        let (step, walls) = (Lanes(repeating: -stepSize), Walls(box))
        var squared = 0.0
        for iteration in 0..<iterations {
            potential.evaluate(x, energies: state.buffers.energies, gradient: gradient)
            if iteration == 0 { squared = RowSums.squares(gradient) }
            TilePass.map(x, start, gradient) { _, start, g in start.addingProduct(step, g) }
        }
        walls.clamp(x)
        return MoveInfo(squaredGradient: squared)
    }
}

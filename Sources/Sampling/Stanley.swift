import Numerics

/// STANLEY, anisotropic Langevin dynamics: x <- clamp(x - h a d(γ) ∇E(x) + σ s(γ) ξ), γ = th / max(th, |∇E(x)|), h = ½ or 1.
///
/// The source has a = 1 and σ = ε. γ shortens drift and noise where the energy is steep: with d(γ) = γ no value moves further than h a th by the
/// drift, with d = 1 the drift is Langevin's and the noise alone is shortened. With th = ∞ this is Langevin dynamics of step size h a. γ depends on the state and there is no accept step: even for small steps the
/// stationary law is not exp(-E/T); ``MALA`` of the same anisotropy has it exactly. One step costs one forward and one input-gradient pass.
///
/// Source: B. Karimi, J. Xie, P. Li, arXiv:2310.12667. Algorithm, text and code of the source differ: see ``Options``.
public struct Stanley: UnadjustedKernel {
    /// a
    public private(set) var stepSize: Float
    /// σ
    public private(set) var noise: Float
    /// T
    public let temperature: Float
    public let options: Options
    /// Positions are clamped to this range after every move.
    public var box: ClosedRange<Float>?

    /// - Parameter noise: as for ``Langevin``; h a is the factor of the gradient.
    public init(stepSize: Float = 1, noise: Float?, temperature: Float = 1, options: Options, box: ClosedRange<Float>? = nil) {
        self.stepSize = stepSize
        self.noise = noise ?? options.properNoise(stepSize: stepSize, temperature: temperature)
        self.temperature = noise.map { Langevin.temperature(ofNoise: $0, stepSize: options.drift * stepSize) } ?? temperature
        self.options = options
        self.box = box
    }

    /// The factors γ.
    public var scratchTiles: Int { 1 }

    /// γ depends on the state.
    public var samplesTarget: Bool { false }

    public var driftLimit: Float? { options.driftLimit(stepSize: stepSize) }

    public func energyEvaluations(steps: Int) -> Double { Double(steps) }

    public func scaled(by factor: Float) -> Stanley {
        var scaled = self
        scaled.stepSize *= factor
        scaled.noise *= factor.squareRoot()
        return scaled
    }

    public func step(_ state: inout TileState, index: Int, noise: ChainNoise, in potential: some Potential) -> MoveInfo {
        let (x, gradient, factors) = (state.buffers.positions, state.buffers.gradient, state.buffers.scratch[0])
        potential.evaluate(x, energies: state.buffers.energies, gradient: gradient)
        if index == 0 || options.recomputation == .everyStep { options.scale.fill(factors, gradient: gradient) }
        let move = AnisotropicMove(
            stepSize: options.drift * stepSize, noise: self.noise, driftScaling: options.driftScaling, noiseScaling: options.noiseScaling)
        move.apply(to: x, gradient: gradient, factors: factors, stream: noise.motion, firstGroup: index * TilePass.groups(of: x))
        Walls(box).clamp(x)
        return MoveInfo(squaredGradient: RowSums.squares(gradient))
    }
}

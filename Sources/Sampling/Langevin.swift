import Numerics

/// Unadjusted Langevin dynamics: x <- x - a clip(∇E(x)) + σ ξ, ξ ~ N(0, I), kept in a box where one is given.
///
/// With σ = √(2 a T) the chain samples exp(-E/T) up to a bias of order a; any other σ is a decoupled recipe, as most published image
/// models use. One step costs one forward and one input-gradient pass.
///
/// Source: G. Parisi, Nuclear Physics B 180 (1981), 378; the decoupled form: E. Nijkamp et al., arXiv:1904.09770.
public struct Langevin: UnadjustedKernel {
    /// a, the factor of the gradient.
    public private(set) var stepSize: Float
    /// σ, the standard deviation of the noise of one step.
    public private(set) var noise: Float
    /// T
    public let temperature: Float
    /// Each element of the gradient is clipped to ±gradientClip.
    public var gradientClip: Float?
    /// Adds the noise before the gradient is evaluated (IGEBM, arXiv:1903.08689) instead of after.
    public var noiseFirst: Bool
    /// Positions are clamped to this range after every move.
    public var box: ClosedRange<Float>?

    /// - Parameters:
    ///   - noise: σ, from which the temperature follows; nil: the one that is proper for `temperature`.
    public init(
        stepSize: Float, noise: Float?, temperature: Float = 1, gradientClip: Float? = nil, noiseFirst: Bool = false,
        box: ClosedRange<Float>? = nil
    ) {
        self.stepSize = stepSize
        self.noise = noise ?? Self.properNoise(stepSize: stepSize, temperature: temperature)
        self.temperature = noise.map { Self.temperature(ofNoise: $0, stepSize: stepSize) } ?? temperature
        self.gradientClip = gradientClip
        self.noiseFirst = noiseFirst
        self.box = box
    }

    /// σ = √(2 a T): the noise for which the chain samples exp(-E/T).
    public static func properNoise(stepSize: Float, temperature: Float) -> Float { (2 * stepSize * temperature).squareRoot() }

    /// T = σ²/(2 a): the temperature for which a noise is proper.
    static func temperature(ofNoise noise: Float, stepSize: Float) -> Float { noise * noise / (2 * stepSize) }

    public var scratchTiles: Int { 0 }

    /// A clipped gradient is that of no energy.
    public var samplesTarget: Bool { noise > 0 && gradientClip == nil }

    public var diffusion: Diffusion? { Diffusion(stepSize: stepSize, noise: noise, clip: gradientClip) }

    public var driftLimit: Float? { gradientClip.map { stepSize * $0 } }

    public func energyEvaluations(steps: Int) -> Double { Double(steps) }

    public func scaled(by factor: Float) -> Langevin {
        var scaled = self
        scaled.stepSize *= factor
        scaled.noise *= factor.squareRoot()
        return scaled
    }

    public func step(_ state: inout TileState, index: Int, noise: ChainNoise, in potential: some Potential) -> MoveInfo {
        let (x, gradient, stream) = (state.buffers.positions, state.buffers.gradient, noise.motion)
        let firstGroup = index * TilePass.groups(of: x)
        if noiseFirst { LangevinUpdate.diffuse(x, noise: self.noise, stream: stream, firstGroup: firstGroup, box: box) }
        potential.evaluate(x, energies: state.buffers.energies, gradient: gradient)
        let squared = LangevinUpdate.move(
            x, gradient: gradient, stepSize: stepSize, clip: gradientClip, noise: noiseFirst ? 0 : self.noise, stream: stream,
            firstGroup: firstGroup, box: box)
        return MoveInfo(squaredGradient: squared)
    }
}

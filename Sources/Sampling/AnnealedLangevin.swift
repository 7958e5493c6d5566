import Numerics

/// Langevin dynamics along a schedule: step k is x <- clamp(x - a_k ∇E(x) + σ_k ξ).
///
/// From hot to cold the chains cross barriers first and settle into modes last. A step costs one forward and one input-gradient pass.
///
/// Source: S. Kirkpatrick et al., doi:10.1126/science.220.4598.671; with Langevin steps Y. Song, S. Ermon, arXiv:1907.05600.
public struct AnnealedLangevin: UnadjustedKernel {
    /// One step of the schedule.
    public struct Level: Sendable, Hashable {
        /// a_k
        public var stepSize: Float
        /// σ_k
        public var noise: Float

        public init(stepSize: Float, noise: Float) {
            self.stepSize = stepSize
            self.noise = noise
        }
    }

    /// Step k takes level k, every later step the last one.
    public let levels: [Level]
    /// T, of the last level.
    public let temperature: Float
    /// Positions are clamped to this range after every move.
    public let box: ClosedRange<Float>?

    /// - Parameter temperature: that of the last level; nil: the one for which its noise is proper.
    public init(levels: [Level], temperature: Float? = nil, box: ClosedRange<Float>? = nil) {
        precondition(!levels.isEmpty, "a schedule has at least one level")
        let last = levels[levels.count - 1]
        self.levels = levels
        self.temperature = temperature ?? Langevin.temperature(ofNoise: last.noise, stepSize: last.stepSize)
        self.box = box
    }

    /// The `geometric` schedule that ends as a plain kernel.
    public init(to end: Langevin, hot: Float, steps: Int) {
        self.init(
            levels: Self.geometric(stepSize: end.stepSize, noise: end.noise, hot: hot, steps: steps), temperature: end.temperature,
            box: end.box)
    }

    /// Temperatures τ T that fall geometrically from τ = `hot` to 1 over `steps` steps, with step sizes in proportion, so that every step is as
    /// stable and as exact as the last: a_k = τ_k a, and σ_k = τ_k σ, which is √(2 a_k τ_k T) where σ is √(2 a T).
    public static func geometric(stepSize: Float, noise: Float, hot: Float, steps: Int) -> [Level] {
        let logarithm = VectorMath.log(hot)
        return (0..<max(1, steps)).map { step in
            let left = steps > 1 ? 1 - Float(step) / Float(steps - 1) : 0
            let factor = VectorMath.exp(left * logarithm)
            return Level(stepSize: factor * stepSize, noise: factor * noise)
        }
    }

    public var scratchTiles: Int { 0 }

    /// Every run begins hot: what chains have at its end is a law of the schedule.
    public var samplesTarget: Bool { false }

    public func energyEvaluations(steps: Int) -> Double { Double(steps) }

    public func scaled(by factor: Float) -> AnnealedLangevin {
        let root = factor.squareRoot()
        return AnnealedLangevin(
            levels: levels.map { Level(stepSize: factor * $0.stepSize, noise: root * $0.noise) }, temperature: temperature, box: box)
    }

    public func after(steps: Int) -> AnnealedLangevin {
        AnnealedLangevin(levels: Array(levels.dropFirst(min(steps, levels.count - 1))), temperature: temperature, box: box)
    }

    public func step(_ state: inout TileState, index: Int, noise: ChainNoise, in potential: some Potential) -> MoveInfo {
        let level = levels[min(index, levels.count - 1)]
        let (x, gradient) = (state.buffers.positions, state.buffers.gradient)
        potential.evaluate(x, energies: state.buffers.energies, gradient: gradient)
        let squared = LangevinUpdate.move(
            x, gradient: gradient, stepSize: level.stepSize, clip: nil, noise: level.noise, stream: noise.motion,
            firstGroup: index * TilePass.groups(of: x), box: box)
        return MoveInfo(squaredGradient: squared)
    }
}

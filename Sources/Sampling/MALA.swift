import Numerics

/// The Metropolis-adjusted Langevin algorithm: proposal x' = x - a ∇E(x) + √(2 a T) ξ, accepted such that chains have exactly exp(-E/T).
///
/// log α = (E(x) - E(x'))/T + log q(x|x') - log q(x'|x). A step costs one forward and one input-gradient pass, a run one more. In a box the
/// target is exp(-E/T) inside and zero outside.
///
/// With an anisotropy it is STANLEY with an accept step: x' ~ N(x - h a d(γ) ∇E(x), 2 h a T s(γ)²), γ = γ(x), where log q contains -Σ log s(γ). The
/// source's form is a = 1, T = ε². γ is computed at every step: with a γ that is kept from earlier the first move could not be reversed.
///
/// Source: G. Roberts, R. Tweedie, doi:10.2307/3318418; acceptance of .574 is best in many dimensions (G. Roberts, J. Rosenthal,
/// doi:10.1111/1467-9868.00123). B. Karimi, J. Xie, P. Li, arXiv:2310.12667, whose ergodicity theorem is of the anisotropic kernel.
public struct MALA: TransitionKernel {
    /// a
    public var stepSize: Float
    /// T
    public var temperature: Float
    /// γ, d, s and h; nil: 1 for each.
    public let anisotropy: Stanley.Options?
    public var box: ClosedRange<Float>?

    public init(stepSize: Float, temperature: Float = 1, anisotropy: Stanley.Options? = nil, box: ClosedRange<Float>? = nil) {
        precondition(anisotropy.map { $0.recomputation == .everyStep } ?? true, "an accept step needs γ at both ends of every move")
        self.stepSize = stepSize
        self.temperature = temperature
        self.anisotropy = anisotropy
        self.box = box
    }

    public var scratchTiles: Int { AdjustedMove.scratchTiles(isAnisotropic: anisotropy != nil) }

    public var bestAcceptance: Double? { 0.574 }

    public var samplesTarget: Bool { true }

    public var diffusion: Diffusion? {
        anisotropy != nil ? nil : Diffusion(stepSize: stepSize, noise: Langevin.properNoise(stepSize: stepSize, temperature: temperature))
    }

    public var driftLimit: Float? { anisotropy.flatMap { $0.driftLimit(stepSize: stepSize) } }

    public func energyEvaluations(steps: Int) -> Double { Double(steps + 1) }

    public func scaled(by factor: Float) -> MALA {
        var scaled = self
        scaled.stepSize *= factor
        return scaled
    }

    public func stepLimit(values: Int) -> Int { AdjustedMove.stepLimit(values: values) }

    /// Energies and gradient are those at the chains' positions.
    public struct State {
        public let buffers: ChainBuffers
    }

    public typealias Info = AcceptInfo

    public func initialState(_ buffers: ChainBuffers, in potential: some Potential) -> State {
        precondition(buffers.positions.columns == potential.dimension, "chains and energy differ in dimension")
        move.metropolis.start(buffers, in: potential)
        return State(buffers: buffers)
    }

    public func step(_ state: inout State, index: Int, noise: ChainNoise, in potential: some Potential) -> AcceptInfo {
        move.step(state.buffers, index: index, noise: noise, in: potential)
    }

    private var move: AdjustedMove {
        AdjustedMove(
            stepSize: (anisotropy?.drift ?? 1) * stepSize, temperature: temperature, anisotropy: anisotropy, box: box)
    }
}

import Numerics

/// STANLEY with an accept step, so that chains have exactly exp(-E/T) in spite of a γ that depends on the state.
///
/// Proposal x' ~ N(x - h a γ ∇E(x), 2 h a T s(γ)²), γ = γ(x); log α = (E(x) - E(x'))/T + log q(x|x') - log q(x'|x), where log q contains
/// -Σ log s(γ). The source's form is a = 1, T = ε². With th = ∞ this is ``MALA`` of step size h a. γ is computed at every step: with a γ that is
/// kept from earlier the first move could not be reversed. A step costs one forward and one input-gradient pass, a run one more.
///
/// Source: B. Karimi, J. Xie, P. Li, arXiv:2310.12667, whose ergodicity theorem is of this kernel.
public struct AdjustedStanley: TransitionKernel {
    /// a
    public var stepSize: Float
    /// T
    public var temperature: Float
    public let options: Stanley.Options
    public var box: ClosedRange<Float>?

    public init(stepSize: Float = 1, temperature: Float = 1, options: Stanley.Options, box: ClosedRange<Float>? = nil) {
        precondition(options.recomputation == .everyStep, "an accept step needs γ at both ends of every move")
        self.stepSize = stepSize
        self.temperature = temperature
        self.options = options
        self.box = box
    }

    public var scratchTiles: Int { AdjustedMove.scratchTiles(isAnisotropic: true) }

    public var hasAcceptStep: Bool { true }

    public func energyEvaluations(steps: Int) -> Double { Double(steps + 1) }

    public func scaled(by factor: Float) -> AdjustedStanley {
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
            stepSize: options.drift * stepSize, noise: options.properNoise(stepSize: stepSize, temperature: temperature),
            temperature: temperature, scale: options.scale, scaling: options.noiseScaling, box: box)
    }
}

import Numerics

/// The Metropolis-adjusted Langevin algorithm: proposal x' = x - a ∇E(x) + √(2 a T) ξ, accepted such that chains have exactly exp(-E/T).
///
/// log α = (E(x) - E(x'))/T + log q(x|x') - log q(x'|x). A step costs one forward and one input-gradient pass, a run one more. In a box the
/// target is exp(-E/T) inside and zero outside.
///
/// Source: G. Roberts, R. Tweedie, doi:10.2307/3318418; acceptance of .574 is best in many dimensions (G. Roberts, J. Rosenthal,
/// doi:10.1111/1467-9868.00123).
public struct MALA: TransitionKernel {
    /// a
    public var stepSize: Float
    /// T
    public var temperature: Float
    public var box: ClosedRange<Float>?

    public init(stepSize: Float, temperature: Float = 1, box: ClosedRange<Float>? = nil) {
        self.stepSize = stepSize
        self.temperature = temperature
        self.box = box
    }

    public static let bestAcceptance = 0.574

    public var scratchTiles: Int { AdjustedMove.scratchTiles(isAnisotropic: false) }

    public var hasAcceptStep: Bool { true }

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
            stepSize: stepSize, noise: Langevin.properNoise(stepSize: stepSize, temperature: temperature), temperature: temperature,
            box: box)
    }
}

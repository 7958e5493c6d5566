import Numerics

/// Underdamped (kinetic) Langevin dynamics, dx = v dt, dv = -∇E dt - γ v dt + √(2 γ T) dW, by the BAOAB splitting.
///
/// B: v <- v - (h/2)∇E(x); A: x <- x + (h/2) v; O: v <- c v + √(T (1 - c²)) ξ, c = e^(-γ h); then A and B again. The stationary law of x is
/// exp(-E/T) up to a bias of order h², on a Gaussian exactly. Velocities are no part of a chain: each run begins with fresh ones from N(0, T I).
/// A step costs one forward and one input-gradient pass, a run one more.
///
/// Source: B. Leimkuhler, C. Matthews, arXiv:1203.5428.
public struct Underdamped: TransitionKernel {
    /// h
    public var stepSize: Float
    /// γ
    public var friction: Float
    /// T
    public var temperature: Float
    /// Positions are clamped to this range after every step.
    public var box: ClosedRange<Float>?

    public init(stepSize: Float, friction: Float, temperature: Float = 1, box: ClosedRange<Float>? = nil) {
        self.stepSize = stepSize
        self.friction = friction
        self.temperature = temperature
        self.box = box
    }

    /// The velocities.
    public var scratchTiles: Int { 1 }

    public var bestAcceptance: Double? { nil }

    public var samplesTarget: Bool { temperature > 0 }

    public func energyEvaluations(steps: Int) -> Double { Double(steps + 1) }

    public func scaled(by factor: Float) -> Underdamped {
        var scaled = self
        scaled.stepSize *= factor
        return scaled
    }

    /// The step is a time.
    public func scaled(toVariance ratio: Float) -> Underdamped { scaled(by: ratio.squareRoot()) }

    /// The first groups of a stream are the velocities.
    public func stepLimit(values: Int) -> Int { TilePass.stepLimit(values: values) - 1 }

    /// The gradient is that at the chains' positions.
    public struct State {
        public let buffers: ChainBuffers
    }

    public typealias Info = MoveInfo

    /// The first step draws the velocities.
    public func initialState(_ buffers: ChainBuffers, in potential: some Potential) -> State {
        precondition(buffers.positions.columns == potential.dimension, "chains and energy differ in dimension")
        potential.evaluate(buffers.positions, energies: buffers.energies, gradient: buffers.gradient)
        return State(buffers: buffers)
    }

    public func step(_ state: inout State, index: Int, noise: ChainNoise, in potential: some Potential) -> MoveInfo {
        let (x, gradient, v) = (state.buffers.positions, state.buffers.gradient, state.buffers.scratch[0])
        let groups = TilePass.groups(of: x)
        if index == 0 {
            v.fill(0)
            LangevinUpdate.diffuse(v, noise: temperature.squareRoot(), stream: noise.motion, firstGroup: 0, box: nil)
        }
        let squared = RowSums.squares(gradient)
        let (kick, drift) = (Lanes(repeating: -stepSize / 2), Lanes(repeating: stepSize / 2))
        let decay = VectorMath.exp(-friction * stepSize)
        let (memory, deviation) = (Lanes(repeating: decay), Lanes(repeating: (temperature * ((1 - decay) * (1 + decay))).squareRoot()))
        let walls = Walls(box)
        TilePass.map(v, gradient) { v, g in v.addingProduct(kick, g) }
        TilePass.map(x, v) { x, v in x.addingProduct(drift, v) }
        TilePass.diffuse(v, v, v, stream: noise.motion, firstGroup: (index + 1) * groups) { v, _, _, normal in
            (memory * v).addingProduct(deviation, normal)
        }
        TilePass.map(x, v) { x, v in walls.clamp(x.addingProduct(drift, v)) }
        potential.evaluate(x, energies: state.buffers.energies, gradient: gradient)
        TilePass.map(v, gradient) { v, g in v.addingProduct(kick, g) }
        return MoveInfo(squaredGradient: squared)
    }
}

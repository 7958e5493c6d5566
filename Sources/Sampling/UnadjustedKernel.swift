import Numerics

/// A kernel that moves every chain, by one stream of noise, and evaluates the gradient in its steps alone: nothing is spent before the first.
public protocol UnadjustedKernel: TransitionKernel where State == TileState, Info == MoveInfo {}

/// A tile of chains of which nothing is remembered but the positions.
public struct TileState {
    public let buffers: ChainBuffers
}

/// What a step reports that moves every chain.
public struct MoveInfo: StepInfo {
    public let squaredGradient: Double
}

extension UnadjustedKernel {
    public var bestAcceptance: Double? { nil }

    public func stepLimit(values: Int) -> Int { TilePass.stepLimit(values: values) }

    public func initialState(_ buffers: ChainBuffers, in potential: some Potential) -> TileState {
        precondition(buffers.positions.columns == potential.dimension, "chains and energy differ in dimension")
        return TileState(buffers: buffers)
    }
}

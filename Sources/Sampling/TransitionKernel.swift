import Numerics

/// One step of a Markov chain for a whole tile of chains.
///
/// Every sampler has the same parts in the same order: `State` (what a chain remembers between steps, the gradient included), `Info` (what a
/// step reports), `initialState`, `step`. States are views of buffers that the caller owns: a step allocates nothing.
public protocol TransitionKernel: Sendable {
    associatedtype State
    associatedtype Info: StepInfo

    /// The state of chains that stand at `buffers.positions`.
    func initialState(_ buffers: ChainBuffers, in potential: some Potential) -> State

    /// Moves every chain by one step.
    /// - Parameters:
    ///   - noise: the random numbers of these chains; step `index` uses its own part of them.
    func step(_ state: inout State, index: Int, noise: RandomStream, in potential: some Potential) -> Info
}

/// What every kernel reports of a step over a tile.
public protocol StepInfo {
    /// Sum over chains of |∇E(x)|² at the position the step started from.
    var squaredGradient: Double { get }
    /// Accepted moves divided by proposed ones; nil where the kernel always moves.
    var acceptance: Double? { get }
}

/// The buffers of a tile of chains: positions, energies and gradients, made once and used in every step.
public struct ChainBuffers: Sendable {
    /// rows x dimension
    public let positions: Matrix
    /// rows x 1
    public let energies: Matrix
    /// rows x dimension
    public let gradient: Matrix

    public init(chains: Int, dimension: Int) {
        positions = Matrix(rows: chains, columns: dimension)
        energies = Matrix(rows: chains, columns: 1)
        gradient = Matrix(rows: chains, columns: dimension)
    }
}

extension TransitionKernel {
    /// Runs `steps` steps from `buffers.positions` and leaves the chains' last positions there.
    /// - Returns: the report of the last step; nil for no steps.
    @discardableResult
    public func run(_ buffers: ChainBuffers, steps: Int, noise: RandomStream, in potential: some Potential) -> Info? {
        var state = initialState(buffers, in: potential)
        var last: Info?
        for index in 0..<steps { last = step(&state, index: index, noise: noise, in: potential) }
        return last
    }
}

import Numerics

/// One step of a Markov chain for a whole tile of chains.
///
/// Every sampler has the same parts in the same order: `State` (what a chain remembers between steps, the gradient included), `Info` (what a
/// step reports), `initialState`, `step`. States are views of buffers that the caller owns: a step allocates nothing.
public protocol TransitionKernel: Sendable {
    associatedtype State
    associatedtype Info: StepInfo

    /// Tiles of chains x dimension that a step needs beside positions and gradient: the length of `ChainBuffers.scratch`.
    var scratchTiles: Int { get }

    /// Whether proposals may be rejected, so that `StepInfo.accepted` counts.
    var hasAcceptStep: Bool { get }

    /// Evaluations of energy and gradient that a run of so many steps takes for each chain, the mean where lengths are random.
    func energyEvaluations(steps: Int) -> Double

    /// The same sampler with its step size times a factor and its noise such that the temperature stays.
    func scaled(by factor: Float) -> Self

    /// The same sampler for a target whose variance is `ratio` times as large: step sizes that stand for a variance grow by the ratio, those that
    /// stand for a length or a time by its root.
    func scaled(toVariance ratio: Float) -> Self

    /// The most steps that one `ChainNoise` suffices for, with chains of so many values together.
    func stepLimit(values: Int) -> Int

    /// The state of chains that stand at `buffers.positions`.
    func initialState(_ buffers: ChainBuffers, in potential: some Potential) -> State

    /// Moves every chain by one step.
    /// - Parameters:
    ///   - index: the number of the step since `initialState`.
    ///   - noise: the random numbers of these chains; step `index` uses its own part of them.
    func step(_ state: inout State, index: Int, noise: ChainNoise, in potential: some Potential) -> Info
}

/// What every kernel reports of a step over a tile.
public protocol StepInfo {
    /// Sum over chains of |∇E(x)|² at the position the step started from.
    var squaredGradient: Double { get }
    /// Chains whose proposal was accepted; nil where the kernel always moves.
    var accepted: Int? { get }
    /// Chains whose proposal was not finite and therefore rejected.
    var invalid: Int { get }
}

extension StepInfo {
    public var accepted: Int? { nil }
    public var invalid: Int { 0 }
}

/// What a step reports that moves every chain.
public struct MoveInfo: StepInfo {
    public let squaredGradient: Double
}

/// What a step reports that accepts or rejects a proposal for every chain.
public struct AcceptInfo: StepInfo {
    public let squaredGradient: Double
    public let accepted: Int?
    public let invalid: Int
}

/// The random numbers of a tile of chains: what moves them and what decides about moves, so that a kernel with an accept step has the same noise
/// as the one without.
public struct ChainNoise: Sendable {
    /// Noise and momenta.
    public let motion: RandomStream
    /// Acceptance, lengths of trajectories.
    public let decisions: RandomStream

    public init(motion: RandomStream, decisions: RandomStream) {
        self.motion = motion
        self.decisions = decisions
    }

    /// - Parameters:
    ///   - motion, decisions: two purposes, so that no number serves twice.
    public init(seed: UInt64, motion: RandomPurpose, decisions: RandomPurpose, step: Int, index: Int) {
        precondition(motion != decisions, "motion and decisions need streams of their own")
        self.init(
            motion: RandomStream(seed: seed, purpose: motion, step: step, index: index),
            decisions: RandomStream(seed: seed, purpose: decisions, step: step, index: index))
    }
}

/// The buffers of a tile of chains: positions, energies and gradients, made once and used in every step.
public struct ChainBuffers: Sendable {
    /// rows x dimension
    public let positions: Matrix
    /// rows x 1
    public let energies: Matrix
    /// rows x dimension
    public let gradient: Matrix
    /// Further tiles, rows x dimension, as many as the kernel asks for; nothing in them lasts from one run to the next.
    public let scratch: [Matrix]

    /// - Parameter scratch: `TransitionKernel.scratchTiles`.
    public init(chains: Int, dimension: Int, scratch: Int = 0) {
        positions = Matrix(rows: chains, columns: dimension)
        energies = Matrix(rows: chains, columns: 1)
        gradient = Matrix(rows: chains, columns: dimension)
        self.scratch = (0..<scratch).map { _ in Matrix(rows: chains, columns: dimension) }
    }
}

/// What a run of several steps over a tile reports.
public struct RunInfo: Sendable, Hashable {
    /// Sum over chains of |∇E(x)|² at the position the last step started from.
    public var squaredGradient = 0.0
    /// Accepted moves of all chains and steps; nil where the kernel always moves.
    public var accepted: Int?
    /// Proposals that were not finite.
    public var invalid = 0

    public init() {}

    mutating func add(_ info: some StepInfo) {
        squaredGradient = info.squaredGradient
        if let count = info.accepted { accepted = (accepted ?? 0) + count }
        invalid += info.invalid
    }
}

extension TransitionKernel {
    public func scaled(toVariance ratio: Float) -> Self { scaled(by: ratio) }

    /// Runs `steps` steps from `buffers.positions` and leaves the chains' last positions there.
    @discardableResult
    public func run(_ buffers: ChainBuffers, steps: Int, noise: ChainNoise, in potential: some Potential) -> RunInfo {
        precondition(buffers.scratch.count >= scratchTiles, "\(Self.self) needs \(scratchTiles) tiles of scratch")
        var state = initialState(buffers, in: potential)
        var total = RunInfo()
        for index in 0..<steps { total.add(step(&state, index: index, noise: noise, in: potential)) }
        return total
    }
}

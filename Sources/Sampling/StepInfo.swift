/// What every kernel reports of a step over a tile.
public protocol StepInfo {
    /// Sum over chains of |∇E(x)|² at the position the step started from.
    var squaredGradient: Double { get }
    /// Chains whose proposal was accepted, or that took another state where nothing is proposed; nil where the kernel always moves.
    var accepted: Int? { get }
    /// What the step size is adapted by: Σ over chains of the probability of acceptance, counted where one proposal is decided about, and of trees its mean
    /// over their points; nil where the kernel always moves.
    var acceptance: Double? { get }
    /// Chains whose proposal was not finite and therefore rejected.
    var invalid: Int { get }
    /// Chains whose trajectory diverged: its energy error was above `Leapfrog.largestEnergyError` or not finite.
    var diverged: [Int] { get }
    /// Of the trajectories; nil where they are no trees.
    var trees: TreeCounts? { get }
}

extension StepInfo {
    public var accepted: Int? { nil }
    public var acceptance: Double? { accepted.map { Double($0) } }
    public var invalid: Int { 0 }
    public var diverged: [Int] { [] }
    public var trees: TreeCounts? { nil }
}

/// What a step reports that accepts or rejects a proposal for every chain.
public struct AcceptInfo: StepInfo {
    public let squaredGradient: Double
    public let accepted: Int?
    public let invalid: Int
    public internal(set) var diverged: [Int] = []
}

/// What a run of several steps over a tile reports.
public struct RunInfo: StepInfo, Sendable, Hashable {
    /// Sum over chains of |∇E(x)|² at the position the last step started from.
    public var squaredGradient = 0.0
    /// Accepted moves of all chains and steps; nil where the kernel always moves.
    public var accepted: Int?
    /// Of all chains and steps, as `StepInfo` has it.
    public var acceptance: Double?
    /// Proposals that were not finite.
    public var invalid = 0
    /// The chain of each trajectory that diverged.
    public var diverged: [Int] = []
    /// Of all chains and steps; nil where trajectories are no trees.
    public var trees: TreeCounts?

    public init() {}

    /// What came next: a step, or the rest of a run that has several parts.
    package mutating func add(_ info: some StepInfo) {
        squaredGradient = info.squaredGradient
        if let count = info.accepted { accepted = (accepted ?? 0) + count }
        if let sum = info.acceptance { acceptance = (acceptance ?? 0) + sum }
        invalid += info.invalid
        diverged += info.diverged
        if let counts = info.trees { trees = (trees ?? TreeCounts()) + counts }
    }
}

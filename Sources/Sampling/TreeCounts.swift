/// What trajectories that double until they turn back were like, summed over chains and steps.
public struct TreeCounts: Sendable, Hashable {
    /// Trees, one for each chain and step.
    public var trees = 0
    /// Leapfrog steps: points beside the one that a tree began with.
    public var points = 0
    /// Doublings that were kept.
    public var depth = 0
    /// Rows that the energy was evaluated at: all chains of a tile as long as one of its trees grows.
    public var evaluations = 0

    public init() {}

    static func + (first: TreeCounts, second: TreeCounts) -> TreeCounts {
        var sum = first
        sum.trees += second.trees
        sum.points += second.points
        sum.depth += second.depth
        sum.evaluations += second.evaluations
        return sum
    }
}

/// Bytes that a rank had to send for sums over ranks and for gathered slices: as many as an algorithm sends that sends nothing twice.
///
/// P ranks that sum n bytes for all of them send 2 n (P-1)/P each; n (P-1)/P where each gets a slice of the sum, and as many where each gives its
/// slice of a vector to the others. What the MPI library sends beyond that is not seen here, nor are messages of a few numbers.
public struct Traffic: Hashable, Sendable {
    /// To ranks of the same machine.
    public internal(set) var withinNode = 0
    /// To other machines.
    public internal(set) var betweenNodes = 0

    public init() {}

    mutating func add(_ bytes: Int, crossesNodes: Bool) {
        if crossesNodes { betweenNodes += bytes } else { withinNode += bytes }
    }

    public static func - (later: Traffic, earlier: Traffic) -> Traffic {
        var difference = later
        difference.withinNode -= earlier.withinNode
        difference.betweenNodes -= earlier.betweenNodes
        return difference
    }
}

/// How a vector is dealt to ranks: contiguous slices of whole blocks, as even as possible.
///
/// The vector is dealt to the lanes of `NodeMap` first and each lane's piece then to the nodes, so that a sum can go in two layers: inside of a
/// node, where each rank gets the node's sum of its lane's piece, and along the lanes, where each gets its slice of the piece. Every node sends
/// the vector once. Slices are empty where there are more ranks than blocks, and on ranks beyond the lanes.
public struct SliceLayout: Hashable, Sendable {
    /// The length of the vector.
    public let count: Int
    /// Slices begin at multiples of it.
    public let block: Int
    public let nodes: NodeMap

    public init(count: Int, block: Int = 1, nodes: NodeMap) {
        precondition(count >= 0 && block > 0, "a vector has at least 0 values, a block at least 1")
        (self.count, self.block, self.nodes) = (count, block, nodes)
    }

    /// The slice of a rank.
    public func range(of rank: Int) -> Range<Int> {
        let place = nodes.place(of: rank)
        return slice(node: place.node, lane: place.index)
    }

    /// The length of the longest slice.
    public var longest: Int { (0..<nodes.ranks).reduce(0) { max($0, range(of: $1).count) } }

    /// What the ranks of a lane own together; empty for an index beyond the lanes.
    func piece(ofLane lane: Int) -> Range<Int> {
        guard lane < nodes.lanes else { return count..<count }
        return values(share(lane, of: nodes.lanes, in: 0..<blocks))
    }

    func slice(node: Int, lane: Int) -> Range<Int> {
        guard lane < nodes.lanes else { return count..<count }
        return values(share(node, of: nodes.count, in: share(lane, of: nodes.lanes, in: 0..<blocks)))
    }

    private var blocks: Int { (count + block - 1) / block }

    private func share(_ index: Int, of parts: Int, in blocks: Range<Int>) -> Range<Int> {
        blocks.lowerBound + index * blocks.count / parts..<blocks.lowerBound + (index + 1) * blocks.count / parts
    }

    private func values(_ blocks: Range<Int>) -> Range<Int> {
        min(count, blocks.lowerBound * block)..<min(count, blocks.upperBound * block)
    }
}

import Failures

/// Sums over ranks and gathered slices, inside of nodes first where several ranks share some: each node then sends a vector once.
extension MPICommunicator {
    public func sum(_ values: inout [Int64]) throws(Failure) {
        try progress.meet("sum of integers")
        defer { progress.leave() }
        try sumEverywhere(&values)
    }

    public func sum(_ values: inout [Float]) throws(Failure) {
        try progress.meet("sum of floats")
        defer { progress.leave() }
        try sumEverywhere(&values)
    }

    public func sum(_ values: inout [Int64], slices: SliceLayout) throws(Failure) {
        precondition(slices.nodes == nodes && values.count >= slices.count, "slices of these ranks and of no more values than there are")
        try progress.meet("sum in slices")
        defer { progress.leave() }
        try layers.node.sum(&values, parts: pieces(slices), self)
        try layers.lane.sum(&values, parts: ownLane(slices), self)
    }

    public func gather(_ values: inout [Float], slices: SliceLayout) throws(Failure) {
        precondition(slices.nodes == nodes && values.count >= slices.count, "slices of these ranks and of no more values than there are")
        try progress.meet("gather of slices")
        defer { progress.leave() }
        try layers.lane.gather(&values, parts: ownLane(slices), self)
        try layers.node.gather(&values, parts: pieces(slices), self)
    }

    /// In two layers a node's ranks sum a piece each, which then travels along its lane.
    private func sumEverywhere<Value: MPIValue>(_ values: inout [Value]) throws(Failure) {
        guard nodes.isLayered else { return try layers.all.sum(&values, 0..<values.count, self) }
        let slices = SliceLayout(count: values.count, nodes: nodes)
        let pieces = pieces(slices)
        try layers.node.sum(&values, parts: pieces, self)
        try layers.lane.sum(&values, pieces[layers.node.index], self)
        try layers.node.gather(&values, parts: pieces, self)
    }

    /// What each rank of this node has of a vector.
    private func pieces(_ slices: SliceLayout) -> [Range<Int>] { (0..<layers.node.size).map { slices.piece(ofLane: $0) } }

    /// What each rank of this lane has of the lane's piece; nothing beyond the lanes.
    private func ownLane(_ slices: SliceLayout) -> [Range<Int>] {
        let lane = layers.node.index
        guard lane < nodes.lanes else { return Array(repeating: slices.count..<slices.count, count: layers.lane.size) }
        return (0..<layers.lane.size).map { slices.slice(node: $0, lane: lane) }
    }
}

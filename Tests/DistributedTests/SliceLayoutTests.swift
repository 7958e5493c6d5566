import Distributed
import Testing

/// Ranks by the machines that they share.
@Suite struct NodeMapTests {
    @Test func `nodes are told apart by what their ranks have in common, and the smallest one says how many lanes are complete`() {
        let map = NodeMap(leaders: [0, 0, 2, 0, 2, 5, 5])
        #expect((map.ranks, map.count, map.lanes) == (7, 3, 2))
        #expect((NodeMap(leaders: [0]).count, NodeMap(leaders: [0]).lanes) == (1, 1))
        #expect((NodeMap(leaders: [0, 1, 2]).count, NodeMap(leaders: [0, 1, 2]).lanes) == (3, 1))
        #expect(
            NodeMap(leaders: [4, 4, 9]) == NodeMap(leaders: [0, 0, 2]) && NodeMap(leaders: [0, 0, 2]) != NodeMap(leaders: [0, 1, 1]))
    }
}

/// Every value has one owner.
@Suite struct SliceLayoutTests {
    static let maps = [
        [0], [0, 0], [0, 1], [0, 0, 0], [0, 0, 2], [0, 1, 1], [0, 0, 2, 2], [0, 1, 0, 1], [0, 0, 2, 0, 2, 5, 5],
        Array(0..<40).map { $0 / 8 },
        Array(0..<64),
    ].map(NodeMap.init(leaders:))

    @Test(arguments: maps, [1, 7, 1024])
    func `slices cover the vector without overlap, begin at blocks and differ by little`(nodes: NodeMap, block: Int) {
        for count in [0, 1, 2, 5, 163, 1024, 1025, 10_000, 33_537] {
            let layout = SliceLayout(count: count, block: block, nodes: nodes)
            let slices = (0..<nodes.ranks).map(layout.range)
            var next = 0
            for slice in slices.filter({ !$0.isEmpty }).sorted(by: { $0.lowerBound < $1.lowerBound }) {
                #expect(slice.lowerBound == next && slice.lowerBound.isMultiple(of: block))
                next = slice.upperBound
            }
            #expect(next == count)
            #expect(layout.longest == slices.map(\.count).max())
            // As many owners as there are complete lanes, each with its share rounded up twice at most.
            let owners = nodes.lanes * nodes.count
            #expect(layout.longest <= ((count + block - 1) / block / owners + 2) * block)
        }
    }

    @Test func `more ranks than blocks leave slices empty, and so do ranks beyond the lanes`() {
        let few = SliceLayout(count: 3000, block: 1024, nodes: NodeMap(leaders: Array(repeating: 0, count: 8)))
        #expect((0..<8).filter { !few.range(of: $0).isEmpty }.count == 3)
        let uneven = SliceLayout(count: 100, nodes: NodeMap(leaders: [0, 0, 0, 3]))
        #expect((0..<4).map { uneven.range(of: $0).count } == [50, 0, 0, 50])
    }
}

import Distributed
import Failures
import Testing

/// Vectors in slices, on any machines: values tell rank and place.
@MainActor @Suite(.serialized) struct SliceTests {
    let communicator = RankWorld.communicator
    var rank: Int { communicator.rank }
    var size: Int { communicator.size }

    nonisolated static let counts = [0, 1, 2, 3, 5, 8, 1000]
    nonisolated static let limits = [1, 4, 7, 1 << 20]

    /// All layouts of a vector, with the ranks on machines in all ways.
    private func forEachLayout(count: Int, _ body: (SliceLayout) throws -> Void) throws {
        for sharing in RankWorld.Sharing.allCases {
            try RankWorld.sharing(sharing) {
                for block in [1, 3] { try body(SliceLayout(count: count, block: block, nodes: communicator.nodes)) }
            }
        }
    }

    private func value(_ place: Int, _ rank: Int) -> Int64 { Int64(place % 100 + 1) << 53 + Int64(rank) }

    @Test(arguments: counts, limits) func `every rank gets its slice of the sum, and what lies behind the vector stays`(
        count: Int, limit: Int
    ) throws {
        try RankWorld.withChunkLimit(limit) {
            try forEachLayout(count: count) { layout in
                var values = (0..<count).map { value($0, rank) } + [71, 72, 73]
                try communicator.sum(&values, slices: layout)
                let expected = (0..<count).map { place in (0..<size).reduce(Int64(0)) { $0 + value(place, $1) } }
                let own = layout.range(of: rank)
                #expect(Array(values[own]) == Array(expected[own]))
                #expect(values.count == count + 3 && Array(values.suffix(3)) == [71, 72, 73])
            }
        }
    }

    @Test(arguments: counts, limits) func `every rank gets the slices of all`(count: Int, limit: Int) throws {
        try RankWorld.withChunkLimit(limit) {
            try forEachLayout(count: count) { layout in
                let own = layout.range(of: rank)
                var values = (0..<count).map { own.contains($0) ? Float(3 * $0 + 1) : -1 }
                try communicator.gather(&values, slices: layout)
                #expect(values == (0..<count).map { Float(3 * $0 + 1) })
            }
        }
    }

    @Test(arguments: counts) func `rank 0 collects a vector from slices and deals it again`(count: Int) throws {
        try forEachLayout(count: count) { layout in
            let whole = (0..<count).map { Float(7 * $0 + 2) }
            let own = Array(whole[layout.range(of: rank)])
            let collected = try communicator.collect(own, layout)
            #expect(collected == (rank == 0 ? whole : []))
            let dealt = try communicator.deal(collected, layout)
            #expect(dealt == own)
        }
    }

    @Test func `numbers that one rank knows each are known to all, bit by bit`() throws {
        let special: [Double] = [-0.0, .nan, .infinity, .leastNonzeroMagnitude, 0x1.fffffffffffffp1023, -1.1, 3]
        var values = special.enumerated().map { $0.offset % size == rank ? $0.element : 0 }
        try communicator.share(&values)
        #expect(values.map(\.bitPattern) == special.map(\.bitPattern))
    }

    /// Bytes that all ranks together had to send to other machines.
    private func sentBetweenNodes(_ body: () throws -> Void) throws -> Int {
        let before = communicator.traffic
        try body()
        var all = [Int64((communicator.traffic - before).betweenNodes)]
        try communicator.sum(&all)
        return Int(all[0])
    }

    @Test func `between machines a vector travels once for each of them, however many ranks they have`() throws {
        // Divides by 2, 3 and 4, and so do the shares.
        let count = 1728
        for sharing in RankWorld.Sharing.allCases {
            try RankWorld.sharing(sharing) {
                let nodes = communicator.nodes
                let layout = SliceLayout(count: count, nodes: nodes)
                var (integers, floats) = ([Int64](repeating: 1, count: count), [Float](repeating: 1, count: count))
                let whole = try sentBetweenNodes { try communicator.sum(&integers) }
                let sliced = try sentBetweenNodes { try communicator.sum(&integers, slices: layout) }
                let gathered = try sentBetweenNodes { try communicator.gather(&floats, slices: layout) }
                // To sum for all, N machines have to send 2 (N - 1)/N of the vector each; to sum slices, and to gather them, half of that.
                let others = nodes.count - 1
                #expect(whole == 2 * 8 * count * others && sliced == 8 * count * others && gathered == 4 * count * others)
            }
        }
    }
}

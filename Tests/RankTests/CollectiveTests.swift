import Distributed
import Failures
import Testing

/// The body of every test is run by all ranks; sizes around the chunk limit cross message borders.
@MainActor @Suite(.serialized) struct CollectiveTests {
    let communicator = RankWorld.communicator
    var rank: Int { communicator.rank }
    var size: Int { communicator.size }

    nonisolated static let counts = [0, 1, 2, 3, 4, 5, 7, 8, 9, 1000]
    nonisolated static let limits = [1, 3, 4, 1 << 20]

    @Test func `the launchers numbers are the communicators`() {
        let launch = LaunchEnvironment.current
        #expect(size == launch.expectedProcesses ?? 1)
        #expect(rank == launch.processIndex ?? 0)
        #expect(communicator.node.ranks == size)
        #expect(communicator.node.index == rank)
    }

    @Test(arguments: counts, limits) func `integer sums are exact, on whatever machines the ranks are`(count: Int, limit: Int) throws {
        for sharing in RankWorld.Sharing.allCases {
            try RankWorld.sharing(sharing) {
                try RankWorld.withChunkLimit(limit) {
                    // Values beyond 2^53: a sum in Double would lose the last bits.
                    var values = (0..<count).map { Int64($0 % 100 + 1) << 53 + Int64(rank) }
                    try communicator.sum(&values)
                    let ranks = Int64(size)
                    #expect(values == (0..<count).map { ranks * (Int64($0 % 100 + 1) << 53) + ranks * (ranks - 1) / 2 })
                }
            }
        }
    }

    @Test(arguments: counts, limits) func `float sums of small integers are exact`(count: Int, limit: Int) throws {
        try RankWorld.withChunkLimit(limit) {
            var values = (0..<count).map { Float($0 + rank) }
            try communicator.sum(&values)
            #expect(values == (0..<count).map { Float($0 * size + size * (size - 1) / 2) })
        }
    }

    @Test(arguments: counts, limits) func `extremes are element wise`(count: Int, limit: Int) throws {
        try RankWorld.withChunkLimit(limit) {
            let mine = (0..<count).map { Double(($0 + rank) % size) - 0.5 }
            var largest = mine
            var smallest = mine
            try communicator.maximum(&largest)
            try communicator.minimum(&smallest)
            #expect(largest == [Double](repeating: Double(size) - 1.5, count: count))
            #expect(smallest == [Double](repeating: -0.5, count: count))
        }
    }

    @Test(arguments: counts, limits) func `broadcast gives the bytes and their number from any root`(count: Int, limit: Int) throws {
        try RankWorld.withChunkLimit(limit) {
            for root in 0..<size {
                let expected = (0..<count).map { UInt8(truncatingIfNeeded: 7 * $0 + root) }
                var bytes = rank == root ? expected : [UInt8](repeating: 255, count: rank)
                try communicator.broadcast(&bytes, from: root)
                #expect(bytes == expected)
            }
        }
    }

    @Test(arguments: [4, 5, 6, 7, 64], limits) func `gather is in shard order`(shards: Int, limit: Int) throws {
        try RankWorld.withChunkLimit(limit) {
            let layout = try ShardLayout(shards: shards, ranks: size)
            for perShard in [0, 1, 3] {
                let mine = layout.range(of: rank).flatMap { shard in (0..<perShard).map { Double(10 * shard + $0) } }
                let all = try communicator.gather(mine, perShard: perShard, layout: layout)
                #expect(all == (0..<shards).flatMap { shard in (0..<perShard).map { Double(10 * shard + $0) } })
            }
        }
    }

    @Test func `truth is reduced over ranks`() throws {
        #expect(try communicator.all(true))
        #expect(try !communicator.all(false))
        for root in 0..<size {
            #expect(try !communicator.all(rank != root))
        }
    }

    @Test func `equal values are told from different ones`() throws {
        #expect(try communicator.isSame(.max))
        for other in 0..<size where size > 1 {
            // Only the lowest bit of one rank differs.
            #expect(try !communicator.isSame(.max - (rank == other ? 1 : 0)))
        }
    }

    @Test func `the progress board names the last collective and counts`() throws {
        let before = communicator.progress.count
        try communicator.barrier()
        #expect(communicator.progress.lastPlace == "barrier")
        #expect(communicator.progress.count == before + 2)
        var values: [Int64] = [1]
        try communicator.sum(&values)
        #expect(communicator.progress.lastPlace == "sum of integers")
        #expect(!communicator.progress.isInside)
    }
}

import Distributed
import Failures
import Testing

/// Every rank also computes all shards on its own, without MPI: the sum of the ranks must have the same bits.
@MainActor @Suite(.serialized) struct ExactSumRankTests {
    let communicator = RankWorld.communicator
    static let tensors = [0..<5, 5..<6, 6..<40]
    static let shards = 13

    /// A gradient that needs other scales now and then: every third step is a million times larger.
    static func gradient(step: Int, shard: Int) -> [Float] {
        var state = UInt64(step * 1000 + shard)
        return (0..<40).map { index in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let value = Float(Int32(truncatingIfNeeded: state >> 40) - (1 << 23)) / Float(1 << 23)
            return value * (step % 3 == 2 ? 1e6 : 1) * (index < 6 ? 1e-3 : 10)
        }
    }

    struct Trace: Equatable {
        var totals: [[UInt32]] = []
        var outcomes: [ExactSum.Outcome] = []
        var records: [[Double]] = []
        var exponents: [[Int32]] = []
    }

    static func run(_ communicator: any Communicator, parts: Int, inSlices: Bool = false) throws -> Trace {
        let layout = try ShardLayout(shards: shards, ranks: communicator.size)
        let slices = inSlices ? SliceLayout(count: 40, block: 3, nodes: communicator.nodes) : nil
        var sum = ExactSum(tensors: tensors, shards: shards, recordLength: 1, slices: slices)
        var trace = Trace()
        var values = [Float](repeating: 0, count: 40)
        for step in 0..<9 {
            for _ in 1...2 {
                sum.begin()
                var threads = (0..<parts).map { _ in sum.makePart() }
                for shard in layout.range(of: communicator.rank) {
                    threads[shard % parts].add(gradient(step: step, shard: shard))
                    threads[shard % parts].setRecord([Double(step) + Double(shard) / 100], of: shard)
                }
                for thread in threads { sum.merge(thread) }
                let outcome = try sum.reduce(over: communicator)
                trace.outcomes.append(outcome)
                if outcome == .exact { break }
            }
            try #require(trace.outcomes.last == .exact)
            let own = slices?.range(of: communicator.rank) ?? 0..<40
            var slice = [Float](repeating: 0, count: own.count)
            sum.total(into: &slice)
            values.replaceSubrange(own, with: slice)
            if let slices { try communicator.gather(&values, slices: slices) }
            trace.totals.append(values.map(\.bitPattern))
            trace.records.append((0..<shards).flatMap(sum.record))
            trace.exponents.append(sum.exponents)
        }
        return trace
    }

    @Test(arguments: [1, 2, 3], [7, 1 << 20]) func `totals records and scales are those of one process`(parts: Int, limit: Int) throws {
        let expected = try Self.run(SoloCommunicator(), parts: 1)
        #expect(expected.outcomes.contains(.rescaled))
        #expect(expected.records[3] == (0..<Self.shards).map { 3 + Double($0) / 100 })
        try RankWorld.withChunkLimit(limit) {
            let found = try Self.run(communicator, parts: parts)
            #expect(found == expected)
        }
    }

    @Test(arguments: RankWorld.Sharing.allCases, [7, 1 << 20])
    func `totals records and scales of slices are those of one process, on whatever machines the ranks are`(
        sharing: RankWorld.Sharing, limit: Int
    ) throws {
        let expected = try Self.run(SoloCommunicator(), parts: 1)
        try RankWorld.sharing(sharing) {
            try RankWorld.withChunkLimit(limit) {
                for inSlices in [true, false] {
                    let found = try Self.run(communicator, parts: 2, inSlices: inSlices)
                    #expect(found == expected)
                }
            }
        }
    }

    @Test func `a value on one rank that is not finite is seen by all`() throws {
        let layout = try ShardLayout(shards: Self.shards, ranks: communicator.size)
        for shard in [0, Self.shards - 1] {
            var sum = ExactSum(tensors: Self.tensors, shards: Self.shards)
            for mine in layout.range(of: communicator.rank) {
                var gradient = Self.gradient(step: 0, shard: mine)
                if mine == shard { gradient[5] = .nan }
                sum.part.add(gradient)
            }
            #expect(try sum.reduce(over: communicator) == .notFinite(tensor: 1))
        }
    }

    @Test func `a flag raised by one rank is seen by all`() throws {
        let layout = try ShardLayout(shards: Self.shards, ranks: communicator.size)
        for raising in 0..<communicator.size {
            var sum = ExactSum(tensors: Self.tensors, shards: Self.shards, flags: 2)
            for mine in layout.range(of: communicator.rank) { sum.part.add(Self.gradient(step: 0, shard: mine)) }
            if communicator.rank == raising { sum.part.raise(flag: 1) }
            _ = try sum.reduce(over: communicator)
            #expect(!sum.flag(0))
            #expect(sum.flag(1))
        }
    }

    @Test func `a missing shard ends all ranks alike`() throws {
        let layout = try ShardLayout(shards: Self.shards, ranks: communicator.size)
        var sum = ExactSum(tensors: Self.tensors, shards: Self.shards)
        for mine in layout.range(of: communicator.rank) where mine != 4 { sum.part.add(Self.gradient(step: 0, shard: mine)) }
        #expect(throws: Failure(.software, "12 gradients were added for 13 shards")) { try sum.reduce(over: communicator) }
    }
}

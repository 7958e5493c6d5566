import Distributed
import Failures
import Testing

@Suite struct ShardLayoutTests {
    @Test func `every shard has exactly one owner and shares differ by at most one`() throws {
        for shards in [1, 2, 3, 7, 12, 64, 97, ShardLayout.maximumShards] {
            for ranks in 1...min(shards, 40) {
                let layout = try ShardLayout(shards: shards, ranks: ranks)
                var next = 0
                for rank in 0..<ranks {
                    let range = layout.range(of: rank)
                    #expect(range.lowerBound == next)
                    #expect([shards / ranks, (shards + ranks - 1) / ranks].contains(range.count))
                    for shard in range { #expect(layout.owner(of: shard) == rank) }
                    next = range.upperBound
                }
                #expect(next == shards)
            }
        }
    }

    @Test func `more ranks than shards is refused with both numbers and the fix`() {
        let failure = #expect(throws: Failure.self) { try ShardLayout(shards: 6, ranks: 8) }
        #expect(failure?.kind == .launch)
        #expect(failure?.message.contains("8 ranks were started for 6 shards") == true)
        #expect(failure?.message.contains("run.shards=8") == true)
    }

    @Test(arguments: [0, -1, ShardLayout.maximumShards + 1, .max]) func `a number of shards out of range is a configuration failure`(
        shards: Int
    ) {
        let failure = #expect(throws: Failure.self) { try ShardLayout(shards: shards, ranks: 1) }
        #expect(failure?.kind == .configuration)
        #expect(failure?.message.contains("run.shards is \(shards)") == true)
    }
}

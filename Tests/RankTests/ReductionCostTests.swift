import Distributed
import Testing

/// Prints what the sums cost; `scripts/test-ranks` shows the lines. Nothing is asserted about time itself.
@MainActor @Suite(.serialized) struct ReductionCostTests {
    let communicator = RankWorld.communicator

    @Test(arguments: [20_000, 200_000]) func `the cost of a sum is measured`(parameters: Int) throws {
        let cost = try ReductionCost.measure(over: communicator, parameters: parameters)
        #expect(cost.ranks == communicator.size)
        #expect(cost.adding > 0 && cost.framing > 0)
        // Of one machine: P ranks send 2 (P - 1)/P of a vector to sum it for all, (P - 1)/P to sum or to gather slices; integers have 8 bytes, floats 4.
        // Counts and flags travel with the sums: less than 1 KB.
        let vector = Double(parameters * (communicator.size - 1)) / Double(communicator.size)
        for (way, bytes) in [(cost.whole, 16.0), (cost.sliced, 12), (cost.floats, 8)] {
            let extra = Double(way.traffic.withinNode) - bytes * vector
            #expect((-32.0...1000).contains(extra) && way.traffic.betweenNodes == 0, "\(way.traffic) for \(bytes * vector) bytes")
        }
        if communicator.rank == 0 { print(cost) }
    }
}

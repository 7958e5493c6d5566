import Distributed
import Testing

/// Prints what the sums cost; `scripts/test-ranks` shows the lines. Nothing is asserted about time itself.
@MainActor @Suite(.serialized) struct ReductionCostTests {
    let communicator = RankWorld.communicator

    @Test(arguments: [20_000, 200_000]) func `the cost of a sum is measured`(parameters: Int) throws {
        let cost = try ReductionCost.measure(over: communicator, parameters: parameters)
        #expect(cost.ranks == communicator.size)
        #expect(cost.adding > 0 && cost.framing > 0)
        if communicator.rank == 0 { print(cost) }
    }
}

import Learning
import Testing
import Training

/// Who gives what to whom, from seed and step alone.
struct ExchangePlanTests {
    static let policies: [ExchangePlan.Policy] = [.ring, .pairs, .shuffle]

    static func plan(
        _ policy: ExchangePlan.Policy, shards: Int, capacity: Int = 10, fraction: Double = 0.3, step: Int = 0
    ) throws -> ExchangePlan {
        try #require(ExchangePlan(policy, fraction: fraction, shards: shards, capacity: capacity, seed: 5, step: step))
    }

    @Test(arguments: policies, [1, 2, 3, 4, 7, 64])
    func `every sample lands exactly once, and source is the inverse of destination`(policy: ExchangePlan.Policy, shards: Int)
        throws
    {
        for (capacity, fraction) in [(1, 1.0), (10, 0.3), (7, 1), (100, 1e-9)] {
            for step in 0..<4 {
                let plan = try Self.plan(policy, shards: shards, capacity: capacity, fraction: fraction, step: step)
                let destinations = (0..<plan.places).map(plan.destination)
                #expect(Set(destinations) == Set(0..<plan.places) && plan.places == shards * plan.perShard)
                for (place, destination) in destinations.enumerated() { #expect(plan.source(of: destination) == place) }
                let moved = destinations.enumerated().count { $0.element / plan.perShard != $0.offset / plan.perShard }
                #expect(plan.movedSamples == moved)
            }
        }
    }

    @Test(arguments: [(0.3, 10, 3), (0.25, 10, 3), (1e-9, 10, 1), (1, 10, 10), (0.5, 1, 1)])
    func `the share is rounded, and at least one sample goes`(fraction: Double, capacity: Int, expected: Int) throws {
        #expect(try Self.plan(.ring, shards: 2, capacity: capacity, fraction: fraction).perShard == expected)
    }

    @Test func `slots are distinct, new at every step, and other ones in every shard`() throws {
        var seen: Set<[Int]> = []
        for step in 0..<5 {
            let plan = try Self.plan(.ring, shards: 4, capacity: 1000, fraction: 0.02, step: step)
            for shard in 0..<4 {
                let slots = plan.slots(of: shard)
                #expect(slots.count == 20 && Set(slots).count == 20 && slots.allSatisfy { (0..<1000).contains($0) })
                seen.insert(slots)
            }
        }
        #expect(seen.count == 20)
    }

    @Test func `ring: the samples of a shard go to the next one, in their order`() throws {
        for step in 0..<3 {
            let plan = try Self.plan(.ring, shards: 5, step: step)
            #expect((0..<15).map(plan.destination) == (0..<15).map { ($0 + 3) % 15 })
            #expect(plan.movedSamples == 15)
        }
    }

    @Test(arguments: [2, 3, 8, 9])
    func `pairs: partners give to each other, one of an odd number sits out, and all pairs come up`(shards: Int) throws {
        var partners: Set<[Int]> = []
        var idle: Set<Int> = []
        for step in 0..<400 {
            let plan = try Self.plan(.pairs, shards: shards, step: step)
            let partner = (0..<shards).map { plan.destination(of: $0 * plan.perShard) / plan.perShard }
            for shard in 0..<shards {
                #expect(partner[partner[shard]] == shard)
                for number in 0..<plan.perShard {
                    #expect(plan.destination(of: shard * plan.perShard + number) == partner[shard] * plan.perShard + number)
                }
                if partner[shard] == shard { idle.insert(shard) } else { partners.insert([shard, partner[shard]].sorted()) }
            }
            #expect((0..<shards).count { partner[$0] == $0 } == shards % 2 && plan.movedSamples == shards / 2 * 2 * plan.perShard)
        }
        // A pair comes up with probability about 1/S in a step: that one of 36 is absent after 400 has probability 36 (8/9)^400 = 1e-19.
        #expect(partners.count == shards * (shards - 1) / 2 && idle.count == (shards % 2 == 0 ? 0 : shards))
    }

    @Test func `shuffle: a sample goes to each shard equally often`() throws {
        var counts = [Int](repeating: 0, count: 8)
        for step in 0..<2000 {
            let plan = try Self.plan(.shuffle, shards: 8, step: step)
            counts[plan.destination(of: 4) / plan.perShard] += 1
        }
        // Binomial, 2000 trials at 1/8: 5.5 deviations of √(2000 · 7/64) = 14.8.
        #expect(counts.allSatisfy { abs($0 - 250) < 82 }, "\(counts)")
    }
}

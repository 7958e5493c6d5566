import Numerics

/// Which samples of the replay buffers change places in one exchange: a permutation, the same on every rank, nothing lost and nothing copied.
///
/// Every shard selects `perShard` of its slots at random; the selected slots of all shards are the *places* of the exchange, place
/// p = shard · perShard + number in the selection. `destination` says where the sample of a place goes. All of it is a function of
/// (seed, step), so that sender and receiver know their messages without asking each other.
package struct ExchangePlan: Sendable {
    /// Between which shards samples are exchanged.
    package enum Policy: String, CaseIterable, Codable, Sendable { case none, ring, pairs, shuffle }

    package let shards: Int
    /// Samples of a shard.
    package let capacity: Int
    /// Samples of a shard that are exchanged.
    package let perShard: Int
    private let seed: UInt64
    private let step: Int
    private let rule: Rule

    private enum Rule: Sendable {
        /// From every shard to the next one.
        case ring
        /// Between the shards of a pair; a shard without a partner is its own.
        case pairs([Int])
        /// Among all places.
        case shuffle(Permutation)
    }

    /// - Returns: nil for `none`.
    package init?(
        _ policy: Policy, fraction: Double, shards: Int, capacity: Int, seed: UInt64, step: Int
    ) {
        self.shards = shards
        self.capacity = capacity
        self.seed = seed
        self.step = step
        perShard = Self.perShard(fraction: fraction, capacity: capacity)
        let key = RandomStream(seed: seed, purpose: .exchangePartner, step: step, index: 0)
        switch policy {
        case .none: return nil
        case .ring: rule = .ring
        case .pairs: rule = .pairs(Self.partners(Permutation(count: shards, key: key)))
        case .shuffle: rule = .shuffle(Permutation(count: shards * perShard, key: key))
        }
    }

    /// max(1, round(fraction · capacity))
    package static func perShard(fraction: Double, capacity: Int) -> Int {
        max(1, min(capacity, Int((fraction * Double(capacity)).rounded())))
    }

    /// A random perfect matching: neighbours in a random order; the last one of an odd number sits out.
    private static func partners(_ order: Permutation) -> [Int] {
        var partners = Array(0..<order.count)
        let shards = order.elements(at: partners)
        for first in stride(from: 0, to: order.count - 1, by: 2) {
            let (a, b) = (shards[first], shards[first + 1])
            (partners[a], partners[b]) = (b, a)
        }
        return partners
    }

    package var places: Int { shards * perShard }

    /// The slots that a shard gives away and takes, in the order of its places.
    package func slots(of shard: Int) -> [Int] {
        let order = Permutation(
            count: capacity, key: RandomStream(seed: seed, purpose: .exchangeSelection, step: step, index: shard))
        return order.elements(at: Array(0..<perShard))
    }

    /// Where the sample of a place goes.
    package func destination(of place: Int) -> Int {
        let (shard, number) = place.quotientAndRemainder(dividingBy: perShard)
        return switch rule {
        case .ring: (shard + 1) % shards * perShard + number
        case .pairs(let partners): partners[shard] * perShard + number
        case .shuffle(let permutation): permutation[place]
        }
    }

    /// Where the new sample of a place comes from: the inverse of `destination`.
    package func source(of place: Int) -> Int {
        let (shard, number) = place.quotientAndRemainder(dividingBy: perShard)
        return switch rule {
        case .ring: (shard + shards - 1) % shards * perShard + number
        case .pairs(let partners): partners[shard] * perShard + number
        case .shuffle(let permutation): permutation.position(of: place)
        }
    }

    /// Samples that go to another shard than their own: what the exchange costs where every shard has a rank for itself.
    package var movedSamples: Int {
        switch rule {
        case .ring: shards > 1 ? places : 0
        case .pairs(let partners): partners.indices.count { partners[$0] != $0 } * perShard
        case .shuffle(let permutation): (0..<places).count { permutation[$0] / perShard != $0 / perShard }
        }
    }
}

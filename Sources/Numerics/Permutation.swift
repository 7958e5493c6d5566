/// A pseudo-random permutation of 0..<count: any position in constant time and memory.
///
/// The swap-or-not shuffle: in each round a secret sum K pairs every x with K - x (mod count), and a random bit of the pair says
/// whether the two change places. Each round is its own inverse for any count, so the whole is a bijection without cycle walking,
/// and, unlike a Feistel network, it is not confined to even permutations or to powers of two. Two elements part ways with
/// probability ½ in each round; after 48 rounds what a pair of positions still tells about their values is of the order 2⁻⁴⁸.
///
/// Hoang, Morris, Rogaway, "An enciphering scheme based on a card shuffle", CRYPTO 2012, arXiv:1208.1176.
public struct Permutation: Sendable {
    private struct Round {
        let sum: Int
        let multiplier: UInt64
        let offset: UInt64
    }

    public let count: Int
    private let rounds: [Round]

    /// - Parameters:
    ///   - count: the number of elements, up to 2³².
    ///   - key: the stream that chooses the permutation; use it for nothing else.
    public init(count: Int, key: RandomStream) {
        precondition(count >= 0 && count <= 1 << 32, "a permutation has 0 to 2^32 elements, not \(count)")
        self.count = count
        guard count > 1 else {
            rounds = []
            return
        }
        rounds = (0..<48).map { round in
            func word(_ draw: Int) -> UInt64 {
                UInt64(key.bits(at: 8 * round + draw)) << 32 | UInt64(key.bits(at: 8 * round + draw + 1))
            }
            return Round(sum: key.integer(below: count, at: 8 * round), multiplier: word(2) | 1, offset: word(4))
        }
    }

    /// The element at a position.
    public subscript(position: Int) -> Int {
        precondition(position >= 0 && position < count, "position \(position) of a permutation of \(count) elements")
        return rounds.reduce(position) { apply($1, to: $0) }
    }

    /// The position of an element: the inverse, at the same cost.
    public func position(of element: Int) -> Int {
        precondition(element >= 0 && element < count, "element \(element) of a permutation of \(count) elements")
        return rounds.reversed().reduce(element) { apply($1, to: $0) }
    }

    /// One round, its own inverse.
    @inline(__always) private func apply(_ round: Round, to x: Int) -> Int {
        let difference = round.sum - x
        let partner = difference < 0 ? difference + count : difference
        // A bit of a keyed hash of the larger of the two, so that both sides of a pair read the same bit.
        var hash = (UInt64(truncatingIfNeeded: max(x, partner)) &+ round.offset) &* round.multiplier
        hash = (hash ^ (hash >> 32)) &* 0xD6E8_FEB8_6659_FD93
        return Int64(bitPattern: hash) < 0 ? partner : x
    }
}

/// A pseudo-random permutation of 0..<count: any position in constant time and memory.
///
/// The swap-or-not shuffle: in each round a secret sum K pairs every x with K - x (mod count), and a random bit of the pair says
/// whether the two change places. Each round is its own inverse for any count, so the whole is a bijection without cycle walking,
/// and, unlike a Feistel network, it is not confined to even permutations or to powers of two. Two elements part ways with
/// probability ½ in each round; after 48 rounds what a pair of positions still tells about their values is of the order 2⁻⁴⁸.
///
/// Hoang, Morris, Rogaway, "An enciphering scheme based on a card shuffle", CRYPTO 2012, arXiv:1208.1176.
public struct Permutation: Sendable {
    /// Eight positions on their way to their elements.
    private typealias Eight = SIMD8<UInt64>

    private struct Round {
        let sum: UInt64
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
        // Eight draws a round.
        rounds = (0..<6).flatMap { group in
            let draws = key.longWords(group: group)
            return stride(from: 0, to: draws.count, by: 8).map { first in
                func word(_ draw: Int) -> UInt64 { draws[first + draw] & 0xffff_ffff_0000_0000 | draws[first + draw + 1] >> 32 }
                let sum = RandomStream.integer(draws[first], below: count)
                return Round(sum: UInt64(sum), multiplier: word(2) | 1, offset: word(4))
            }
        }
    }

    /// The element at a position.
    public subscript(position: Int) -> Int {
        precondition(position >= 0 && position < count, "position \(position) of a permutation of \(count) elements")
        return Int(rounds.reduce(Eight(repeating: UInt64(position))) { apply($1, to: $0) }[0])
    }

    /// The position of an element: the inverse, at the same cost.
    public func position(of element: Int) -> Int {
        precondition(element >= 0 && element < count, "element \(element) of a permutation of \(count) elements")
        return Int(rounds.reversed().reduce(Eight(repeating: UInt64(element))) { apply($1, to: $0) }[0])
    }

    /// The elements at some positions: eight at the cost of one.
    public func elements(at positions: [Int]) -> [Int] {
        precondition(positions.allSatisfy { $0 >= 0 && $0 < count }, "positions outside of a permutation of \(count) elements")
        var elements = positions + repeatElement(0, count: -positions.count & 7)
        unsafe elements.withUnsafeMutableBytes { bytes in
            // Round by round: the eights of a round do not wait for one another.
            for round in rounds {
                for offset in stride(from: 0, to: bytes.count, by: 64) {
                    let eight = unsafe apply(round, to: bytes.loadUnaligned(fromByteOffset: offset, as: Eight.self))
                    unsafe bytes.storeBytes(of: eight, toByteOffset: offset, as: Eight.self)
                }
            }
        }
        elements.removeLast(elements.count - positions.count)
        return elements
    }

    /// One round, its own inverse. Differences are signed, and what depends on a sign is masked: a comparison of integers would go lane by lane.
    @inline(__always) private func apply(_ round: Round, to x: Eight) -> Eight {
        let difference = Eight(repeating: round.sum) &- x
        let partner = difference &+ (Self.signs(difference) & Eight(repeating: UInt64(count)))
        let lead = x &- partner
        let larger = x &- (Self.signs(lead) & lead)
        // A bit of a keyed hash of the larger of the two, so that both sides of a pair read the same bit.
        var hash = (larger &+ Eight(repeating: round.offset)) &* Eight(repeating: round.multiplier)
        hash = (hash ^ (hash &>> Eight(repeating: 32))) &* Eight(repeating: 0xD6E8_FEB8_6659_FD93)
        return x ^ ((x ^ partner) & Self.signs(hash))
    }

    /// All bits of the lanes whose highest bit is set.
    @inline(__always) private static func signs(_ x: Eight) -> Eight {
        unsafe unsafeBitCast(unsafeBitCast(x, to: SIMD8<Int64>.self) &>> SIMD8<Int64>(repeating: 63), to: Eight.self)
    }
}

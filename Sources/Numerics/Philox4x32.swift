/// The counter-based generator Philox4x32-10: a keyed bijection of 128-bit counters to 128 random bits, without any state.
///
/// Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011, doi:10.1145/2063384.2063405. The outputs
/// are those of the authors' Random123 library.
public enum Philox4x32 {
    /// The number of rounds.
    @usableFromInline static let rounds = 10

    /// The four output words for a counter.
    @inlinable public static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
        var c = counter
        var k = key
        for _ in 0..<rounds {
            let p0 = 0xD251_1F53 * UInt64(c[0])
            let p1 = 0xCD9E_8D57 * UInt64(c[2])
            c = SIMD4(
                UInt32(truncatingIfNeeded: p1 >> 32) ^ c[1] ^ k[0], UInt32(truncatingIfNeeded: p1),
                UInt32(truncatingIfNeeded: p0 >> 32) ^ c[3] ^ k[1], UInt32(truncatingIfNeeded: p0))
            k &+= SIMD2(0x9E37_79B9, 0xBB67_AE85)
        }
        return c
    }

    /// Sixteen blocks at once: lane i of the result's words is the block of the counter (first + i, c1, c2, c3).
    ///
    /// Even and odd lanes are kept apart in the low halves of 64-bit lanes, with rubbish in the high halves: the 32 x 32 -> 64 bit
    /// multiplication reads only low halves, so no round has to shuffle.
    @inlinable @inline(__always) public static func blocks(
        first: UInt32, _ c1: UInt32, _ c2: UInt32, _ c3: UInt32, key: SIMD2<UInt32>
    ) -> (SIMD16<UInt32>, SIMD16<UInt32>, SIMD16<UInt32>, SIMD16<UInt32>) {
        let steps = SIMD8<UInt64>(0, 2, 4, 6, 8, 10, 12, 14)
        let even = lanes(SIMD8(repeating: UInt64(first)) &+ steps, c1, c2, c3, key)
        let odd = lanes(SIMD8(repeating: UInt64(first) &+ 1) &+ steps, c1, c2, c3, key)
        return (interleaved(even.0, odd.0), interleaved(even.1, odd.1), interleaved(even.2, odd.2), interleaved(even.3, odd.3))
    }

    /// Eight blocks, one in the low half of each lane.
    @inlinable @inline(__always) static func lanes(
        _ first: SIMD8<UInt64>, _ c1: UInt32, _ c2: UInt32, _ c3: UInt32, _ key: SIMD2<UInt32>
    ) -> (SIMD8<UInt64>, SIMD8<UInt64>, SIMD8<UInt64>, SIMD8<UInt64>) {
        let low = SIMD8<UInt64>(repeating: 0xffff_ffff)
        let m0 = SIMD8<UInt64>(repeating: 0xD251_1F53)
        let m1 = SIMD8<UInt64>(repeating: 0xCD9E_8D57)
        let by32 = SIMD8<UInt64>(repeating: 32)
        var x0 = first
        var x1 = SIMD8<UInt64>(repeating: UInt64(c1))
        var x2 = SIMD8<UInt64>(repeating: UInt64(c2))
        var x3 = SIMD8<UInt64>(repeating: UInt64(c3))
        var k0 = key[0]
        var k1 = key[1]
        for _ in 0..<rounds {
            let p0 = m0 &* (x0 & low)
            let p1 = m1 &* (x2 & low)
            x0 = (p1 &>> by32) ^ x1 ^ SIMD8(repeating: UInt64(k0))
            x2 = (p0 &>> by32) ^ x3 ^ SIMD8(repeating: UInt64(k1))
            x1 = p1
            x3 = p0
            k0 &+= 0x9E37_79B9
            k1 &+= 0xBB67_AE85
        }
        return (x0, x1, x2, x3)
    }

    /// The low halves of two vectors in turn.
    @inlinable @inline(__always) static func interleaved(_ even: SIMD8<UInt64>, _ odd: SIMD8<UInt64>) -> SIMD16<UInt32> {
        let pairs = (even & SIMD8(repeating: 0xffff_ffff)) | (odd &<< SIMD8(repeating: 32))
        return unsafe unsafeBitCast(pairs, to: SIMD16<UInt32>.self)
    }
}

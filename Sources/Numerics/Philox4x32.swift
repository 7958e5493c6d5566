/// The counter-based generator Philox4x32-10: a keyed bijection of 128-bit counters to 128 random bits, without any state.
///
/// Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011, doi:10.1145/2063384.2063405. The outputs
/// are those of the authors' Random123 library.
public enum Philox4x32 {
    /// The number of rounds.
    @inlinable static var rounds: Int { 10 }

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
        let counters = SIMD16(repeating: first) &+ SIMD16<UInt32>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
        let pairs = unsafe unsafeBitCast(counters, to: SIMD8<UInt64>.self)
        var even = Lanes(x0: pairs, c1, c2, c3)
        var odd = Lanes(x0: pairs &>> SIMD8(repeating: 32), c1, c2, c3)
        var k0 = SIMD8(repeating: UInt64(key[0]))
        var k1 = SIMD8(repeating: UInt64(key[1]))
        // In the first two rounds half of the words are the same in all lanes: outside of the loop they are computed once.
        for _ in 0..<2 { round(&even, &odd, &k0, &k1) }
        for _ in 2..<rounds { round(&even, &odd, &k0, &k1) }
        return (
            interleaved(even.x0, odd.x0), interleaved(even.x1, odd.x1), interleaved(even.x2, odd.x2), interleaved(even.x3, odd.x3)
        )
    }

    /// One round of both halves and the next key.
    @inlinable @inline(__always) static func round(
        _ even: inout Lanes, _ odd: inout Lanes, _ k0: inout SIMD8<UInt64>, _ k1: inout SIMD8<UInt64>
    ) {
        even.mix(k0, k1)
        odd.mix(k0, k1)
        k0 &+= 0x9E37_79B9
        k1 &+= 0xBB67_AE85
    }

    /// Eight counters, word by word, each word in the low half of a 64-bit lane.
    @usableFromInline struct Lanes {
        @usableFromInline var x0: SIMD8<UInt64>
        @usableFromInline var x1: SIMD8<UInt64>
        @usableFromInline var x2: SIMD8<UInt64>
        @usableFromInline var x3: SIMD8<UInt64>

        @inlinable @inline(__always) init(x0: SIMD8<UInt64>, _ c1: UInt32, _ c2: UInt32, _ c3: UInt32) {
            self.x0 = x0
            x1 = SIMD8(repeating: UInt64(c1))
            x2 = SIMD8(repeating: UInt64(c2))
            x3 = SIMD8(repeating: UInt64(c3))
        }

        /// One round with a key whose words stand in the low halves.
        @inlinable @inline(__always) mutating func mix(_ k0: SIMD8<UInt64>, _ k1: SIMD8<UInt64>) {
            let low = SIMD8<UInt64>(repeating: 0xffff_ffff)
            let p0 = (x0 & low) &* SIMD8(repeating: 0xD251_1F53)
            let p1 = (x2 & low) &* SIMD8(repeating: 0xCD9E_8D57)
            x0 = (p1 &>> SIMD8(repeating: 32)) ^ x1 ^ k0
            x2 = (p0 &>> SIMD8(repeating: 32)) ^ x3 ^ k1
            x1 = p1
            x3 = p0
        }
    }

    /// The low halves of two vectors in turn.
    @inlinable @inline(__always) static func interleaved(_ even: SIMD8<UInt64>, _ odd: SIMD8<UInt64>) -> SIMD16<UInt32> {
        let pairs = (even & SIMD8(repeating: 0xffff_ffff)) | (odd &<< SIMD8(repeating: 32))
        return unsafe unsafeBitCast(pairs, to: SIMD16<UInt32>.self)
    }
}

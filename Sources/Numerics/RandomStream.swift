/// A stream of random numbers, each a pure function of (seed, purpose, step, index, draw).
///
/// Nothing is stored but the place: there is no state to save, and any number can be had at any time, in any order, on any rank.
/// The Philox counter is (block, index, low word of step, purpose << 24 | high bits of step) and the key is the seed.
/// Draw j is in group j / 64, part (j % 64) / 16, lane j % 16; a group is sixteen blocks (block = 16 group + lane), a part is an
/// output word. See `Documentation/Randomness.md`.
///
/// `bits(at: j)`, `uniform(at: j)` and `integer(below:at: j)` are views of the same draw j; a normal is made of two draws, j and
/// its partner 16 further on (or back). Use a stream for one kind of number, or different draws for each.
public struct RandomStream: Hashable, Sendable {
    /// Draws are below this: half of the blocks; the other half extends `integer(below:at:)` to 64 bits.
    @inlinable public static var drawLimit: Int { 1 << 33 }

    @usableFromInline let key: SIMD2<UInt32>
    @usableFromInline let word1: UInt32
    @usableFromInline let word2: UInt32
    @usableFromInline let word3: UInt32

    /// - Parameters:
    ///   - seed: the seed of the run.
    ///   - purpose: what the numbers are used for.
    ///   - step: the training step or another position in time, from 0 to 2⁵⁶ - 1.
    ///   - index: the global number of the chain, shard, tensor or row, from 0 to 2³² - 1.
    @inlinable public init(seed: UInt64, purpose: RandomPurpose, step: Int, index: Int) {
        precondition(step >= 0 && step < 1 << 56, "the step of a random stream lies in 0..<2^56")
        precondition(index >= 0 && index < 1 << 32, "the index of a random stream lies in 0..<2^32")
        key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        word1 = UInt32(truncatingIfNeeded: index)
        word2 = UInt32(truncatingIfNeeded: step)
        word3 = UInt32(purpose.rawValue) << 24 | UInt32(truncatingIfNeeded: step >> 32)
    }

    // MARK: - Sixty-four numbers at once

    /// The raw words of draws 64 group ..< 64 group + 64, sixteen in each part.
    @inlinable @inline(__always) public func bits(group: Int) -> (SIMD16<UInt32>, SIMD16<UInt32>, SIMD16<UInt32>, SIMD16<UInt32>) {
        precondition(group >= 0 && group < Self.drawLimit / 64, "draws of a random stream lie in 0..<2^33")
        return Philox4x32.blocks(first: UInt32(truncatingIfNeeded: group * 16), word1, word2, word3, key: key)
    }

    /// The uniform numbers of draws 64 group ..< 64 group + 64.
    @inlinable @inline(__always) public func uniforms(group: Int) -> (SIMD16<Float>, SIMD16<Float>, SIMD16<Float>, SIMD16<Float>) {
        let words = bits(group: group)
        return (Self.uniform(words.0), Self.uniform(words.1), Self.uniform(words.2), Self.uniform(words.3))
    }

    /// The normal numbers of draws 64 group ..< 64 group + 64.
    @inlinable @inline(__always) public func normals(group: Int) -> (SIMD16<Float>, SIMD16<Float>, SIMD16<Float>, SIMD16<Float>) {
        let words = bits(group: group)
        let (a, b) = Self.normalPair(words.0, words.1)
        let (c, d) = Self.normalPair(words.2, words.3)
        return (a, b, c, d)
    }

    // MARK: - From words to numbers

    /// (w + ½) 2⁻³², rounded to float and kept below 1: in [2⁻³³, 1 - 2⁻²⁴], with 24 significant bits down to the smallest.
    @inlinable @inline(__always) static func uniform(_ words: SIMD16<UInt32>) -> SIMD16<Float> {
        // The halves of a word become fractions in the mantissas of 2⁷ and 2⁻⁹; their sum is the only rounding.
        let upper = VectorMath.float((words &>> SIMD16(repeating: 16)) | SIMD16(repeating: 0x4300_0000)) - 0x1p7
        let lower = VectorMath.float((words & SIMD16(repeating: 0xffff)) | SIMD16(repeating: 0x3b00_0000)) - 0x1.fffffep-10
        let u = upper + lower
        return u.replacing(with: 0x1.fffffep-1, where: u .== 1)
    }

    /// Two independent standard normal numbers, √(-2 ln u) (cos a, sin a), u = uniform(radius), a = 2π angle / 2³².
    ///
    /// Box, Muller, doi:10.1214/aoms/1177706645. The radius has all 32 bits: normals reach 6.76. The angle keeps 25 bits and the
    /// half below them: its quadrant is split off as an integer, so cos and sin need no reduction.
    @inlinable @inline(__always) static func normalPair(
        _ radius: SIMD16<UInt32>, _ angle: SIMD16<UInt32>
    ) -> (SIMD16<Float>, SIMD16<Float>) {
        let (k, f) = VectorMath.split(uniform(radius))
        let r = (-2 * VectorMath.logarithm(exponent: k, fraction: f)).squareRoot()

        // angle = 2³⁰ quadrant + φ with φ in [-2²⁹, 2²⁹), of which the upper 23 bits and a half become a float.
        let signed = unsafe unsafeBitCast(angle &<< SIMD16(repeating: 2), to: SIMD16<Int32>.self) &>> SIMD16<Int32>(repeating: 9)
        let offset = unsafe VectorMath.float(unsafeBitCast(signed, to: SIMD16<UInt32>.self) &+ SIMD16(repeating: 0x4b40_0000))
        let steps = offset - VectorMath.rounder
        let (s, c) = VectorMath.sineAndCosine(reduced: VectorMath.fma(steps, 0x1.921fb6p-23, SIMD16(repeating: 0x1.921fb6p-24)))
        let quadrant = angle &+ SIMD16(repeating: 0x2000_0000)
        // Bit 30 as the float 2 or 0: a comparison of integers would go lane by lane.
        let odd = VectorMath.float(quadrant & SIMD16(repeating: 0x4000_0000)) .!= 0
        let x = VectorMath.flipSign(c.replacing(with: s, where: odd), quadrant ^ (quadrant &<< SIMD16(repeating: 1)))
        let y = VectorMath.flipSign(s.replacing(with: c, where: odd), quadrant)
        return (r * x, r * y)
    }
}

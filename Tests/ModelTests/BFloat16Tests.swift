import CLanes
import Model
import Numerics
import Testing

@Suite("bfloat16")
struct BFloat16Tests {
    /// Of 16 words each: random patterns over all exponents, denormal numbers, infinities and NaN; and ties between two neighbors.
    private static let patterns: [SIMD16<UInt32>] = {
        var words: [UInt32] = []
        for upper in stride(from: UInt32(0), to: 0x1_0000, by: 37) {
            for lower: UInt32 in [0, 1, 0x7fff, 0x8000, 0x8001, 0xffff] { words.append(upper << 16 | lower) }
        }
        for special: UInt32 in [0, 0x0000_0001, 0x007f_ffff, 0x0080_0000, 0x7f7f_ffff, 0x7f80_0000, 0x7f80_0001, 0x7fc0_0000, 0x7fff_ffff] {
            words += [special, special | 0x8000_0000]
        }
        let random = RandomStream(seed: 3, purpose: .test, step: 0, index: 1)
        let uniforms = Matrix(rows: 2, columns: 4096)
        random.fillUniforms(uniforms)
        for column in 0..<4096 {
            words.append(UInt32(uniforms[0, column] * 65536) << 16 | UInt32(uniforms[1, column] * 65536))
        }
        words.removeLast(words.count % 16)
        return stride(from: 0, to: words.count, by: 16).map { start in SIMD16(words[start..<start + 16]) }
    }()

    @Test func `rounding goes to the nearest, ties to even, and denormal numbers to zero`() {
        for bits in Self.patterns {
            let rounded = BFloat16.roundedByBits(BFloat16.lanes(bits))
            for lane in 0..<16 {
                let (x, result) = (Float(bitPattern: bits[lane]), Float(bitPattern: UInt32(rounded[lane]) << 16))
                if x.isNaN {
                    #expect(result.isNaN)
                } else if x.isInfinite {
                    #expect(result == x)
                } else if x.magnitude < Float.leastNormalMagnitude {
                    #expect(result.bitPattern == (x.sign == .minus ? 0x8000_0000 : 0))
                } else {
                    let below = Float(bitPattern: bits[lane] & 0xffff_0000)
                    let above = Float(bitPattern: (bits[lane] & 0xffff_0000) &+ 0x1_0000)
                    let (down, up) = ((Double(x) - Double(below)).magnitude, (Double(above) - Double(x)).magnitude)
                    // Beyond the largest number the next one would be 2¹²⁸.
                    let next = above.isFinite ? up : (0x1p128 - Double(x).magnitude).magnitude
                    let isEven = bits[lane] & 0x1_0000 == 0
                    let nearest = down < next || (down == next && isEven) ? below : above
                    #expect(result.bitPattern == nearest.bitPattern, "\(x) became \(result), not \(nearest)")
                }
            }
        }
    }

    @Test(.enabled(if: BFloat16.isNative, "this CPU does not multiply pairs of bfloat16 numbers"))
    func `the instructions have the bits of their emulation`() {
        for bits in Self.patterns {
            #expect(BFloat16.rounded(BFloat16.lanes(bits), byInstruction: true) == BFloat16.roundedByBits(BFloat16.lanes(bits)))
        }
        let mode = lanes_flush_denormals()
        defer { lanes_set_mode(mode) }
        for (index, a) in Self.patterns.enumerated() {
            for shift in [1, 7, 100] {
                let (b, c) = (
                    Self.patterns[(index + shift) % Self.patterns.count], Self.patterns[(index + 3 * shift) % Self.patterns.count]
                )
                let (native, emulated) = (Self.sum(NativePairs.self, a, b, c), Self.sum(EmulatedPairs.self, a, b, c))
                for lane in 0..<16 where !(native[lane].isNaN && emulated[lane].isNaN) {
                    #expect(native[lane].bitPattern == emulated[lane].bitPattern, "\(c[lane]) + \(a[lane]) * \(b[lane])")
                }
            }
        }
    }

    @inline(never)
    private static func sum<Pairs: PairArithmetic>(_: Pairs.Type, _ a: SIMD16<UInt32>, _ b: SIMD16<UInt32>, _ c: SIMD16<UInt32>) -> SIMD16<
        Float
    > {
        var sum = BFloat16.lanes(c)
        Pairs.addProduct(&sum, BFloat16.lanes(a), BFloat16.lanes(b))
        return sum
    }
}

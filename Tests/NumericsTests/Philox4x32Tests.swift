import Numerics
import Testing

struct Philox4x32Tests {
    /// Random123, tests/kat_vectors, lines `philox4x32 10`: counter, key, output.
    static let knownAnswers: [(SIMD4<UInt32>, SIMD2<UInt32>, SIMD4<UInt32>)] = [
        (SIMD4(repeating: 0), SIMD2(repeating: 0), SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)),
        (SIMD4(repeating: .max), SIMD2(repeating: .max), SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)),
        (
            SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), SIMD2(0xa409_3822, 0x299f_31d0),
            SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)
        ),
    ]

    @Test(arguments: 0..<3)
    func `blocks are the known answers of Random123`(_ index: Int) {
        let (counter, key, output) = Self.knownAnswers[index]
        #expect(Philox4x32.block(counter: counter, key: key) == output)
        let words = Philox4x32.blocks(first: counter[0], counter[1], counter[2], counter[3], key: key)
        #expect(SIMD4(words.0[0], words.1[0], words.2[0], words.3[0]) == output)
    }

    @Test func `sixteen blocks at once are the sixteen blocks one by one, also where the counter wraps`() {
        var state: UInt64 = 1
        func next() -> UInt32 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt32(state >> 32)
        }
        for trial in 0..<1000 {
            let first = trial == 0 ? 0xffff_fff8 : next()
            let (c1, c2, c3, key) = (next(), next(), next(), SIMD2(next(), next()))
            let words = Philox4x32.blocks(first: first, c1, c2, c3, key: key)
            for lane in 0..<16 {
                let single = Philox4x32.block(counter: SIMD4(first &+ UInt32(lane), c1, c2, c3), key: key)
                #expect(single == SIMD4(words.0[lane], words.1[lane], words.2[lane], words.3[lane]))
            }
        }
    }
}

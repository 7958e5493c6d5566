import Foundation
import Numerics
import Testing

struct RandomStreamTests {
    let stream = RandomStream(seed: 0x0123_4567_89ab_cdef, purpose: .test, step: 0x12_3456_789a, index: 0xfedc_ba98)

    @Test func `the counter is block, index, low step, purpose and high step; the key is the seed`() {
        for draw in [0, 1, 15, 16, 17, 63, 64, 1000, 1 << 20, RandomStream.drawLimit - 1] {
            let block = UInt32(draw / 64 * 16 + draw % 16)
            let words = Philox4x32.block(
                counter: SIMD4(block, 0xfedc_ba98, 0x3456_789a, 0xff00_0012), key: SIMD2(0x89ab_cdef, 0x0123_4567))
            #expect(stream.bits(at: draw) == words[draw % 64 / 16])
        }
    }

    @Test func `purposes have distinct, stable numbers`() {
        #expect(Set(RandomPurpose.allCases.map(\.rawValue)).count == RandomPurpose.allCases.count)
        #expect(RandomPurpose.initialisation.rawValue == 1 && RandomPurpose.langevin.rawValue == 48)
    }

    @Test func `a group holds the same numbers as single access`() {
        for group in [0, 1, 77, RandomStream.drawLimit / 64 - 1] {
            let (b, u, n) = (stream.bits(group: group), stream.uniforms(group: group), stream.normals(group: group))
            for (part, words) in [b.0, b.1, b.2, b.3].enumerated() {
                for lane in 0..<16 { #expect(words[lane] == stream.bits(at: group * 64 + part * 16 + lane)) }
            }
            for (part, numbers) in [u.0, u.1, u.2, u.3].enumerated() {
                for lane in 0..<16 { #expect(numbers[lane] == stream.uniform(at: group * 64 + part * 16 + lane)) }
            }
            for (part, numbers) in [n.0, n.1, n.2, n.3].enumerated() {
                for lane in 0..<16 { #expect(numbers[lane] == stream.normal(at: group * 64 + part * 16 + lane)) }
            }
        }
    }

    @Test func `filling from any draw and of any length gives the numbers of single access and touches nothing else`() {
        for start in [0, 1, 15, 63, 64, 65, 127, 1000, 64 << 20] {
            for length in [0, 1, 2, 63, 64, 65, 127, 128, 129, 200] {
                let whole = Matrix(rows: 1, columns: length + 2)
                whole.fill(-77)
                stream.fillNormals(whole.view(from: 1, rows: 1, columns: length), from: start)
                #expect(whole[0, 0] == -77 && whole[0, length + 1] == -77)
                for j in 0..<length { #expect(whole[0, j + 1].bitPattern == stream.normal(at: start + j).bitPattern) }
                stream.fillUniforms(whole.view(from: 1, rows: 1, columns: length), from: start)
                #expect(whole[0, 0] == -77 && whole[0, length + 1] == -77)
                for j in 0..<length { #expect(whole[0, j + 1].bitPattern == stream.uniform(at: start + j).bitPattern) }
            }
        }
    }

    @Test func `a uniform number is its word, (w + 1/2) / 2^32, rounded once and below 1`() {
        var largest: Float = 0
        var wrong = 0
        for draw in 0..<(1 << 21) {
            let exact = (Double(stream.bits(at: draw)) + 0.5) * 0x1p-32
            let value = stream.uniform(at: draw)
            largest = max(largest, value)
            if value != min(Float(exact), 1 - 0x1p-24) { wrong += 1 }
        }
        #expect(wrong == 0)
        // The largest of 2²¹ uniforms is below 1 - 2⁻¹⁶ with probability exp(-32).
        #expect(largest > 1 - 0x1p-16 && largest < 1)
    }

    @Test func `the largest and the smallest words give uniforms inside of (0, 1) and finite normals`() throws {
        // Words that would round to 1, and words that 24-bit uniforms could not tell from 0: one in 2²⁵ each.
        let largest = try #require(draw { $0 .>= 0xffff_ff80 })
        #expect(stream.uniform(at: largest) == 1 - 0x1p-24)
        let smallest = try #require(draw { $0 .< 0x80 })
        #expect(stream.uniform(at: smallest) == (Float(stream.bits(at: smallest)) + 0.5) * 0x1p-32)
        for extreme in [largest, smallest] {
            let radius = extreme / 32 * 32 + extreme % 16
            #expect(stream.normal(at: radius).isFinite && stream.normal(at: radius + 16).isFinite)
        }
    }

    /// The first draw of part 0 whose word satisfies a condition.
    func draw(where condition: (SIMD16<UInt32>) -> SIMDMask<SIMD16<Int32>>) -> Int? {
        for group in 0..<(1 << 26) {
            let found = condition(stream.bits(group: group).0)
            if let lane = (0..<16).first(where: { found[$0] }) { return group * 64 + lane }
        }
        return nil
    }

    @Test func `normals are Box-Muller of their words to 3e-6`() {
        // Relative to r <= 6.8: log 1 ulp (half of it after the root), root and product ½ ulp each, cos or sin 1.5, together below
        // 1.8e-7; the angle is off by at most 2⁻²⁶ turns, ½ ulp and the error of the float π/2: 1.5e-7. That is 2.3e-6 at the largest
        // r. The rounding of u moves r by at most 2⁻²⁵ / r: 6e-7 at r = 0.05, next to nothing where r is large.
        var worst = 0.0
        for draw in 0..<(1 << 21) where draw % 32 < 16 {
            let u = (Double(stream.bits(at: draw)) + 0.5) * 0x1p-32
            let turns = Double(stream.bits(at: draw + 16)) * 0x1p-32
            let r = (-2 * log(u)).squareRoot()
            guard r > 0.05 else { continue }
            worst = max(worst, abs(Double(stream.normal(at: draw)) - r * cos(2 * .pi * turns)))
            worst = max(worst, abs(Double(stream.normal(at: draw + 16)) - r * sin(2 * .pi * turns)))
        }
        #expect(worst < 3e-6)
    }

    @Test func `integers lie below their bound and use all 64 bits of it`() {
        for bound in [1, 2, 3, 10, 1 << 31, 1 << 40, Int.max] {
            for draw in 0..<1000 { #expect((0..<bound).contains(stream.integer(below: bound, at: draw))) }
        }
        // Of 1000 integers below 2⁴⁰ with only 32 random bits all would be multiples of 256.
        #expect((0..<1000).contains { stream.integer(below: 1 << 40, at: $0) % 256 != 0 })
        // The high word is the draw's own.
        for draw in 0..<1000 { #expect(stream.integer(below: 1 << 32, at: draw) == Int(stream.bits(at: draw))) }
    }

    @Test func `draws, steps and indices outside of their range are refused`() async {
        await #expect(processExitsWith: .failure) {
            _ = RandomStream(seed: 0, purpose: .test, step: -1, index: 0)
        }
        await #expect(processExitsWith: .failure) {
            _ = RandomStream(seed: 0, purpose: .test, step: 0, index: 1 << 32)
        }
        await #expect(processExitsWith: .failure) {
            _ = RandomStream(seed: 0, purpose: .test, step: 0, index: 0).bits(at: RandomStream.drawLimit)
        }
    }
}

import Numerics
import Testing

struct InlineArrayFloatsTests {
    @Test func `the floats of vectors on the stack are theirs, in their order, on a boundary of 64 bytes`() {
        var vectors = InlineArray<3, SIMD16<Float>>(repeating: .zero)
        let isAligned = unsafe vectors.withFloats { floats in
            for index in 0..<48 { unsafe floats[index] = Float(index) }
            return UInt(bitPattern: floats).isMultiple(of: 64)
        }
        #expect(isAligned)
        for index in 0..<48 { #expect(vectors[index / 16][index % 16] == Float(index)) }
    }
}

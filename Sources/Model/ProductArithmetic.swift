import CLanes

/// How the kernel of `PatchProduct` multiplies: a word of 32 bits of sixteen weights each with a word of the patch, added to sixteen sums.
package protocol ProductArithmetic {
    /// A value of the left operand.
    associatedtype Element
    /// The k-th word of a patch, sixteen times.
    @unsafe static func word(_ patch: UnsafePointer<Element>, _ k: Int) -> SIMD16<Float>
    static func addProduct(_ sum: inout SIMD16<Float>, _ weights: SIMD16<Float>, _ values: SIMD16<Float>)
}

/// One fused multiply-add of floats.
enum FloatArithmetic: ProductArithmetic {
    @inline(__always) @unsafe static func word(_ patch: UnsafePointer<Float>, _ k: Int) -> SIMD16<Float> {
        unsafe SIMD16<Float>(repeating: patch[k])
    }

    @inline(__always) static func addProduct(_ sum: inout SIMD16<Float>, _ weights: SIMD16<Float>, _ values: SIMD16<Float>) {
        sum.addProduct(weights, values)
    }
}

/// Words of two bfloat16 numbers.
package protocol PairArithmetic: ProductArithmetic where Element == UInt16 {}

extension PairArithmetic {
    @inline(__always) @unsafe package static func word(_ patch: UnsafePointer<UInt16>, _ k: Int) -> SIMD16<Float> {
        BFloat16.lanes(SIMD16(repeating: unsafe UnsafeRawPointer(patch + 2 &* k).loadUnaligned(as: UInt32.self)))
    }
}

/// The instruction for pairs.
package enum NativePairs: PairArithmetic {
    @inline(__always) package static func addProduct(_ sum: inout SIMD16<Float>, _ weights: SIMD16<Float>, _ values: SIMD16<Float>) {
        sum = lanes_add_pairs(sum, BFloat16.bits(weights), BFloat16.bits(values))
    }
}

/// Two fused multiply-adds: the bits of the instruction while denormal numbers count as zeros.
package enum EmulatedPairs: PairArithmetic {
    @inline(__always) package static func addProduct(_ sum: inout SIMD16<Float>, _ weights: SIMD16<Float>, _ values: SIMD16<Float>) {
        let (a, b) = (BFloat16.bits(weights), BFloat16.bits(values))
        let high = SIMD16<UInt32>(repeating: 0xffff_0000)
        sum.addProduct(BFloat16.lanes(a & high), BFloat16.lanes(b & high))
        sum.addProduct(BFloat16.lanes(a &<< 16), BFloat16.lanes(b &<< 16))
    }
}

/// Elementary functions of sixteen floats at once, by polynomials of our own.
///
/// The numbers that reach a model must be the same on every machine; libm chooses its code by CPU and by version. These kernels
/// are one sequence of IEEE operations and fused multiply-adds, so they give the same bits wherever the program runs. Polynomials
/// are minimax fits (Remez) with coefficients rounded to float; error bounds are in units in the last place (ulp) of the exact
/// result, measured against `Double` over the whole range.
///
/// The form of a single `Float` is lane 0 of the vector form.
public enum VectorMath {
    /// Sixteen floats: one AVX-512 register, two of AVX2.
    public typealias Vector = SIMD16<Float>
    /// The bit patterns of a `Vector`.
    public typealias Bits = SIMD16<UInt32>

    /// 1.5 x 2²³. Adding it rounds |x| < 2²² to the nearest integer, which then stands in the low bits of the sum.
    /// A computed property is a constant in other modules too; a stored one would be a call there.
    @inlinable static var rounder: Float { 12_582_912 }

    /// The bit patterns of the lanes.
    @inlinable @inline(__always) static func bits(_ x: Vector) -> Bits { unsafe unsafeBitCast(x, to: Bits.self) }

    /// The floats with the given bit patterns.
    @inlinable @inline(__always) static func float(_ bits: Bits) -> Vector { unsafe unsafeBitCast(bits, to: Vector.self) }

    /// a b + c with one rounding.
    @inlinable @inline(__always) static func fma(_ a: Vector, _ b: Vector, _ c: Vector) -> Vector { c.addingProduct(a, b) }

    /// a b + c with one rounding.
    @inlinable @inline(__always) static func fma(_ a: Vector, _ b: Vector, _ c: Float) -> Vector {
        Vector(repeating: c).addingProduct(a, b)
    }

    /// a b + c with one rounding.
    @inlinable @inline(__always) static func fma(_ a: Vector, _ b: Float, _ c: Vector) -> Vector {
        c.addingProduct(a, Vector(repeating: b))
    }

    /// |x|.
    @inlinable @inline(__always) static func magnitude(_ x: Vector) -> Vector { float(bits(x) & Bits(repeating: 0x7fff_ffff)) }

    /// The value with the sign bits of another vector's lanes flipped in.
    @inlinable @inline(__always) static func flipSign(_ x: Vector, _ signs: Bits) -> Vector {
        float(bits(x) ^ (signs & Bits(repeating: 0x8000_0000)))
    }
}

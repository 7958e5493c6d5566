import CLanes
import Glibc

/// The upper half of a float: its sign, its exponent and 8 significant bits.
package enum BFloat16 {
    /// Whether the CPU that the program is compiled for multiplies pairs of them.
    package static var isNative: Bool { lanes_have_pairs() }

    /// Whether the instructions are used: not on CPUs without them, and not where `EBM_DIST_EMULATE` stands in the environment, for a comparison.
    static let usesInstructions = unsafe isNative && getenv("EBM_DIST_EMULATE") == nil

    @inline(__always) package static func bits(_ x: SIMD16<Float>) -> SIMD16<UInt32> { unsafe unsafeBitCast(x, to: SIMD16<UInt32>.self) }
    @inline(__always) package static func lanes(_ bits: SIMD16<UInt32>) -> SIMD16<Float> { unsafe unsafeBitCast(bits, to: Lanes.self) }

    /// The nearest ones, ties to even; denormal numbers become zeros, NaN stays NaN.
    @inline(__always) package static func rounded(_ x: SIMD16<Float>, byInstruction: Bool) -> SIMD16<UInt16> {
        isNative && byInstruction ? lanes_narrow(x) : roundedByBits(x)
    }

    /// `rounded` without the instruction.
    @inline(__always) package static func roundedByBits(_ x: SIMD16<Float>) -> SIMD16<UInt16> {
        let bits = bits(x)
        let magnitude = bits & SIMD16(repeating: 0x7fff_ffff)
        var upper = (bits &+ (SIMD16(repeating: 0x7fff) &+ ((bits &>> 16) & SIMD16(repeating: 1)))) &>> 16
        upper.replace(with: (bits &>> 16) & SIMD16(repeating: 0x8000), where: magnitude .< SIMD16(repeating: 0x0080_0000))
        upper.replace(with: (bits &>> 16) | SIMD16(repeating: 0x40), where: magnitude .> SIMD16(repeating: 0x7f80_0000))
        return SIMD16<UInt16>(truncatingIfNeeded: upper)
    }

    /// Rounds contiguous floats.
    @unsafe
    static func round(_ x: UnsafePointer<Float>, count: Int, into target: UnsafeMutablePointer<UInt16>) {
        if usesInstructions {
            unsafe round(x, count: count, into: target, byInstruction: true)
        } else {
            unsafe round(x, count: count, into: target, byInstruction: false)
        }
    }

    @inline(__always) @unsafe
    private static func round(
        _ x: UnsafePointer<Float>, count: Int, into target: UnsafeMutablePointer<UInt16>, byInstruction: Bool
    ) {
        func put(_ index: Int) {
            unsafe UnsafeMutableRawPointer(target + index).storeBytes(
                of: rounded(Lanes(loading: x + index), byInstruction: byInstruction), as: SIMD16<UInt16>.self)
        }
        for index in stride(from: 0, through: count - 16, by: 16) { put(index) }
        guard !count.isMultiple(of: 16) else { return }
        // the last sixteen, some of them again
        if count > 16 { return put(count - 16) }
        let rest = rounded(unsafe Lanes(loading: x, count: count), byInstruction: byInstruction)
        for lane in 0..<count { unsafe target[lane] = rest[lane] }
    }
}

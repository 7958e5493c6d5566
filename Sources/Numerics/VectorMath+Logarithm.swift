extension VectorMath {
    /// k ln 2 + ln(1 + f) for f in [√½ - 1, √2 - 1] and an integer k.
    ///
    /// ln(1 + f) = f - f²/2 + f³ P(f) with P of degree 8.
    @inlinable @inline(__always) static func logarithm(exponent k: Vector, fraction f: Vector) -> Vector {
        var p = fma(f, Vector(repeating: 0x1.1b4192p-4), -0x1.e2e982p-4)
        p = fma(p, f, 0x1.e65118p-4)
        p = fma(p, f, -0x1.fb433cp-4)
        p = fma(p, f, 0x1.2332b8p-3)
        p = fma(p, f, -0x1.5562e2p-3)
        p = fma(p, f, 0x1.99a546p-3)
        p = fma(p, f, -0x1.ffffeep-3)
        p = fma(p, f, 0x1.555546p-2)
        let square = f * f
        let tail = fma(p, f, -0.5)
        let low = fma(k, -0x1.05c61p-29, tail * square)
        return fma(k, 0x1.62e43p-1, f + low)
    }

    /// x = 2ᵏ (1 + f) with 1 + f in [√½, √2), for positive normal numbers.
    @inlinable @inline(__always) static func split(_ x: Vector) -> (exponent: Vector, fraction: Vector) {
        // Without the bits of √½ the exponent field holds k for every x in [√½ 2ᵏ, √2 2ᵏ).
        let shifted = bits(x) &- Bits(repeating: 0x3f35_04f3)
        let signed = unsafe unsafeBitCast(shifted, to: SIMD16<Int32>.self) &>> SIMD16<Int32>(repeating: 23)
        let exponent = unsafe float(unsafeBitCast(signed, to: Bits.self) &+ Bits(repeating: 0x4b40_0000)) - rounder
        let mantissa = (shifted & Bits(repeating: 0x007f_ffff)) &+ Bits(repeating: 0x3f35_04f3)
        return (exponent, float(mantissa) - 1)
    }

    /// ln x.
    ///
    /// Error <= 1 ulp over all positive numbers, subnormal ones included. Zero gives -infinity, negative numbers NaN,
    /// infinity infinity; NaN stays NaN.
    @inlinable @inline(__always) public static func log(_ x: Vector) -> Vector {
        let tiny = x .< Float.leastNormalMagnitude
        var (k, f) = split(x.replacing(with: x * 0x1p24, where: tiny))
        k.replace(with: k - 24, where: tiny)
        var result = logarithm(exponent: k, fraction: f)
        result.replace(with: x, where: .!(x .< .infinity))
        result.replace(with: .nan, where: x .< 0)
        result.replace(with: -.infinity, where: x .== 0)
        return result
    }

    /// ln x: lane 0 of the vector form.
    @inlinable public static func log(_ x: Float) -> Float { log(Vector(repeating: x))[0] }

    /// ln(1 + eˣ) = max(x, 0) + ln(1 + e^-|x|), without overflow.
    ///
    /// Error <= 2.5 ulp; results below the smallest normal number are zero; NaN stays NaN.
    @inlinable @inline(__always) public static func softplus(_ x: Vector) -> Vector { softplus(x, power: fallingPower(x)) }

    /// ln(1 + eˣ) and its slope 1/(1 + e⁻ˣ), which share e^-|x|. The value has the bits of `softplus`; error of the slope <= 3 ulp, and for NaN
    /// it is some number.
    @inlinable @inline(__always) public static func softplusAndSlope(_ x: Vector) -> (value: Vector, slope: Vector) {
        let e = fallingPower(x)
        let slope = Vector(repeating: 1) / (e + 1)
        return (softplus(x, power: e), slope.replacing(with: e * slope, where: x .< 0))
    }

    /// e^-|x|, zero below the smallest normal number; some number for NaN.
    @inlinable @inline(__always) static func fallingPower(_ x: Vector) -> Vector {
        let a = magnitude(x)
        return unguardedExp(-a).replacing(with: 0, where: a .> 0x1.5d589ep+6)
    }

    /// max(x, 0) + e P(e) with P of degree 9, which is ln(1 + e) / e on [0, 1].
    ///
    /// - Parameter e: e^-|x|
    @inlinable @inline(__always) static func softplus(_ x: Vector, power e: Vector) -> Vector {
        var p = fma(e, Vector(repeating: -0x1.af49cep-9), 0x1.4917cep-6)
        p = fma(p, e, -0x1.d6b08cp-5)
        p = fma(p, e, 0x1.b4ae08p-4)
        p = fma(p, e, -0x1.3a435ep-3)
        p = fma(p, e, 0x1.934b54p-3)
        p = fma(p, e, -0x1.ff23e6p-3)
        p = fma(p, e, 0x1.554dd0p-2)
        p = fma(p, e, -0x1.ffffd2p-2)
        p = fma(p, e, 1)
        // The comparison keeps NaN.
        return fma(p, e, x.replacing(with: 0, where: x .< 0))
    }

    /// ln(1 + eˣ): lane 0 of the vector form.
    @inlinable public static func softplus(_ x: Float) -> Float { softplus(Vector(repeating: x))[0] }
}

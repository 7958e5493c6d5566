import CLanes

extension VectorMath {
    /// eˣ.
    ///
    /// x = n ln 2 + r with |r| <= ln 2 / 2; eʳ by a polynomial of degree 6; 2ⁿ by an addition to the exponent. Error <= 1 ulp.
    /// Above 88.722839 the result is infinity; results below the smallest normal number (x < -87.33654) are zero; NaN stays NaN.
    @inlinable @inline(__always) public static func exp(_ x: Vector) -> Vector {
        var result = unguardedExp(x)
        result.replace(with: .infinity, where: x .> 0x1.62e42ep+6)
        result.replace(with: 0, where: x .< -0x1.5d589ep+6)
        result.replace(with: x, where: x .!= x)
        return result
    }

    /// eˣ where it is a normal number; rubbish elsewhere.
    @inlinable @inline(__always) static func unguardedExp(_ x: Vector) -> Vector {
        let shifted = fma(x, 0x1.715476p+0, Vector(repeating: rounder))
        let n = shifted - rounder
        let high = fma(n, -0x1.62e43p-1, x)
        let r = fma(n, 0x1.05c61p-29, high)
        var p = fma(r, Vector(repeating: 0x1.6ac35p-10), 0x1.123ec4p-7)
        p = fma(p, r, 0x1.555850p-5)
        p = fma(p, r, 0x1.55548ap-3)
        p = fma(p, r, 0x1.fffffcp-2)
        p = fma(p, r, 1)
        p = fma(p, r, 1)
        return float(bits(p) &+ (bits(shifted) &<< Bits(repeating: 23)))
    }

    /// eˣ: lane 0 of the vector form.
    @inlinable public static func exp(_ x: Float) -> Float { exp(Vector(repeating: x))[0] }

    /// The logistic function 1 / (1 + e⁻ˣ).
    ///
    /// -x log₂ e = n + f with a whole n and |f| <= ½; 2ᶠ by a polynomial of degree 5, and 2ⁿ times that by one instruction. That n + f is rounded
    /// counts where e⁻ˣ is large: the relative error is <= 1.6e-7 + 8e-8 max(0, -x), for x >= 0 <= 1.7 ulp. Zero below -88.73; NaN stays NaN.
    @inlinable @inline(__always) public static func logistic(_ x: Vector) -> Vector {
        let power = x * -0x1.715476p+0
        let n = lanes_round(power)
        // NaN for infinite n, which alone counts then.
        let f = power - n
        var p = fma(f, Vector(repeating: 0x1.5bda4cp-10), 0x1.3ce8aep-7)
        p = fma(p, f, 0x1.c6b6d8p-5)
        p = fma(p, f, 0x1.ebf9c2p-3)
        p = fma(p, f, 0x1.62e42ap-1)
        p = fma(p, f, 1)
        return 1 / (lanes_scale(p, n) + 1)
    }

    /// 1 / (1 + e⁻ˣ): lane 0 of the vector form.
    @inlinable public static func logistic(_ x: Float) -> Float { logistic(Vector(repeating: x))[0] }

    /// tanh x.
    ///
    /// Below 0.625 an odd polynomial of degree 11, above it 1 - 2 / (e²ˣ + 1) with the sign of x. Error <= 1.5 ulp; -0 and NaN stay.
    @inlinable @inline(__always) public static func tanh(_ x: Vector) -> Vector {
        let a = magnitude(x)
        let large = 1 - 2 / (exp(a + a) + 1)
        let z = x * x
        var p = fma(z, Vector(repeating: -0x1.732bcep-8), 0x1.519040p-6)
        p = fma(p, z, -0x1.b82628p-5)
        p = fma(p, z, 0x1.110684p-3)
        p = fma(p, z, -0x1.55553p-2)
        let small = fma(p * z, a, a)
        return flipSign(large.replacing(with: small, where: a .< 0.625), bits(x))
    }

    /// tanh x: lane 0 of the vector form.
    @inlinable public static func tanh(_ x: Float) -> Float { tanh(Vector(repeating: x))[0] }
}

extension VectorMath {
    /// sin φ and cos φ for |φ| <= π/4: polynomials of degree 7 and 8.
    @inlinable @inline(__always) static func sineAndCosine(reduced angle: Vector) -> (sine: Vector, cosine: Vector) {
        let z = angle * angle
        var s = fma(z, Vector(repeating: -0x1.9951eap-13), 0x1.110774p-7)
        s = fma(s, z, -0x1.555546p-3)
        var c = fma(z, Vector(repeating: 0x1.99e80cp-16), -0x1.6c0c28p-10)
        c = fma(c, z, 0x1.55554ap-5)
        c = fma(c, z, -0.5)
        return (fma(s * z, angle, angle), fma(c, z, 1))
    }

    /// sin x and cos x together, at little more than the price of one.
    ///
    /// x = n π/2 + r with π/2 in three parts, each n-fold subtracted with one rounding. For |x| <= 65536 each error is <= 1.6 ulp;
    /// beyond that the reduction loses accuracy gradually, and above 2²² the result means nothing. Infinities and NaN give NaN.
    @inlinable @inline(__always) public static func sineAndCosine(_ x: Vector) -> (sine: Vector, cosine: Vector) {
        let shifted = fma(x, 0x1.45f306p-1, Vector(repeating: rounder))
        let n = shifted - rounder
        let first = fma(n, -0x1.921fb6p+0, x)
        let second = fma(n, 0x1.777a5cp-25, first)
        let r = fma(n, 0x1.ee59dap-50, second)
        let (s, c) = sineAndCosine(reduced: r)
        let quadrant = bits(shifted)
        // Bit 0 as the float 2 or 0: a comparison of integers would go lane by lane.
        let odd = float((quadrant &<< Bits(repeating: 30)) & Bits(repeating: 0x4000_0000)) .!= 0
        // Quadrants 0, 1, 2, 3: the sine is s, c, -s, -c and the cosine c, -s, -c, s.
        let sineSign = quadrant &<< Bits(repeating: 30)
        let cosineSign = sineSign ^ (quadrant &<< Bits(repeating: 31))
        return (flipSign(s.replacing(with: c, where: odd), sineSign), flipSign(c.replacing(with: s, where: odd), cosineSign))
    }

    /// sin x; range and error as `sineAndCosine`.
    @inlinable @inline(__always) public static func sin(_ x: Vector) -> Vector { sineAndCosine(x).sine }

    /// cos x; range and error as `sineAndCosine`.
    @inlinable @inline(__always) public static func cos(_ x: Vector) -> Vector { sineAndCosine(x).cosine }

    /// sin x: lane 0 of the vector form.
    @inlinable public static func sin(_ x: Float) -> Float { sin(Vector(repeating: x))[0] }

    /// cos x: lane 0 of the vector form.
    @inlinable public static func cos(_ x: Float) -> Float { cos(Vector(repeating: x))[0] }
}

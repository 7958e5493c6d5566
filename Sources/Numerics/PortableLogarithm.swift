/// Logarithm and exponential in double precision from additions, products and divisions alone: the same bits on every CPU, which libm does not promise.
public enum PortableLogarithm {
    private static let ln2 = 0.6931471805599453

    /// The natural logarithm of a number above 0, to about 1e-15 of its size: of 2^k m with m near 1, k ln 2 + 2 artanh((m - 1) / (m + 1)).
    public static func value(_ number: Double) -> Double {
        guard number > 0 else { return number == 0 ? -.infinity : .nan }
        guard number.isFinite else { return .infinity }
        var (exponent, m) = (Double(number.exponent), number.significand)
        if m > 1.4142135623730951 { (exponent, m) = (exponent + 1, m / 2) }
        let z = (m - 1) / (m + 1)
        let square = z * z
        var sum = 0.0
        // |z| < 0.172: the next term is below 1e-18.
        for power in stride(from: 23, through: 1, by: -2) { sum = sum * square + 1 / Double(power) }
        return exponent * ln2 + 2 * z * sum
    }

    /// e^x: of k ln 2 + r, 2^k times the power series of r.
    public static func exponential(_ x: Double) -> Double {
        guard x > -745 else { return x.isNaN ? x : 0 }
        guard x < 709 else { return .infinity }
        let k = (x / ln2).rounded()
        let r = x - k * ln2
        var sum = 1.0
        // |r| < 0.35: the next term is below 1e-18.
        for power in stride(from: 14, through: 1, by: -1) { sum = 1 + sum * r / Double(power) }
        let half = (k / 2).rounded(.down)
        return sum * Double(sign: .plus, exponent: Int(half), significand: 1) * Double(sign: .plus, exponent: Int(k - half), significand: 1)
    }
}

/// The inverse Φ⁻¹ of the normal distribution function.
///
/// Rational approximations by P. J. Acklam (2003), relative error below 1.2e-9: ranks are read from it, so that the error is without meaning; the same bits on
/// every CPU.
public enum NormalQuantile {
    private static let a = [
        -3.969683028665376e+01, 2.209460984245205e+02, -2.759285104469687e+02, 1.383577518672690e+02, -3.066479806614716e+01,
        2.506628277459239e+00,
    ]
    private static let b = [
        -5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02, 6.680131188771972e+01, -1.328068155288572e+01, 1,
    ]
    private static let c = [
        -7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00, -2.549732539343734e+00, 4.374664141464968e+00,
        2.938163982698783e+00,
    ]
    private static let d = [7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00, 3.754408661907416e+00, 1]
    private static let tail = 0.02425

    /// - Parameter p: above 0 and below 1.
    public static func value(_ p: Double) -> Double {
        precondition(p > 0 && p < 1, "a probability of \(p)")
        if p > 0.5 { return -value(1 - p) }
        if p < tail {
            let q = (-2 * PortableLogarithm.value(p)).squareRoot()
            return polynomial(c, q) / polynomial(d, q)
        }
        let q = p - 0.5
        return polynomial(a, q * q) * q / polynomial(b, q * q)
    }

    private static func polynomial(_ coefficients: [Double], _ x: Double) -> Double { coefficients.reduce(0) { $0 * x + $1 } }
}

/// A real number and a bound of the error that any float computation of it can have made: running error analysis.
///
/// The value is exact up to Double's rounding. The rules are those of Higham, "Accuracy and Stability of Numerical Algorithms",
/// chapter 3: a product adds u|ab|; a sum of n terms, in any order, adds at most (n - 1) u Σ|terms|. For long sums that is far too
/// wide; rounding errors of either sign give at most λ √n u Σ|terms| except with a probability of 2 exp(-λ²/2) (Higham, Mary, SIAM
/// J. Sci. Comput. 41, A2815, 2019): 3e-14 for λ = 8. Magnitudes include the errors, which covers terms of second order.
struct Bounded {
    var value: Double
    var error: Double

    /// Half a unit in the last place of a Float at 1.
    static let unit = 0x1p-24
    /// Covers results that underflow.
    static let tiny = 1e-37

    /// A number that a Float holds exactly.
    init(_ value: Double) {
        self.value = value
        error = 0
    }

    init(_ value: Double, error: Double) {
        self.value = value
        self.error = error
    }

    static func * (a: Bounded, b: Bounded) -> Bounded {
        let inherited = abs(a.value) * b.error + abs(b.value) * a.error + a.error * b.error
        return Bounded(a.value * b.value, error: inherited + unit * (abs(a.value * b.value) + inherited) + tiny)
    }

    static func + (a: Bounded, b: Bounded) -> Bounded {
        Bounded(a.value + b.value, error: a.error + b.error + unit * (abs(a.value + b.value) + a.error + b.error))
    }

    static func - (a: Bounded, b: Bounded) -> Bounded { a + Bounded(-b.value, error: b.error) }

    /// 1/√x of a positive number: the slope -x^(-3/2)/2 at the lower end of what x can be, and roundings of a root, a division and two sums.
    var reciprocalRoot: Bounded {
        let (root, least) = (value.squareRoot(), max(value - error, value / 2))
        return Bounded(1 / root, error: error / (2 * least * least.squareRoot()) + 4 * Self.unit / root)
    }

    /// Whether a float result is within the bound. NaN never is.
    func admits(_ result: Float) -> Bool {
        abs(Double(result) - value) <= error
    }
}

/// A sum in any order.
struct BoundedSum {
    private var value = 0.0
    private var error = 0.0
    private var magnitude = 0.0
    private var terms = 0.0

    mutating func add(_ term: Bounded) {
        value += term.value
        error += term.error
        magnitude += abs(term.value) + term.error
        terms += 1
    }

    var total: Bounded {
        let growth = min(terms, 8 * terms.squareRoot())
        return Bounded(value, error: error + growth * Bounded.unit * magnitude)
    }
}

private func abs(_ x: Double) -> Double { x.magnitude }

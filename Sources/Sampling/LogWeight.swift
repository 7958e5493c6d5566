import Numerics

/// Σ exp(l) of log weights l, as a sum over the largest of them: any energies, no overflow.
struct LogWeight: Sendable {
    private var largest: Double
    private var sum: Double

    /// No weights.
    static let none = LogWeight(largest: 0, sum: 0)

    private init(largest: Double, sum: Double) { (self.largest, self.sum) = (largest, sum) }

    /// exp(l)
    init(logarithm: Double) { self.init(largest: logarithm, sum: 1) }

    var isZero: Bool { sum == 0 }

    mutating func add(_ other: LogWeight) {
        guard !other.isZero else { return }
        guard !isZero else { return self = other }
        let (high, low) = largest >= other.largest ? (self, other) : (other, self)
        self = LogWeight(largest: high.largest, sum: high.sum + low.sum * Self.exp(low.largest - high.largest))
    }

    /// This over another, which has weights; infinity where a float is too small for it.
    func ratio(to other: LogWeight) -> Double { isZero ? 0 : sum / other.sum * Self.exp(largest - other.largest) }

    /// Our own exponential: what it gives reaches the model.
    static func exp(_ x: Double) -> Double { Double(VectorMath.exp(Float(x))) }
}

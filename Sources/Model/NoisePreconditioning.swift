import Numerics

/// How a network becomes an energy of data with noise σ(c) = low · (high/low)^c, where c is its condition, one value:
///
/// E(x, c) = |x|²/(2(σ² + s²)) + (s/σ) f(x/√(σ² + s²), c), with s the standard deviation of the data.
///
/// The score of such data is of size 1/√(σ² + s²) along them and 1/σ across. Inputs of f then have one size at every noise, and so have the
/// gradients that f has to have; f = 0 is the energy of the Gaussian with the data's size. Without it one network would need gradients that differ by
/// high/low for inputs that differ by as much.
///
/// A normalized one adds (d/2) log(2π(σ² + s²)), d the values of x: f = 0 is then minus the log density of that Gaussian, at every noise alike, so that the
/// energies of noises can be compared.
/// Source: T. Karras, M. Aittala, T. Aila, S. Laine, arXiv:2206.00364, table 1: ∇E = (x - D(x))/σ² with their denoiser D, of which F is ∇f up to its sign.
public struct NoisePreconditioning: Hashable, Sendable {
    /// σ(0) and σ(1).
    public let low, high: Float
    /// s
    public let data: Float
    /// Whether the energy of f = 0 is minus the log density of a Gaussian.
    public let isNormalized: Bool

    /// Nil unless all are positive and so are, as floats, the squares and quotients that are needed.
    public init?(low: Float, high: Float, data: Float, isNormalized: Bool = false) {
        (self.low, self.high, self.data, self.isNormalized) = (low, high, data, isNormalized)
        guard low > 0, high > 0, data > 0 else { return nil }
        for condition: Float in [0, 1] {
            let row = factors(condition)
            guard [row.input, row.output, row.gradient, row.precision].allSatisfy({ $0.isNormal }) else { return nil }
        }
    }

    /// What a row is multiplied by.
    struct Factors {
        /// The input, 1/√(σ² + s²).
        let input: Float
        /// The network's output, s/σ.
        let output: Float
        /// 1/(σ² + s²), the factor of |x|²/2.
        let precision: Float
        /// σ²/(σ² + s²) log(high/low): minus the derivative of log(1/√(σ² + s²)) with respect to the condition.
        let slope: Float

        /// The network's gradient with respect to its input, in that of E with respect to x.
        var gradient: Float { output * input }
    }

    func factors(_ condition: Float) -> Factors {
        let noise = noise(condition)
        let precision = 1 / (noise * noise + data * data)
        return Factors(
            input: precision.squareRoot(), output: data / noise, precision: precision, slope: noise * noise * precision * logRange)
    }

    /// log(high/low): how fast log σ grows with the condition, and log(s/σ) falls.
    public var logRange: Float { VectorMath.log(high) - VectorMath.log(low) }

    /// σ of a condition.
    public func noise(_ condition: Float) -> Float { VectorMath.exp(VectorMath.log(low) + condition * logRange) }

    /// What is added to the energy of d values; 0 where it is not normalized.
    func constant(_ row: Factors, values: Int) -> Float {
        isNormalized ? Float(values) * 0.5 * (VectorMath.log(2 * .pi) - VectorMath.log(row.precision)) : 0
    }

    /// result = x/√(σ² + s²), row by row; the condition of a row stands in front of it.
    func scale(_ x: Matrix, condition: Matrix, into result: Matrix) {
        for row in 0..<x.rows {
            let factor = factors(condition[row, 0]).input
            result.rows(row..<row + 1).combine(x.rows(row..<row + 1), x.rows(row..<row + 1)) { value, _ in factor * value }
        }
    }

    /// direction/√(σ² + s²) + w x d/dc 1/√(σ² + s²), row by row: the direction of the scaled input where the condition has the direction w.
    func scaleDirection(_ direction: Matrix, of x: Matrix, condition: Matrix, along conditionDirection: Matrix, into result: Matrix) {
        for row in 0..<x.rows {
            let (own, range) = (factors(condition[row, 0]), row..<row + 1)
            let (factor, slope) = (own.input, -own.input * own.slope * conditionDirection[row, 0])
            result.rows(range).combine(direction.rows(range), x.rows(range)) { factor * $0 + slope * $1 }
        }
    }

    /// Multiplies values of rows, a column of them for each of several.
    func multiply(_ columns: [Matrix], condition: Matrix, by factor: (Factors) -> Float) {
        for column in columns {
            for row in 0..<column.rows { column[row, 0] *= factor(factors(condition[row, 0])) }
        }
    }
}

extension NoisePreconditioning: LosslessStringConvertible {
    /// Three numbers: low, high and the data's deviation; behind them the word `normalized` where it is.
    public init?(_ description: String) {
        let parts = description.split(separator: " ")
        guard parts.count == 3 || (parts.count == 4 && parts[3] == Self.word) else { return nil }
        guard let low = Float(parts[0]), let high = Float(parts[1]), let data = Float(parts[2]) else { return nil }
        self.init(low: low, high: high, data: data, isNormalized: parts.count == 4)
    }

    public var description: String { "\(low) \(high) \(data)" + (isNormalized ? " \(Self.word)" : "") }

    private static let word = "normalized"
}

import Foundation

/// Where a value lies by chance: what all of a measure's repetitions would give, but for a share of 1 - `level`.
public struct Interval: Codable, Hashable, Sendable {
    /// Where the interval comes from.
    public enum Method: String, Codable, Sendable {
        /// Percentiles of the value over resamples of the rows.
        case percentiles
        /// The same reflected at the value, which takes off the bias that resampling adds to distances (the "basic" bootstrap).
        case reflected
        /// Percentiles moved to where the resamples' mean is the value: of distances that are compared with others of the same bias.
        case centered
        /// Student's t of several independent estimates.
        case estimates
        /// The normal distribution, of a mean over rows.
        case normal
        /// A lower and an upper bound, each widened by its own interval.
        case bounds
    }

    public let low: Double
    public let high: Double
    public let level: Double
    public let method: Method
    /// Resamples, estimates or rows.
    public let count: Int
    /// Of the resamples.
    public let seed: UInt64?

    package init(low: Double, high: Double, level: Double = Interval.standardLevel, method: Method, count: Int, seed: UInt64? = nil) {
        (self.low, self.high, self.level) = (low, high, level)
        (self.method, self.count, self.seed) = (method, count, seed)
    }

    package static let standardLevel = 0.95

    /// The interval of a value times a factor, plus a term.
    package func scaled(by factor: Double, plus term: Double = 0) -> Interval {
        let ends = [factor * low + term, factor * high + term].sorted()
        return Interval(low: ends[0], high: ends[1], level: level, method: method, count: count, seed: seed)
    }
}

/// A measured value and where it lies by chance.
public struct Estimate: Codable, Hashable, Sendable {
    public let value: Double
    public let interval: Interval

    package init(_ value: Double, _ interval: Interval) { (self.value, self.interval) = (value, interval) }

    /// The mean of independent estimates of one number, and mean ± t s/√n with the quantile t of Student's distribution.
    /// - Parameter estimates: at least two.
    package init(ofIndependent estimates: [Double]) {
        precondition(estimates.count >= 2, "a spread needs two estimates")
        let count = Double(estimates.count)
        let mean = estimates.reduce(0, +) / count
        let squares = estimates.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let width = StudentDistribution.quantile(freedom: estimates.count - 1) * (squares / (count - 1) / count).squareRoot()
        self.init(mean, Interval(low: mean - width, high: mean + width, method: .estimates, count: estimates.count))
    }

    /// The mean over rows and mean ± 1.96 s/√n.
    /// - Parameter values: of at least two independent rows.
    package init(meanOf values: [Double]) {
        precondition(values.count >= 2, "a spread needs two rows")
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let width = StudentDistribution.normalQuantile * (squares / (count - 1) / count).squareRoot()
        self.init(mean, Interval(low: mean - width, high: mean + width, method: .normal, count: values.count))
    }

    package func scaled(by factor: Double, plus term: Double = 0) -> Estimate {
        Estimate(factor * value + term, interval.scaled(by: factor, plus: term))
    }

    /// `0.512 (95 %: 0.480 to 0.544)` with so many digits behind the point.
    package func text(_ digits: Int) -> String { text { String(format: "%.\(digits)f", $0) } }

    /// The same in three significant digits.
    package var significant: String { text { String(format: "%.3g", $0) } }

    /// `12.3 % (95 %: 10.1 to 14.2)`
    package var percent: String { scaled(by: 100).text(1).replacing(" (", with: " % (") }

    private func text(_ number: (Double) -> String) -> String {
        "\(number(value)) (\(Int((100 * interval.level).rounded())) %: \(number(interval.low)) to \(number(interval.high)))"
    }
}

/// Half widths of intervals of 95 % in units of the standard error.
enum StudentDistribution {
    /// Of the normal distribution.
    static let normalQuantile = 1.959964
    /// Of one degree of freedom, of two, ... (W. Gosset, doi:10.1093/biomet/6.1.1).
    private static let quantiles = [
        12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004, 2.262157, 2.228139, 2.200985, 2.178813, 2.160369,
        2.144787, 2.131450, 2.119905, 2.109816, 2.100922, 2.093024, 2.085963,
    ]

    /// - Parameter freedom: degrees of freedom, at least one; beyond twenty the first terms of the expansion about the normal distribution.
    static func quantile(freedom: Int) -> Double {
        guard freedom > quantiles.count else { return quantiles[freedom - 1] }
        let (z, n) = (normalQuantile, Double(freedom))
        let cube = z * z * z
        return z + (cube + z) / (4 * n) + (5 * cube * z * z + 16 * cube + 3 * z) / (96 * n * n)
    }
}

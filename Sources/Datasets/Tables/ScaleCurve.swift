import Failures
import Numerics

/// What a number goes through before it is shifted and scaled by mean and deviation.
public enum ScaleCurve: Hashable, Codable, Sendable {
    case straight
    /// Its natural logarithm.
    case log
    /// Between knots in a straight line from a value to a score; outside of them by the slope 1/`width`.
    case knots(values: [Double], scores: [Double], width: Double)

    /// Knots are kept, at most.
    private static let mostKnots = 256

    /// Values to scores of the normal distribution with their ranks: of n numbers that of rank r, from 0, has the score Φ⁻¹((r + 1/2) / n), equal ones sharing
    /// their mean rank; where they have weights, Φ⁻¹ of the share of the weight below a number, its own counted half.
    /// - Parameters:
    ///   - sample: in any order, at least two different numbers.
    ///   - deviation: of the numbers: how they go on outside of what was seen.
    init(normalScoresOf sample: WeightedNumbers, deviation: Double) {
        let all = sample.ranks
        let last = all.count - 1
        let count = min(all.count, Self.mostKnots)
        let places = (0..<count).map { count == 1 ? 0 : $0 * last / (count - 1) }
        self = .knots(
            values: places.map { all[$0].value }, scores: places.map { NormalQuantile.value(all[$0].share) }, width: deviation)
    }

    func forward(_ value: Double) -> Double {
        switch self {
        case .straight: value
        case .log: PortableLogarithm.value(value)
        case .knots(let values, let scores, let width): Self.along(values, scores, width, value)
        }
    }

    func backward(_ score: Double) -> Double {
        switch self {
        case .straight: score
        case .log: PortableLogarithm.exponential(score)
        case .knots(let values, let scores, let width): Self.along(scores, values, 1 / width, score)
        }
    }

    /// Whether it has a value at a number.
    func allows(_ value: Double) -> Bool { if case .log = self { value > 0 } else { true } }

    /// From one list of rising numbers to another, in straight lines; outside by 1/width.
    private static func along(_ from: [Double], _ to: [Double], _ width: Double, _ value: Double) -> Double {
        let last = from.count - 1
        if value <= from[0] { return to[0] + (value - from[0]) / width }
        if value >= from[last] { return to[last] + (value - from[last]) / width }
        var (low, high) = (0, last)
        while high - low > 1 {
            let middle = (low + high) / 2
            if from[middle] <= value { low = middle } else { high = middle }
        }
        return to[low] + (to[high] - to[low]) * ((value - from[low]) / (from[high] - from[low]))
    }

    /// Whether what a file says can be a curve.
    package var isSound: Bool {
        guard case .knots(let values, let scores, let width) = self else { return true }
        let rise = { (list: [Double]) in list.allSatisfy(\.isFinite) && zip(list, list.dropFirst()).allSatisfy { $0 < $1 } }
        return values.count > 1 && values.count == scores.count && rise(values) && rise(scores) && width > 0 && width.isFinite
    }
}

/// How the numbers of a column are scaled; the words of `data.scale`.
public enum ColumnScale: String, CaseIterable, Sendable {
    case none
    /// (v - mean) / deviation
    case standard
    /// (log v - mean) / deviation, mean and deviation of the logarithms
    case log
    /// To the score of the normal distribution with the same rank.
    case quantile
}

import Foundation

/// The axis of a chart: its range, and ticks at round numbers.
package struct Axis: Sendable, Hashable {
    package let range: ClosedRange<Double>
    package let ticks: [Double]
    package let isLogarithmic: Bool
    /// What stands at the ticks in the place of numbers; empty for numbers.
    private let words: [String]

    /// Round numbers 1, 2 and 5 times a power of ten, about as many as asked for; the range ends at such.
    /// - Parameters:
    ///   - values: what is shown; a range without length is widened.
    ///   - isTight: whether the range ends where the values do, as that of steps, which begin at 0 and end at the last: at least three ticks lie inside.
    package init(_ values: ClosedRange<Double>, ticks wanted: Int = 5, isTight: Bool = false) {
        let values = Self.widened(values)
        let length = values.upperBound - values.lowerBound
        let step = isTight ? Self.roundStep(atMost: length / Double(max(3, wanted - 1))) : Self.roundStep(length / Double(max(1, wanted)))
        let low = isTight ? values.lowerBound : (values.lowerBound / step).rounded(.down) * step
        let high = isTight ? values.upperBound : (values.upperBound / step).rounded(.up) * step
        range = low...high
        let first = (low / step - 1e-9).rounded(.up)
        let count = Int(((high / step + 1e-9).rounded(.down) - first).rounded())
        ticks = count >= 0 ? (0...count).map { (first + Double($0)) * step } : []
        (isLogarithmic, words) = (false, [])
    }

    /// Words, each in the middle of a stretch of length 1, by their numbers from 0.
    package init(words: [String]) {
        precondition(!words.isEmpty, "an axis of no words")
        range = -0.5...Double(words.count) - 0.5
        ticks = words.indices.map { Double($0) }
        (isLogarithmic, self.words) = (false, words)
    }

    /// Powers of ten, every k-th where there are many.
    /// - Parameter values: above 0.
    package init(logarithmic values: ClosedRange<Double>, ticks wanted: Int = 5) {
        precondition(values.lowerBound > 0, "a logarithmic axis is of numbers above 0")
        let low = Int(log10(values.lowerBound).rounded(.down))
        let high = max(low + 1, Int(log10(values.upperBound).rounded(.up)))
        let step = max(1, (high - low + wanted - 1) / wanted)
        range = pow(10, Double(low))...pow(10, Double(high))
        ticks = stride(from: low, through: high, by: step).map { pow(10, Double($0)) }
        (isLogarithmic, words) = (true, [])
    }

    /// Where a value lies, from 0 to 1; values outside of the range at its ends.
    package func place(_ value: Double) -> Double {
        let share =
            isLogarithmic
            ? (log10(max(value, range.lowerBound)) - log10(range.lowerBound)) / (log10(range.upperBound) - log10(range.lowerBound))
            : (value - range.lowerBound) / (range.upperBound - range.lowerBound)
        return min(1, max(0, share))
    }

    /// The number of a tick: as many digits behind the point as tell neighbours apart.
    package func label(_ tick: Double) -> String {
        if let word = Int(exactly: tick), words.indices.contains(word) { return words[word] }
        if isLogarithmic || ticks.count < 2 { return Numeral.short(tick) }
        let step = ticks[1] - ticks[0]
        let greatest = max(abs(range.lowerBound), abs(range.upperBound))
        if greatest >= 1e4 || greatest < 1e-3 { return Numeral.short(tick) }
        let digits = max(0, Int((-log10(step) - 1e-9).rounded(.up)))
        return String(format: "%.\(digits)f", tick == 0 ? 0 : tick)
    }

    private static func widened(_ range: ClosedRange<Double>) -> ClosedRange<Double> {
        let (low, high) = (range.lowerBound, range.upperBound)
        guard high - low <= 1e-9 * max(abs(low), abs(high)) else { return range }
        let reach = max(abs(low) * 0.1, 1e-6)
        return (low - reach)...(high + reach)
    }

    /// The greatest of 1, 2, 5 times a power of ten that is no greater.
    private static func roundStep(atMost step: Double) -> Double {
        let power = pow(10, log10(step).rounded(.down))
        return [5, 2, 1].map { $0 * power }.first { $0 <= step * (1 + 1e-9) } ?? power
    }

    /// The least of 1, 2, 5 times a power of ten that is no smaller.
    private static func roundStep(_ step: Double) -> Double {
        let power = pow(10, log10(step).rounded(.down))
        return [1, 2, 5, 10].map { $0 * power }.first { $0 >= step * (1 - 1e-9) } ?? 10 * power
    }
}

import Formats

/// An interval of numbers, each end open or closed.
public struct NumberRange: Hashable, Sendable {
    public var lower = -Double.greatestFiniteMagnitude
    public var upper = Double.greatestFiniteMagnitude
    public var lowerIsOpen = false
    public var upperIsOpen = false

    public static let any = NumberRange()
    /// Values of rows: their squares, and sums of many, are 32-bit floats.
    public static let value = NumberRange(lower: -1e12, upper: 1e12)
    public static let deviation = NumberRange(lower: 0, upper: 1e12)
    public static let positive = NumberRange(lower: 0, lowerIsOpen: true)
    /// Of a walk, whose law is a list as long as the root of the time.
    public static let time = NumberRange(lower: 0, upper: 1000, lowerIsOpen: true)
    public static let notNegative = NumberRange(lower: 0)
    public static let atLeastOne = NumberRange(lower: 1)
    /// 0 <= x < 1.
    public static let fraction = NumberRange(lower: 0, upper: 1, upperIsOpen: true)
    /// 0 < x <= 1.
    public static let share = NumberRange(lower: 0, upper: 1, lowerIsOpen: true)
    public static let probability = NumberRange(lower: 0, upper: 1)
    /// 0 < x < 1.
    public static let insideUnit = NumberRange(lower: 0, upper: 1, lowerIsOpen: true, upperIsOpen: true)

    public func contains(_ value: Double) -> Bool {
        (lowerIsOpen ? value > lower : value >= lower) && (upperIsOpen ? value < upper : value <= upper)
    }

    /// In words: `a number greater than 0 and at most 1`.
    public var description: String {
        var parts: [String] = []
        if lower > -Double.greatestFiniteMagnitude { parts.append((lowerIsOpen ? "greater than " : "at least ") + JSONValue(lower).text) }
        if upper < Double.greatestFiniteMagnitude { parts.append((upperIsOpen ? "below " : "at most ") + JSONValue(upper).text) }
        return parts.isEmpty ? "a number" : "a number " + parts.joined(separator: " and ")
    }
}

extension ClosedRange<Int> {
    /// From one on.
    static var count: ClosedRange<Int> { 1...1_000_000_000 }
    /// Steps between two things that happen; 0 says when else.
    static var interval: ClosedRange<Int> { 0...1_000_000_000 }
    /// Outputs of a layer.
    static var width: ClosedRange<Int> { 1...1_000_000 }
}

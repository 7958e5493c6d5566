/// How good something is.
package enum Level: Int, Comparable {
    case good, look, bad

    package static func < (first: Level, second: Level) -> Bool { first.rawValue < second.rawValue }

    /// The class of the style sheet.
    var name: String {
        switch self {
        case .good: "good"
        case .look: "look"
        case .bad: "bad"
        }
    }

    /// What stands in front of a sentence, for those who do not see colours.
    var mark: String {
        switch self {
        case .good: "✓"
        case .look: "!"
        case .bad: "✕"
        }
    }
}

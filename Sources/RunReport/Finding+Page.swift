import Foundation
import Training

/// A finding as the page shows it: what was found, and behind it what to try.
extension Finding {
    /// What was found.
    package var found: String { parts.found }
    /// What to try; nil where there is nothing to do.
    package var advice: String? { parts.advice }

    private var parts: (found: String, advice: String?) {
        // The sentences of warnings say "...; try ...", those of diagnostics "... . Try ...".
        let marks = ["; try ", ". Try ", ": try ", "; look at ", ": use "]
        guard let mark = marks.compactMap({ text.range(of: $0) }).min(by: { $0.lowerBound < $1.lowerBound }) else {
            return (Self.capitalized(text), nil)
        }
        return (Self.capitalized(String(text[..<mark.lowerBound])) + ".", String(text[mark.upperBound...]))
    }

    private static func capitalized(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }
}

extension Finding.Level {
    /// What stands in front of a sentence, for those who do not see colours.
    var mark: String {
        switch self {
        case .good: "✓"
        case .look: "!"
        case .bad: "✕"
        }
    }
}

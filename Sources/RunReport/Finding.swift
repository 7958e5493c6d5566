import Foundation
import Training

/// A sentence about a run, how good it is, and what to try.
package struct Finding {
    package let level: Level
    package let text: String
    /// nil where there is nothing to do.
    package let advice: String?

    package init(_ level: Level, _ sentence: String) {
        self.level = level
        // The sentences of warnings say "...; try ...", those of diagnostics "... . Try ...".
        let parts = ["; try ", ". Try ", ": try ", "; look at ", ": use "].compactMap { mark in sentence.range(of: mark).map { ($0, mark) }
        }
        guard let (range, _) = parts.min(by: { $0.0.lowerBound < $1.0.lowerBound }) else {
            (text, advice) = (Self.capitalized(sentence), nil)
            return
        }
        text = Self.capitalized(String(sentence[..<range.lowerBound])) + "."
        advice = String(sentence[range.upperBound...])
    }

    /// Of a sentence of `DiagnosticFindings`, which begins with its level.
    package init(diagnosis: String) {
        let parts = diagnosis.split(separator: ":", maxSplits: 1).map(String.init)
        let levels = ["good": Level.good, "look": .look, "bad": .bad]
        guard parts.count == 2, let level = levels[parts[0]] else {
            self.init(.look, diagnosis)
            return
        }
        self.init(level, String(parts[1].drop { $0 == " " }))
    }

    /// Warnings that ask for a look and do not say that a training goes wrong.
    private static let mild: Set<HealthWarning.Kind> = [.noise, .acceptance, .draws, .dataNoise, .agreement]

    /// Of a warning of the logs.
    /// - Parameter kind: what it is about; nil in logs of earlier versions.
    package init(warning: String, kind: String?) {
        let isMild = kind.flatMap { HealthWarning.Kind(rawValue: $0) }.map { Self.mild.contains($0) } ?? false
        self.init(isMild ? .look : .bad, warning)
    }

    private static func capitalized(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }
}

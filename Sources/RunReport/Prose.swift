import Charts
import Configuration

/// Sentences in which the keys of the configuration look like keys.
enum Prose {
    private static let keys = Set(ConfigurationKey.all.map(\.path))

    static func markup(_ text: String) -> HTML {
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map { word -> HTML in
            let core = word.drop { !$0.isLetter }
            let name = core.prefix { $0.isLetter || $0.isNumber || $0 == "." }
            let trimmed = name.hasSuffix(".") ? name.dropLast() : name
            guard keys.contains(String(trimmed)) else { return .text(String(word)) }
            return .joined([
                .text(String(word[..<core.startIndex])), HTML("code", String(trimmed)), .text(String(word[trimmed.endIndex...])),
            ])
        }
        return .joined(Array(words.flatMap { [$0, HTML.text(" ")] }.dropLast()))
    }
}

/// A piece of a page: text is escaped where it becomes one, so that nothing that was read can become markup.
package struct HTML: Sendable {
    package private(set) var markup: String

    private init(markup: String) { self.markup = markup }

    package static let empty = HTML(markup: "")

    /// Characters as they are read.
    package static func text(_ text: String) -> HTML { HTML(markup: escaped(text)) }

    /// What is markup already: of this program's own making, never of something that was read.
    package static func raw(_ markup: String) -> HTML { HTML(markup: markup) }

    /// An element with what is in it. Attributes without a value (`hidden`) have an empty one.
    package init(_ name: String, _ attributes: KeyValuePairs<String, String>, _ content: [HTML]) {
        self = HTML.opening(name, attributes)
        for piece in content { markup += piece.markup }
        markup += "</\(name)>"
    }

    package init(_ name: String, _ attributes: KeyValuePairs<String, String>, _ text: String) {
        self.init(name, attributes, [.text(text)])
    }

    package init(_ name: String, _ content: [HTML]) { self.init(name, [:], content) }

    package init(_ name: String, _ text: String) { self.init(name, [:], [.text(text)]) }

    /// An element that holds nothing, such as an image.
    package static func void(_ name: String, _ attributes: KeyValuePairs<String, String>) -> HTML { opening(name, attributes) }

    private static func opening(_ name: String, _ attributes: KeyValuePairs<String, String>) -> HTML {
        HTML(markup: "<\(name)" + attributes.map { " \($0)=\"\(escaped($1))\"" }.joined() + ">")
    }

    package static func joined(_ pieces: [HTML]) -> HTML { HTML(markup: pieces.map(\.markup).joined()) }

    private static func escaped(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case _ where scalar.value < 0x20 && scalar != "\n" && scalar != "\t": result += "\u{fffd}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

/// Text for a terminal: lines of at most 118 columns.
public enum TextLayout {
    public static let width = 118

    /// A title and a text beside it, whose further lines begin where the first one does.
    /// - Parameters:
    ///   - indent: the column of the text.
    ///   - width: columns that no line is longer than, as far as its words allow.
    public static func paragraph(_ title: String, _ text: String, indent: Int, width: Int = TextLayout.width) -> String {
        let margin = String(repeating: " ", count: indent)
        let head = title.count < indent ? NumberText.padded(title, indent) : title + "\n" + margin
        return head + lines(text, first: indent, indent: indent, width: width).joined(separator: "\n" + margin)
    }

    /// A sentence whose further lines stand so far to the right.
    public static func sentence(_ text: String, indent: Int, width: Int = TextLayout.width) -> String {
        lines(text, first: 0, indent: indent, width: width).joined(separator: "\n" + String(repeating: " ", count: indent))
    }

    /// - Parameters: the columns at which the first line and the further ones begin.
    private static func lines(_ text: String, first: Int, indent: Int, width: Int) -> [String] {
        var lines: [String] = []
        for part in text.split(separator: "\n", omittingEmptySubsequences: false) {
            var line = ""
            for word in part.split(separator: " ") {
                if !line.isEmpty, (lines.isEmpty ? first : indent) + line.count + 1 + word.count > width {
                    lines.append(line)
                    line = ""
                }
                line += (line.isEmpty ? "" : " ") + word
            }
            lines.append(line)
        }
        return lines
    }

    /// A title and lines beside it, as they are.
    public static func block(_ title: String, _ text: String, indent: Int) -> String {
        NumberText.padded(title, indent) + text.replacing("\n", with: "\n" + String(repeating: " ", count: indent))
    }

    /// Lines of a name and a text, in two columns; a text has one line.
    public static func table(_ lines: [(String, String)]) -> String {
        let indent = min(32, (lines.map(\.0.count).max() ?? 0) + 2)
        return lines.map { name, text in
            let room = max(20, width - 9 - max(indent, name.count + 2))
            return NumberText.padded(name, max(indent, name.count + 2)) + (text.count > room ? text.prefix(room - 3) + "..." : text)
        }.joined(separator: "\n")
    }

    /// A path as it can be typed into a shell.
    package static func shellWord(_ path: String) -> String {
        let isPlain = !path.isEmpty && path.allSatisfy { $0.isLetter || $0.isNumber || "/._-+=:,@%".contains($0) }
        return isPlain ? path : "'\(path.replacing("'", with: "'\\''"))'"
    }
}

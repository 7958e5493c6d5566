/// Text for a terminal.
public enum TextLayout {
    /// A title and a text beside it, whose further lines begin where the first one does.
    /// - Parameters:
    ///   - indent: the column of the text: half of the width at most, so that there is room for it.
    ///   - width: columns that no line is longer than, as far as its words allow.
    public static func paragraph(_ title: String, _ text: String, indent: Int, width: Int = TextWidth.output.prose) -> String {
        let indent = min(indent, width / 2)
        let margin = String(repeating: " ", count: indent)
        let head = title.count < indent ? NumberText.padded(title, indent) : title.isEmpty ? "" : title + "\n" + margin
        return head + lines(text, first: indent, indent: indent, width: width).joined(separator: "\n" + margin)
    }

    /// A sentence whose further lines stand so far to the right.
    public static func sentence(_ text: String, indent: Int, width: Int = TextWidth.output.prose) -> String {
        lines(text, first: 0, indent: indent, width: width).joined(separator: "\n" + String(repeating: " ", count: indent))
    }

    /// Lines as they are, those that are too long folded, their further parts a little to the right.
    public static func folded(_ text: String, width: Int) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            guard line.count > width else { return String(line) }
            let margin = line.prefix { $0 == " " }
            let indent = min(margin.count + 2, width / 2)
            return margin
                + lines(String(line), first: margin.count, indent: indent, width: width).joined(
                    separator: "\n" + String(repeating: " ", count: indent))
        }.joined(separator: "\n")
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

    /// A title and a command for a shell, folded between its words where it is too long: each line but the last ends with a backslash, so that all of it
    /// can be typed, or copied, as it stands.
    /// - Parameter words: each as the shell takes it.
    package static func command(_ title: String, _ words: [String], indent: Int, width: Int) -> String {
        let indent = min(indent, width / 3)
        let margin = String(repeating: " ", count: indent)
        var lines = [title.count < indent ? NumberText.padded(title, indent) : title + "\n" + margin]
        var (length, isFirst) = (indent, true)
        for (place, word) in words.enumerated() {
            let mark = place == words.count - 1 ? 0 : 2
            if !isFirst, length + 1 + word.count + mark > width {
                lines[lines.count - 1] += " \\"
                lines.append(margin + "  ")
                (length, isFirst) = (indent + 2, true)
            }
            lines[lines.count - 1] += (isFirst ? "" : " ") + word
            (length, isFirst) = (length + (isFirst ? 0 : 1) + word.count, false)
        }
        return lines.joined(separator: "\n")
    }

    /// A title and lines beside it, as they are.
    public static func block(_ title: String, _ text: String, indent: Int) -> String {
        NumberText.padded(title, indent) + text.replacing("\n", with: "\n" + String(repeating: " ", count: indent))
    }

    /// Lines of a name and a text, in two columns; both are cut where they are too long: each has one line.
    public static func table(_ lines: [(String, String)], width: Int) -> String {
        let indent = min(32, width / 2, (lines.map(\.0.count).max() ?? 0) + 2)
        return lines.map { name, text in
            let name = cut(name, max(8, width - leastText))
            let place = max(indent, name.count + 2)
            return NumberText.padded(name, place) + cut(text, max(leastText - 2, width - place))
        }.joined(separator: "\n")
    }

    /// Places of a text beside a name, and of the space between them, at least.
    private static let leastText = 20

    private static func cut(_ text: String, _ room: Int) -> String { text.count > room ? text.prefix(room - 3) + "..." : text }

    /// A path as it can be typed into a shell.
    package static func shellWord(_ path: String) -> String {
        let isPlain = !path.isEmpty && path.allSatisfy { $0.isLetter || $0.isNumber || "/._-+=:,@%".contains($0) }
        return isPlain ? path : "'\(path.replacing("'", with: "'\\''"))'"
    }
}

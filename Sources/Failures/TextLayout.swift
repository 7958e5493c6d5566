/// Text for a terminal: lines of at most 118 columns.
public enum TextLayout {
    public static let width = 118

    /// A title and a text beside it, whose further lines begin where the first one does.
    /// - Parameters:
    ///   - indent: the column of the text.
    ///   - width: columns that no line is longer than, as far as its words allow.
    public static func paragraph(_ title: String, _ text: String, indent: Int, width: Int = TextLayout.width) -> String {
        let margin = String(repeating: " ", count: indent)
        var lines: [String] = []
        for part in text.split(separator: "\n", omittingEmptySubsequences: false) {
            var line = ""
            for word in part.split(separator: " ") {
                if !line.isEmpty, indent + line.count + 1 + word.count > width {
                    lines.append(line)
                    line = ""
                }
                line += (line.isEmpty ? "" : " ") + word
            }
            lines.append(line)
        }
        let head = title.count < indent ? NumberText.padded(title, indent) : title + "\n" + margin
        return head + lines.joined(separator: "\n" + margin)
    }

    /// A path as it can be typed into a shell.
    package static func shellWord(_ path: String) -> String {
        let isPlain = !path.isEmpty && path.allSatisfy { $0.isLetter || $0.isNumber || "/._-+=:,@%".contains($0) }
        return isPlain ? path : "'\(path.replacing("'", with: "'\\''"))'"
    }
}

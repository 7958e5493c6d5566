import Foundation

/// The files of this repository as a test sees them: sources without comments and texts, pages, the package's description.
struct Repository {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func text(_ path: String) throws -> String { try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8) }

    /// The paths of the Swift files below a folder, in order.
    static func swiftFiles(_ folder: String) throws -> [String] {
        let base = root.appendingPathComponent(folder)
        let paths = try FileManager.default.subpathsOfDirectory(atPath: base.path)
        return paths.filter { $0.hasSuffix(".swift") }.sorted().map { "\(folder)/\($0)" }
    }

    /// The folders of Sources/ that hold Swift.
    static func targets() throws -> [String] {
        Set(try swiftFiles("Sources").map { String($0.split(separator: "/")[1]) }).sorted()
    }

    /// What a file imports.
    static func imports(_ text: String) -> Set<String> {
        Set(text.split(separator: "\n").filter { $0.hasPrefix("import ") }.map { String($0.dropFirst("import ".count)) })
    }

    /// A table of a page, row by row, without its head: the cells of the first table behind a heading, without the marks of code.
    static func table(_ page: String, under heading: String) throws -> [[String]] {
        let lines = try text(page).components(separatedBy: "\n")
        guard let start = lines.firstIndex(of: heading) else { throw CocoaError(.fileReadCorruptFile) }
        let rows = lines[(start + 1)...].drop { !$0.hasPrefix("|") }.prefix { $0.hasPrefix("|") }.dropFirst(2)
        return rows.map { row in
            row.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast()
                .map { $0.trimmingCharacters(in: .whitespaces).replacingOccurrences(of: "`", with: "") }
        }
    }

    /// A cell with names between commas; a dash for none.
    static func names(_ cell: String) -> Set<String> {
        Set(cell.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { $0 != "-" && !$0.isEmpty })
    }
}

/// A Swift file's words, without comments and texts: enough to see who names whom.
struct SourceWords {
    /// Everything that could be a name.
    let words: Set<String>
    /// Types that the file declares at its top level.
    let types: Set<String>

    init(_ text: String) {
        let code = Self.code(text)
        words = Set(code.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init))
        var types: Set<String> = []
        for line in code.split(separator: "\n") where line.first != " " && line.first != "}" {
            let parts = line.split { $0 == " " || $0 == ":" || $0 == "<" || $0 == "{" }
            guard !parts.contains("private"), !parts.contains("fileprivate"), !parts.contains("extension") else { continue }
            guard let keyword = parts.firstIndex(where: { ["struct", "class", "enum", "protocol", "typealias"].contains($0) }) else {
                continue
            }
            if parts.indices.contains(keyword + 1) { types.insert(String(parts[keyword + 1])) }
        }
        self.types = types
    }

    /// The text without line comments and what stands between quotes. Code inside of texts is left out with them.
    static func code(_ text: String) -> String {
        var result = ""
        var isText = false
        for line in text.components(separatedBy: "\n") {
            if line.contains("\"\"\"") {
                isText.toggle()
                continue
            }
            if isText { continue }
            var inQuotes = false
            var previous: Character = " "
            for character in line {
                if character == "\"", previous != "\\" { inQuotes.toggle() }
                if !inQuotes {
                    if character == "/", previous == "/" {
                        result.removeLast()
                        break
                    }
                    if character != "\"" { result.append(character) }
                }
                previous = character
            }
            result.append("\n")
        }
        return result
    }
}

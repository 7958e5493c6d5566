import Failures
import Formats

/// Cells of a sweep: assignments of keys, one run each.
public struct Sweep: Codable, Hashable, Sendable {
    /// What is different in each cell, `key=value`.
    public let cells: [[String]]

    private static let mostCells = 10_000

    /// A grid of the given axes: every value of one with every value of the others, the last one changing first.
    ///
    /// - Parameter axes: each `key=a,b,c`, or the path of a JSON5 file: a group of keys with lists of values (a grid), or a list of groups of keys (cells).
    /// - Throws: `.usage` for an axis without values, a key that stands twice, too many cells; what reading a file throws.
    public init(_ axes: [String]) throws(Failure) {
        var cells: [[String]] = [[]]
        for axis in axes {
            let options = try Self.options(axis)
            cells = cells.flatMap { cell in options.map { cell + $0 } }
            guard cells.count <= Self.mostCells else {
                throw Failure(.usage, "--sweep: expected at most \(Self.mostCells) cells, found \(cells.count) and more")
            }
        }
        for cell in cells {
            let keys = cell.map { String($0.prefix { $0 != "=" }) }
            guard let twice = keys.first(where: { key in keys.count { $0 == key } > 1 }) else { continue }
            throw Failure(.usage, "--sweep: expected each key once in a cell, found \(twice) twice")
        }
        self.cells = cells
    }

    /// The name of a cell's folder: its number, from 1, and its values, as far as they can stand in a name.
    public func name(_ cell: Int) -> String {
        let (digits, own) = (String(cells.count).count, String(cell + 1))
        let number = String(repeating: "0", count: digits - own.count) + own
        let values = cells[cell].map { assignment -> String in
            let (key, value) = (assignment.prefix { $0 != "=" }, assignment.drop { $0 != "=" })
            return String(key.drop { $0 != "." }.dropFirst()) + value
        }
        let text = values.joined(separator: "_").map { $0.isASCII && ($0.isLetter || $0.isNumber || "._=-".contains($0)) ? $0 : "-" }
        return "\(number)_\(String(text).prefix(80))"
    }

    private static func options(_ axis: String) throws(Failure) -> [[String]] {
        guard let equals = axis.firstIndex(of: "="), !axis[..<equals].contains("/") else { return try read(axis) }
        let (key, values) = (axis[..<equals], parts(axis[axis.index(after: equals)...]))
        guard !key.isEmpty, !values.contains("") else {
            throw Failure(.usage, "--sweep: expected key=a,b,c with a value between commas, found '\(axis)'")
        }
        return values.map { ["\(key)=\($0)"] }
    }

    /// The parts between commas, but for commas inside of brackets.
    private static func parts(_ text: Substring) -> [String] {
        var (parts, depth) = ([""], 0)
        for character in text {
            if "[{(".contains(character) { depth += 1 }
            if "]})".contains(character) { depth -= 1 }
            if character == ",", depth == 0 { parts.append("") } else { parts[parts.count - 1].append(character) }
        }
        return parts
    }

    private static func read(_ path: String) throws(Failure) -> [[String]] {
        func assignment(_ key: String, _ value: JSONValue) -> String {
            if case .string(let text) = value { return "\(key)=\(text)" }
            return "\(key)=\(value.text)"
        }
        let content = try JSON5Parser.parse(FileBytes.read(path, limit: 1 << 20), name: path)
        switch content {
        case .object(let axes):
            var cells: [[String]] = [[]]
            for (key, axis) in axes.sorted(by: { $0.key < $1.key }) {
                guard case .array(let values) = axis, !values.isEmpty else {
                    throw Failure(.configuration, "\(path): \(key): expected a list of values, found \(axis.summary)")
                }
                cells = cells.flatMap { cell in values.map { cell + [assignment(key, $0)] } }
            }
            return cells
        case .array(let cells) where !cells.isEmpty:
            return try cells.map { (cell) throws(Failure) in
                guard case .object(let keys) = cell, !keys.isEmpty else {
                    throw Failure(.configuration, "\(path): expected groups of keys such as {\"run.seed\": 2}, found \(cell.summary)")
                }
                return keys.sorted { $0.key < $1.key }.map { assignment($0.key, $0.value) }
            }
        default:
            throw Failure(
                .configuration, "\(path): expected keys with lists of values, or a list of groups of keys, found \(content.summary)")
        }
    }
}

import Failures

/// Splits a text file into lines and fields.
struct CSVReader {
    /// What stands for a missing value in common tables.
    static let missing: Set<String> = ["", "NA", "N/A", "NaN", "nan", "null", "NULL", "?"]
    /// Longer lines are no table: refused before they fill the memory with fields.
    private static let lineLimit = 1 << 24

    private let bytes: [UInt8]
    private let name: String
    private let separator: UInt8
    /// Where the empty lines at the end begin.
    private let contentEnd: Int
    private var position: Int
    /// The number of the line that was read last, from 1.
    private(set) var line = 0

    init(_ bytes: [UInt8], _ name: String, _ separator: Character?) {
        self.bytes = bytes
        self.name = name
        position = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
        contentEnd = (bytes.lastIndex { $0 != 0x0a && $0 != 0x0d && $0 != 0x20 } ?? -1) + 1
        let first = bytes[position...].prefix { $0 != 0x0a }
        let candidates: [UInt8] = separator.map { [$0.asciiValue ?? 0x2c] } ?? Array(",;\t".utf8)
        self.separator = candidates.first { first.contains($0) } ?? candidates[0]
    }

    /// The fields of the next line; nil at the end.
    mutating func next() throws(Failure) -> [String]? {
        var fields: [String] = []
        return try next(into: &fields) ? fields : nil
    }

    /// Replaces `fields` by those of the next line; false at the end.
    mutating func next(into fields: inout [String]) throws(Failure) -> Bool {
        fields.removeAll(keepingCapacity: true)
        guard position < contentEnd else { return false }
        line += 1
        let start = position
        var finished = false
        while !finished {
            fields.append(try field())
            finished = position == bytes.count || bytes[position] == 0x0a
            position += finished && position == bytes.count ? 0 : 1
            guard position - start <= Self.lineLimit else {
                throw Failure(.data, "\(name): line \(line): expected at most \(Self.lineLimit) bytes, found more. Is this a text file?")
            }
        }
        return true
    }

    /// Reads one field and stops at the separator, the line feed or the end that follows it.
    private mutating func field() throws(Failure) -> String {
        while position < bytes.count, bytes[position] == 0x20 { position += 1 }
        if position < bytes.count, bytes[position] == 0x22 { return try quotedField() }
        let start = position
        while position < bytes.count, bytes[position] != separator, bytes[position] != 0x0a { position += 1 }
        var end = position
        while end > start, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x0d { end -= 1 }
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    private mutating func quotedField() throws(Failure) -> String {
        var text: [UInt8] = []
        position += 1
        while true {
            guard position < bytes.count, bytes[position] != 0x0a else {
                throw Failure(.data, "\(name): line \(line): expected a closing quote, found the end of the line. Close the quote.")
            }
            if bytes[position] == 0x22 {
                position += 1
                guard position < bytes.count, bytes[position] == 0x22 else { break }
            }
            text.append(bytes[position])
            position += 1
        }
        while position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x0d { position += 1 }
        guard position == bytes.count || bytes[position] == separator || bytes[position] == 0x0a else {
            throw Failure(.data, "\(name): line \(line): expected a separator after a closing quote, found more text. Mend the quotes.")
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The value of a decimal number; nil for anything else, also for hexadecimal numbers, NaN, Inf and what exceeds the range of Float.
    static func number(_ text: String) -> Float? {
        let allowed = text.utf8.allSatisfy { (0x30...0x39).contains($0) || [0x2b, 0x2d, 0x2e, 0x45, 0x65].contains($0) }
        guard allowed, let value = Float(text), value.isFinite else { return nil }
        return value
    }

    /// Why a field cannot be used.
    func refusal(_ text: String, column: Int, _ title: String?) -> Failure {
        let place = "\(name): line \(line), column \(column + 1)" + (title.map { " (\($0))" } ?? "")
        let shown = String(text.prefix(40))
        if Self.missing.contains(text) {
            return Failure(
                .data, "\(place): expected a number, found the missing value '\(shown)'. Remove the row or select other columns.")
        }
        return Failure(.data, "\(place): expected a finite decimal number, found '\(shown)'. Mend the field or select other columns.")
    }
}

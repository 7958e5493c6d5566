import Failures

/// Splits a text file into lines and fields.
struct CSVReader {
    /// What stands for a missing value in common tables.
    static let missing: Set<String> = [
        "", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "-nan", "NaT", "null", "NULL", "None", "?",
    ]
    /// Longer lines are no table: refused before they fill the memory with fields.
    private static let lineLimit = 1 << 24

    /// What stands in front of the fraction of a number.
    enum DecimalMark { case point, comma }

    let separator: CSVTable.Separator
    private let mark: UInt8
    /// Whether any number of blanks is one separator.
    private let isSpace: Bool
    private let bytes: [UInt8]
    private let name: String
    /// Where the empty lines at the end begin.
    private let contentEnd: Int
    private var position: Int
    /// The number of the line that was read last, from 1.
    private(set) var line = 0
    /// The decimal mark of the numbers up to now; nil while all were whole.
    private(set) var decimalMark: DecimalMark?
    /// The last of the comments that the file begins with, without its mark.
    private(set) var comment: [UInt8]?

    /// - Parameter separator: nil: found in the first two lines.
    /// - Throws: `.data` for a text that is neither UTF-8 nor UTF-16.
    init(_ file: [UInt8], _ name: String, _ separator: CSVTable.Separator?) throws(Failure) {
        let bytes = try TextEncoding.utf8(file, name: name)
        let end = (bytes.lastIndex { $0 != 0x0a && $0 != 0x0d && $0 != 0x20 } ?? -1) + 1
        var start = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
        var comments: [[UInt8]] = []
        while start < end, Self.isComment(bytes, at: start) {
            let text = bytes[(start + 1)..<end].prefix { $0 != 0x0a }
            comments.append(Array(text))
            start = min(end, text.endIndex + 1)
        }
        self.init(
            bytes, name, separator ?? Self.separator(of: bytes, from: start, to: end, name: name), from: start, to: end)
        (comment, line) = (comments.last, comments.count)
    }

    init(_ bytes: [UInt8], _ name: String, _ separator: CSVTable.Separator, from start: Int, to end: Int) {
        (self.bytes, self.name, position, contentEnd) = (bytes, name, start, end)
        (self.separator, mark, isSpace) = (separator, separator.byte, separator == .space)
    }

    /// Whether a line that begins here is a comment: with `#`, but for the word that stands for a missing value in tables of Excel.
    private static func isComment(_ bytes: [UInt8], at start: Int) -> Bool {
        bytes[start] == 0x23 && !bytes[start...].starts(with: "#N/A".utf8)
    }

    /// The fields of the next line; nil at the end.
    mutating func next() throws(Failure) -> [String]? {
        var fields: [String] = []
        return try next(into: &fields) ? fields : nil
    }

    /// Replaces `fields` by those of the next line; false at the end.
    mutating func next(into fields: inout [String]) throws(Failure) -> Bool {
        fields.removeAll(keepingCapacity: true)
        while position < contentEnd, Self.isComment(bytes, at: position) {
            skip { $0 != 0x0a }
            position = min(position + 1, bytes.count)
            line += 1
        }
        guard position < contentEnd else { return false }
        line += 1
        let start = position
        var finished = false
        while !finished {
            fields.append(try field())
            if isSpace { skip { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d } }
            finished = position == bytes.count || bytes[position] == 0x0a
            let isInFront = finished ? position < bytes.count : !isSpace
            position += isInFront ? 1 : 0
            guard position - start <= Self.lineLimit else {
                throw Failure(.data, "\(name): line \(line): expected at most \(Self.lineLimit) bytes, found more. Is this a text file?")
            }
        }
        return true
    }

    /// The fields of a text in front of the table, split as its lines are.
    func fields(of text: [UInt8]) -> [String] {
        var reader = CSVReader(text, name, separator, from: 0, to: text.count)
        return (try? reader.next()) ?? []
    }

    private mutating func skip(while isSkipped: (UInt8) -> Bool) {
        while position < bytes.count, isSkipped(bytes[position]) { position += 1 }
    }

    /// Whether a field ends in front of this byte.
    private func ends(_ byte: UInt8) -> Bool {
        byte == mark || byte == 0x0a || (isSpace && byte == 0x09)
    }

    /// Reads one field and stops at the separator, the line feed or the end that follows it.
    private mutating func field() throws(Failure) -> String {
        while position < bytes.count, bytes[position] == 0x20 || (isSpace && bytes[position] == 0x09) { position += 1 }
        if position < bytes.count, bytes[position] == 0x22 { return try quotedField() }
        let start = position
        while position < bytes.count, !ends(bytes[position]) { position += 1 }
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
        let end = position
        skip { $0 == 0x20 || $0 == 0x0d }
        guard position == bytes.count || ends(bytes[position]) || (isSpace && position > end) else {
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

    /// The value of a field; one decimal mark for all of the file.
    mutating func number(_ text: String) -> Float? { Self.number(text, separator, &decimalMark) }

    /// The value in double precision of a field that `number` has read.
    func double(_ text: String) -> Double? { Double(decimalMark == .comma ? Self.pointed(text) : text) }

    static func number(_ text: String, _ separator: CSVTable.Separator, _ mark: inout DecimalMark?) -> Float? {
        guard separator.allowsDecimalComma else { return number(text) }
        let (comma, point) = (text.utf8.contains(0x2c), text.utf8.contains(0x2e))
        guard comma || point else { return number(text) }
        guard comma != point, mark == nil || (mark == .comma) == comma, let value = number(comma ? pointed(text) : text) else { return nil }
        mark = comma ? .comma : .point
        return value
    }

    /// A number with points in place of commas.
    static func pointed(_ text: String) -> String { String(decoding: text.utf8.map { $0 == 0x2c ? 0x2e : $0 }, as: UTF8.self) }

    /// Why a field cannot be used.
    /// - Parameter numbers: the names of the columns that hold a number in this line.
    func refusal(_ text: String, column: Int, _ title: String?, numbers: [String] = []) -> Failure {
        let named = title.flatMap { $0.isEmpty ? nil : " (\($0))" } ?? ""
        let place = "\(name): line \(line), column \(column + 1)\(named)"
        let shown = String(text.prefix(40))
        if Self.missing.contains(text) {
            return Failure(
                .data, "\(place): expected a number, found the missing value '\(shown)'. Remove the row or select other columns.")
        }
        return Failure(.data, "\(place): expected a finite decimal number, found '\(shown)'. \(advice(on: text, numbers))")
    }

    /// Columns that are named, at most.
    private static let mostNamed = 24

    /// The key that chooses some columns, as a shell takes it.
    private static func choice(of names: [String]) -> String {
        let isPlain = names.allSatisfy { name in
            name.first?.isLetter == true && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        }
        guard !isPlain else { return "data.columns=\(names.joined(separator: ","))" }
        let quoted = names.map { "\"\($0.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\"" }
        return "'data.columns=[\(quoted.joined(separator: ",").replacing("'", with: "'\\''"))]'"
    }

    private func advice(on text: String, _ numbers: [String]) -> String {
        guard Self.number(Self.pointed(text)) != nil else {
            guard !numbers.isEmpty, numbers.count <= Self.mostNamed else { return "Mend the field or select other columns." }
            return "Mend the field, or read the columns that hold numbers in this line: \(Self.choice(of: numbers))"
        }
        if let decimalMark, separator.allowsDecimalComma {
            return "Numbers before it have a decimal \(decimalMark): write all with the same."
        }
        return "Write numbers with a decimal point; a decimal comma is read where semicolons separate the fields."
    }
}

import Failures

/// A table of numbers from a text file: one row a line, the same number of fields in each.
public struct CSVTable: Hashable, Sendable {
    /// Which columns are read; the others may hold anything.
    public enum Selection: Hashable, Sendable {
        case all
        case names([String])
        /// By name where the first line names columns, else all by position.
        case matching([String])

        fileprivate var wanted: [String] {
            switch self {
            case .all: []
            case .names(let names), .matching(let names): names
            }
        }
    }

    /// The names in the header line; nil when there is none.
    public let names: [String]?
    public let rows: Int
    public let columns: Int
    /// The values of the selected columns, row by row.
    public let values: [Float]
    /// The same values in the precision of the text.
    public let doubles: [Double]

    /// Parses a whole file.
    ///
    /// Fields are separated by `separator` (default: the first of comma, semicolon and tab that stands in the first line), may stand in
    /// double quotes ("" inside is a quote, a quoted line feed is not supported), and are decimal numbers. The first line is a header when
    /// none of its fields is a number, or when the selected names are among them. Lines end with LF or CR LF; a byte order mark and empty lines at the end are skipped.
    /// - Parameter name: the file's name for messages.
    /// - Throws: `.data` naming line and column for text, missing values (`NA`, nothing), NaN, Inf, values beyond the range of Float and
    ///   rows of another length.
    public init(decoding bytes: [UInt8], name: String, select: Selection = .all, separator: Character? = nil) throws(Failure) {
        var reader = CSVReader(bytes, name, separator)
        guard var fields = try reader.next() else {
            throw Failure(.data, "\(name): line 1: expected a header or numbers, found an empty file.")
        }
        let width = fields.count
        let hasHeader = try Self.isHeader(fields, select, name)
        let header = hasHeader ? fields : nil
        let selected = try Self.selected(select, header, width, name)
        var (values, doubles): ([Float], [Double]) = ([], [])
        var rows = 0
        var more = true
        if hasHeader { more = try reader.next(into: &fields) }
        while more {
            guard fields.count == width else {
                throw Failure(
                    .data, "\(name): line \(reader.line): expected \(width) fields as in line 1, found \(fields.count). Mend the line.")
            }
            for column in selected {
                guard let value = CSVReader.number(fields[column]) else {
                    throw reader.refusal(fields[column], column: column, header?[column])
                }
                values.append(value)
                doubles.append(Double(fields[column]) ?? Double(value))
            }
            rows += 1
            more = try reader.next(into: &fields)
        }
        self.names = header.map { header in selected.map { header[$0] } }
        self.rows = rows
        self.columns = selected.count
        (self.values, self.doubles) = (values, doubles)
    }

    private static func isHeader(_ fields: [String], _ select: Selection, _ name: String) throws(Failure) -> Bool {
        if select.wanted.contains(where: fields.contains) { return true }
        var (number, text): (String?, String?)
        for field in fields {
            // Also what is no float: a row with such a number is no header.
            if CSVReader.number(field) != nil || field.first.map({ "+-.0123456789".contains($0) }) == true && Double(field) != nil {
                number = number ?? field
            } else if !CSVReader.missing.contains(field) {
                text = text ?? field
            }
        }
        guard let text else { return false }
        guard let number else { return true }
        throw Failure(
            .data,
            "\(name): line 1: expected the names of columns or numbers separated by commas, semicolons or tabs, found '\(text.prefix(40))' and "
                + "'\(number.prefix(40))'. Mend the line, or choose columns by their names.")
    }

    private static func selected(_ select: Selection, _ header: [String]?, _ width: Int, _ name: String) throws(Failure) -> [Int] {
        switch select {
        case .all: return Array(0..<width)
        case .matching where header == nil: return Array(0..<width)
        case .names, .matching: break
        }
        var selected: [Int] = []
        for column in select.wanted {
            guard let index = header?.firstIndex(of: column) else {
                let known = header.map { $0.joined(separator: ", ") } ?? "none: the first line holds numbers"
                throw Failure(
                    .data, "\(name): line 1: expected a column named '\(column)', found \(known). Correct the name of the column.")
            }
            selected.append(index)
        }
        return selected
    }
}

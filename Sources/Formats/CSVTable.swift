import Failures

/// A table of numbers from a text file: one row a line, the same number of fields in each.
public struct CSVTable: Hashable, Sendable {
    /// The names of the columns that were read; nil when the file has none.
    public let names: [String]?
    public let rows: Int
    public let columns: Int
    /// The values of the selected columns, row by row.
    public let values: [Float]
    /// The same values in the precision of the text.
    public let doubles: [Double]
    /// What stands in a column beside numbers, by column; nil for columns of numbers. Their values are NaN there.
    public let texts: [CSVTexts?]
    /// What a person should know of how the file was read.
    public let notes: [String]

    /// Parses a whole file.
    ///
    /// Lines that begin with `#` are comments. Fields are separated by `separator` (nil: `CSVReader.separator`), may stand in double
    /// quotes ("" inside is a quote, a quoted line feed is not supported), and are decimal numbers, between semicolons also with a decimal comma. What
    /// the first line is, and which column is an index, `CSVLayout` says. Lines end with LF or CR LF; byte order marks and empty lines at the end are
    /// skipped; UTF-16 with its mark is read as UTF-8 is.
    /// - Parameters:
    ///   - name: the file's name for messages.
    ///   - hasHeader: whether the first line names the columns; nil: as it looks.
    ///   - allowsTexts: whether fields may hold texts, or nothing.
    /// - Throws: `.data` naming line and column for text, missing values (`NA`, nothing), NaN, Inf, values beyond the range of Float and
    ///   rows of another length.
    public init(
        decoding bytes: [UInt8], name: String, select: ColumnSelection = .all, separator: Separator? = nil, hasHeader: Bool? = nil,
        allowsTexts: Bool = false
    ) throws(Failure) {
        var reader = try CSVReader(bytes, name, separator)
        guard var fields = try reader.next() else {
            throw Failure(.data, "\(name): line 1: expected a header or numbers, found an empty file.")
        }
        let layout = try CSVLayout(first: fields, reader, select, hasHeader: hasHeader, name: name)
        var (values, doubles): ([Float], [Double]) = ([], [])
        var texts = [CSVTexts?](repeating: nil, count: layout.columns.count)
        var rows = 0
        var more = true
        if !layout.beginsWithRow { more = try reader.next(into: &fields) }
        while more {
            guard fields.count == layout.width else {
                throw Failure(
                    .data,
                    "\(name): line \(reader.line): expected \(layout.width) fields as in line \(layout.widthLine), found \(fields.count). "
                        + "Mend the line.")
            }
            if layout.endsOpen, let last = fields.last, !last.isEmpty {
                throw Failure(
                    .data,
                    "\(name): line \(reader.line): expected nothing behind the last separator, as in line \(layout.widthLine), found '\(last.prefix(40))'. "
                        + "Mend the line.")
            }
            for (place, column) in layout.columns.enumerated() {
                guard let value = reader.number(fields[column]) else {
                    if allowsTexts {
                        if texts[place] == nil { texts[place] = CSVTexts() }
                        texts[place]?.add(fields[column], row: rows) {
                            reader.refusal(fields[column], column: column, layout.names?[column])
                        }
                        values.append(.nan)
                        doubles.append(.nan)
                        continue
                    }
                    throw reader.refusal(
                        fields[column], column: column, layout.names?[column],
                        numbers: select == .all ? Self.numbers(in: fields, layout, reader) : [])
                }
                values.append(value)
                doubles.append(reader.double(fields[column]) ?? Double(value))
            }
            rows += 1
            more = try reader.next(into: &fields)
        }
        self.names = layout.names.map { names in layout.columns.map { names[$0] } }
        self.rows = rows
        self.columns = layout.columns.count
        (self.values, self.doubles, self.texts) = (values, doubles, texts)
        var notes = layout.notes
        if reader.decimalMark == .comma { notes.append("\(name): commas are read as decimal points") }
        if select == .all, let note = Self.noteOnIndex(values, columns: columns, names, name) { notes.append(note) }
        self.notes = notes
    }

    /// The names of the columns that hold a number in a line.
    private static func numbers(in fields: [String], _ layout: CSVLayout, _ reader: CSVReader) -> [String] {
        guard let names = layout.names else { return [] }
        return layout.columns.filter { column in
            var reader = reader
            return reader.number(fields[column]) != nil
        }.map { names[$0] }
    }

    /// Fewer rows may count by chance.
    private static let fewRows = 10

    /// What to say of a first column that holds 0, 1, 2, ... or 1, 2, 3, ...; nil where it does not.
    private static func noteOnIndex(_ values: [Float], columns: Int, _ names: [String]?, _ name: String) -> String? {
        let rows = values.count / max(1, columns)
        guard columns > 1, rows >= fewRows, values[0] == 0 || values[0] == 1 else { return nil }
        guard (0..<rows).allSatisfy({ values[$0 * columns] == values[0] + Float($0) }) else { return nil }
        let title = names.map { " (\($0[0]))" } ?? ""
        return "\(name): the first column\(title) counts the rows; an index is no data: leave it out (data.columns chooses columns by name)"
    }
}

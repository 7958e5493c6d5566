import Failures

/// What stands where in a table: whether its first line is a header, and which columns are read.
struct CSVLayout {
    /// A name for each field of a row; nil where the file has none.
    private(set) var names: [String]?
    /// Fields of a row, and the line that says so.
    private(set) var width: Int
    private(set) var widthLine: Int
    /// Whether the first line is a row already.
    private(set) var beginsWithRow: Bool
    /// The fields of a row that are read, in this order.
    private(set) var columns: [Int] = []
    /// Whether a separator stands behind the last value of every row: the empty field behind it is no column.
    let endsOpen: Bool
    /// What a person should know of how the file is read.
    private(set) var notes: [String] = []

    /// - Parameters:
    ///   - first: the fields of the first line, which `reader` has read.
    ///   - hasHeader: what the person says; nil: as the line looks.
    init(
        first: [String], _ reader: CSVReader, _ select: ColumnSelection, hasHeader: Bool?, name: String
    ) throws(Failure) {
        let line = CSVFirstLine(first, number: reader.line, select, name)
        if let hasHeader { beginsWithRow = !hasHeader } else { beginsWithRow = try !line.isHeader() }
        (names, width, widthLine) = (beginsWithRow ? nil : first, first.count, reader.line)
        var ahead = reader
        let second = try ahead.next()
        endsOpen = Self.endsOpen(first, second, beginsWithRow: beginsWithRow) && reader.separator != .space
        if beginsWithRow, hasHeader == nil, let comment = reader.comment {
            // numpy.savetxt writes its header as a comment.
            let titles = reader.fields(of: comment)
            if titles.count == width, !titles.contains(where: { CSVReader.number($0) != nil }) { names = titles }
        }
        if !beginsWithRow, let second, second.count == width + 1 {
            // R's write.table gives its index no name, not even an empty one.
            (names, width, widthLine) = (endsOpen ? first + [""] : [""] + first, second.count, ahead.line)
        }
        if endsOpen { notes.append("\(name): nothing stands behind the last separator of the lines, and no column is made of it") }
        if !beginsWithRow, hasHeader == nil, line.counts {
            let shown = first.count > 8 ? first.prefix(8) + ["..."] : first[...]
            notes.append(
                "\(name): the first line, \(shown.joined(separator: ",")), is read as names of columns (data.header=false: as a row)")
        }
        try choose(select, name, line.number)
    }

    /// Whether the second line, or the only one, ends with a separator, and the first one too or with its last name.
    private static func endsOpen(_ first: [String], _ second: [String]?, beginsWithRow: Bool) -> Bool {
        let row = second ?? first
        guard row.count > 1, row.last == "" else { return false }
        return first.last == "" ? row.count == first.count : !beginsWithRow && row.count == first.count + 1
    }

    private mutating func choose(_ select: ColumnSelection, _ name: String, _ line: Int) throws(Failure) {
        columns = Array(0..<(endsOpen ? width - 1 : width))
        if select.isOfOtherData, names == nil { return }
        guard select != .all else {
            // pandas calls an index that it has written and read again Unnamed: 0.
            guard columns.count > 1, let title = names?.first, title.isEmpty || title == "Unnamed: 0" else { return }
            columns.removeFirst()
            notes.append(
                "\(name): the first column has no name, as the index that pandas and R write, and is left out (with a name it is read)")
            return
        }
        guard let names else {
            throw Failure(
                .data,
                "\(name): line \(line): expected a column named '\(select.wanted[0])', found none: the first line holds numbers. "
                    + "Correct the name of the column.")
        }
        columns = try select.places(in: names, "\(name): line \(line)")
        guard case .matching = select else { return }
        let others = names.indices.filter { !columns.contains($0) && !names[$0].isEmpty }.map { names[$0] }
        guard !others.isEmpty else { return }
        notes.append("\(name): not read, since the rows that were learned have no such column: \(others.joined(separator: ", "))")
    }
}

/// The first line of a table: a header, a row, or neither.
struct CSVFirstLine {
    private let fields: [String]
    let number: Int
    private let select: ColumnSelection
    private let name: String

    init(_ fields: [String], number: Int, _ select: ColumnSelection, _ name: String) {
        (self.fields, self.number, self.select, self.name) = (fields, number, select, name)
    }

    /// Whether the fields are 0, 1, 2, ..., as pandas names columns, the first one of an index aside. A single 0 is a row.
    var counts: Bool {
        let named = fields[0].isEmpty ? fields.dropFirst() : fields[...]
        return fields.count > 1 && zip(named, 0...).allSatisfy { $0 == String($1) }
    }

    /// A header is a first line with a name that is asked for, or 0, 1, 2, ..., or one without any number and with a field that does not look like a
    /// mistyped number.
    /// - Throws: `.data` where it may be a row with a typing error.
    func isHeader() throws(Failure) -> Bool {
        if select.isOfOtherData {
            // A number may be a name, of columns that pandas has counted, and a value: one alone says nothing.
            if select.wanted.contains(where: { fields.contains($0) && CSVReader.number($0) == nil }) { return true }
        } else if select.wanted.contains(where: fields.contains) {
            return true
        }
        if counts { return true }
        let isNumber = fields.map(Self.isNumber)
        let texts = zip(fields, isNumber).filter { !$1 && !CSVReader.missing.contains($0) }.map(\.0)
        guard let text = texts.first(where: { !Self.isMistyped($0) }) ?? texts.first else { return false }
        let found = zip(fields, isNumber).first { $1 }?.0
        guard found != nil || Self.isMistyped(text) else { return true }
        throw Failure(
            .data,
            "\(name): line \(number): expected the names of columns or numbers separated by commas, semicolons, tabs or spaces, found "
                + "'\(text.prefix(40))'" + (found.map { " and '\($0.prefix(40))'" } ?? ", which looks like a mistyped number")
                + ". Mend the line, choose columns by their names, or say with data.header=true that these are names (false: a row).")
    }

    /// Also what is no float: a row with such a number is no header.
    private static func isNumber(_ field: String) -> Bool {
        CSVReader.number(field) != nil || CSVReader.number(CSVReader.pointed(field)) != nil
            || field.first.map({ "+-.0123456789".contains($0) }) == true && Double(field) != nil
    }

    /// Whether a field begins with a digit and is a number once O and o are read as 0, l and I as 1, and spaces and apostrophes as nothing.
    static func isMistyped(_ field: String) -> Bool {
        guard let first = field.first(where: { !"+-.".contains($0) }), first.isASCII, first.isNumber else { return false }
        let mended = field.compactMap { character -> Character? in
            switch character {
            case "O", "o": "0"
            case "l", "I": "1"
            case " ", "'", "\u{a0}", "\u{202f}": nil
            case ",": "."
            default: character
            }
        }
        return CSVReader.number(String(mended)) != nil
    }
}

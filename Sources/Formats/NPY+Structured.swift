import Failures

extension NPY {
    /// A structured array with one dimension as its fields, each a column of a table; nil for a plain array.
    ///
    /// - Parameter name: the file's name for messages.
    /// - Throws: `.data` for fields that are no plain numbers, unless others are selected, and for a file of another size than its header promises.
    public static func table(
        decoding bytes: [UInt8], name: String, select: ColumnSelection = .all
    ) throws(Failure) -> [NumericColumn]? {
        let text = try headerRange(bytes, name)
        let header = try NPYHeader(bytes, text, name)
        guard !header.fields.isEmpty else { return nil }
        guard header.shape.count == 1 else {
            throw Failure.damaged(
                name, byte: text.lowerBound, expected: "one dimension of a structured array", found: "the shape \(header.shape)",
                fix: NPYHeader.structuredFix)
        }
        let record = try StructuredRecord(header.fields, name, byte: text.lowerBound)
        let columns = try record.columns(select)
        let found = bytes.count - text.upperBound
        let (size, overflow) = header.shape[0].multipliedReportingOverflow(by: record.size)
        guard !overflow, size == found else {
            throw Failure.damaged(
                name, byte: text.upperBound,
                expected: "\(overflow ? "more than 2^63" : "\(size)") bytes for \(header.shape[0]) records of \(record.size)",
                found: "\(found) bytes", fix: "The file is truncated or foreign: write it again.")
        }
        return columns.map { column in
            let values = column.values(bytes, from: text.upperBound, rows: header.shape[0], recordSize: record.size)
            return NumericColumn(name: column.name, NumericArray(shape: header.shape, values))
        }
    }
}

/// Where the fields of a structured array stand in a record.
private struct StructuredRecord {
    /// A field, and its type where that is a plain number.
    struct Column {
        let name: String
        let text: String
        let type: BinaryNumber?
        let offset: Int

        /// The field of all records.
        func values(_ bytes: [UInt8], from start: Int, rows: Int, recordSize: Int) -> NumericArray.Values {
            guard let type else { preconditionFailure("a field of no number") }
            var field: [UInt8] = []
            field.reserveCapacity(rows * type.size)
            for row in 0..<rows {
                let first = start + row * recordSize + offset
                field.append(contentsOf: bytes[first..<first + type.size])
            }
            return type.values(field[...])
        }
    }

    private let name: String
    private let byte: Int
    private let columns: [Column]
    let size: Int

    init(_ fields: [NPYHeader.Field], _ name: String, byte: Int) throws(Failure) {
        (self.name, self.byte) = (name, byte)
        var (columns, size): ([Column], Int) = ([], 0)
        for field in fields {
            let type = BinaryNumber(field.type)
            guard let width = type?.size ?? Self.width(field.type) else { throw Self.refusal(name, byte, field.name, field.type) }
            if !field.name.isEmpty { columns.append(Column(name: field.name, text: field.type, type: type, offset: size)) }
            size += width
        }
        (self.columns, self.size) = (columns, size)
    }

    /// The columns that are read.
    func columns(_ select: ColumnSelection) throws(Failure) -> [Column] {
        let chosen = try select.places(in: columns.map(\.name), name, noun: "field").map { columns[$0] }
        guard !chosen.isEmpty else { throw Failure(.data, "\(name): expected fields of numbers, found none") }
        if let other = chosen.first(where: { $0.type == nil }) { throw Self.refusal(name, byte, other.name, other.text) }
        return chosen
    }

    /// The bytes of a type that is no number which is read: the number behind its kind (`|V4`, `>f8`, `|S16`, `<U3` with four bytes a letter).
    private static func width(_ type: String) -> Int? {
        guard let count = Int(type.dropFirst(2).prefix(while: \.isNumber)), (0...1 << 20).contains(count) else { return nil }
        switch type.dropFirst().first {
        case "V", "S", "a", "f", "i", "u", "b", "c", "m", "M": return count
        case "U": return 4 * count
        default: return nil
        }
    }

    private static func refusal(_ name: String, _ byte: Int, _ field: String, _ type: String) -> Failure {
        Failure.damaged(
            name, byte: byte, expected: "fields of " + BinaryNumber.known,
            found: "'\(field)' of '\(type)'",
            fix: "Choose others with data.columns. \(NPYHeader.structuredFix)")
    }
}

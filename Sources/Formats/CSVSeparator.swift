extension CSVTable {
    /// What stands between the fields of a line; the raw value is its word in a configuration.
    public enum Separator: String, CaseIterable, Codable, Hashable, Sendable {
        case comma, semicolon, tab, bar
        /// Any number of spaces and tabs, as `numpy.savetxt` and R's `write.table` write one.
        case space

        var byte: UInt8 {
            switch self {
            case .comma: 0x2c
            case .semicolon: 0x3b
            case .tab: 0x09
            case .bar: 0x7c
            case .space: 0x20
            }
        }

        /// Whether numbers may have a decimal comma: where Excel and R write one, they separate by semicolons. Elsewhere "1,234" may be a thousand.
        var allowsDecimalComma: Bool { self == .semicolon }
    }
}

extension CSVReader {
    /// The separator of a file: the first of comma, semicolon, tab and bar that splits its first two lines into as many fields, more than one, with the
    /// largest share of numbers in the second; spaces where none of them does.
    ///
    /// The second line may have one field more: R leaves the name of its index out. Separators inside quotes do not count.
    static func separator(of bytes: [UInt8], from start: Int, to end: Int, name: String) -> CSVTable.Separator {
        let lines = CSVTable.Separator.allCases.map { separator in
            var reader = CSVReader(bytes, name, separator, from: start, to: end)
            return Split(separator: separator, first: (try? reader.next()) ?? [], second: try? reader.next())
        }
        let (marks, spaces) = (lines.filter { $0.separator != .space }, lines.filter { $0.separator == .space })
        let fitting = marks.filter(\.agrees)
        if let best = fitting.first(where: { mark in fitting.allSatisfy { $0.numbers <= mark.numbers } }) { return best.separator }
        if let spaces = spaces.first(where: { $0.agrees && $0.numbers > 0 }) { return spaces.separator }
        return marks.first { $0.first.count > 1 }?.separator ?? .comma
    }

    /// The first two lines as one separator splits them.
    private struct Split {
        let separator: CSVTable.Separator
        let first: [String]
        let second: [String]?

        var agrees: Bool {
            guard first.count > 1 else { return false }
            return second.map { $0.count == first.count || $0.count == first.count + 1 } ?? true
        }

        /// The share of numbers in the second line, or in the only one.
        var numbers: Double {
            let fields = second ?? first
            var mark: DecimalMark?
            return Double(fields.count { CSVReader.number($0, separator, &mark) != nil }) / Double(max(1, fields.count))
        }
    }
}

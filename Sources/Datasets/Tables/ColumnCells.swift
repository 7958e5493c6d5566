import Formats

/// A column of a table as its file has it: a number, a text or nothing in each row.
struct ColumnCells {
    let name: String
    /// NaN where a row holds no number.
    let numbers: [Double]
    /// Texts and what is missing; nil for a column of numbers, in which NaN is what is missing.
    let texts: CSVTexts?

    /// Rows without a number whose text is nil hold nothing.
    func isMissing(_ row: Int) -> Bool { numbers[row].isNaN && texts?.text(ofRow: row) == nil }

    /// The word of a row, a number being written in the fewest digits; nil where it holds nothing.
    func word(_ row: Int) -> String? { texts?.text(ofRow: row) ?? (numbers[row].isNaN ? nil : Self.word(of: numbers[row])) }

    static func word(of number: Double) -> String {
        Int(exactly: number).map { "\($0)" } ?? "\(number)"
    }

    var hasNumbers: Bool { numbers.contains { !$0.isNaN } }
    /// Whether there are numbers, and all of them are whole.
    var areWhole: Bool { hasNumbers && numbers.allSatisfy { $0.isNaN || WholeKind.holds($0) } }
    var missing: Int { numbers.indices.count { isMissing($0) } }

    /// The different words: numbers in their order, else texts in that of their letters.
    var words: [String] {
        let different = Set(numbers.indices.compactMap { word($0) })
        let known = different.compactMap { Double($0) }
        return known.count == different.count
            ? different.sorted { (Double($0) ?? 0, $0) < (Double($1) ?? 0, $1) } : different.sorted()
    }
}

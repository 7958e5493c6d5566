import Failures

/// What columns say of rows: how much they count, and what they are for.
enum RowRoles {
    /// - Throws: `.data` for what is no number of 0 or more, and where all are 0.
    static func weights(_ column: ColumnCells, _ place: String) throws(Failure) -> [Float] {
        let weights = column.numbers.map { Float($0) }
        if let row = weights.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
            throw Failure(
                .data,
                "\(place): row \(row) from 0, column '\(column.name)' (data.weight): expected a weight of 0 or more, found "
                    + (column.word(row).map { "'\($0)'" } ?? "nothing"))
        }
        guard weights.contains(where: { $0 > 0 }) else {
            throw Failure(
                .data, "\(place): column '\(column.name)' (data.weight): expected weights of which some are above 0, found 0 alone")
        }
        return weights
    }

    /// - Parameters:
    ///   - split: the column that says what rows are for; nil: all are trained on.
    ///   - chosen: the columns of `choices`, in their order: rows with other values are left out.
    /// - Returns: nil where nothing is said.
    static func parts(
        split: ColumnCells?, chosen: [ColumnCells], _ choices: ColumnChoices, count: Int, _ place: String
    ) throws(Failure) -> [RowPart]? {
        guard split != nil || !chosen.isEmpty else { return nil }
        var parts = [RowPart](repeating: .training, count: count)
        if let split {
            for row in 0..<count {
                guard let word = split.word(row), let part = RowPart(word: word) else {
                    throw Failure(
                        .data,
                        "\(place): row \(row) from 0, column '\(split.name)' (data.split): expected train, validation or test, found "
                            + (split.word(row).map { "'\($0)'" } ?? "nothing"))
                }
                parts[row] = part
            }
        }
        for column in chosen {
            let wanted = (choices.word(for: column.name) ?? "").split(separator: "|").map { normal(String($0)) }
            let words = Set(wanted)
            for row in 0..<count where !(column.word(row).map { words.contains(normal($0)) } ?? false) { parts[row] = .rest }
            if let absent = wanted.first(where: { word in !(0..<count).contains { column.word($0).map(normal) == word } }) {
                let known = column.words
                throw Failure(
                    .data,
                    "\(place): column '\(column.name)' (data.rows): expected one of \(ColumnWords.list(known)), found '\(absent)'."
                        + Spelling.hint(for: absent, in: Array(known.prefix(1000))))
            }
        }
        guard parts.contains(.training) else {
            throw Failure(.data, "\(place): expected rows to train on, found none that data.rows and data.split choose")
        }
        return parts
    }

    /// Numbers in one way.
    private static func normal(_ word: String) -> String { Double(word).map { ColumnCells.word(of: $0) } ?? word }
}

import Failures
import Formats

extension TableColumns {
    /// More different texts are no categories unless somebody says so.
    private static let mostCategories = 64
    /// Fewer rows may all be different by chance.
    private static let fewRows = 8

    /// What columns are taken as: as `kinds` say, else numbers where all that is there are numbers, whole ones where all of these are, a bit for two texts, a category
    /// for more.
    /// - Throws: `.data` for a column of numbers and texts, `.configuration` for a kind that does not fit its column.
    init(fitting table: [ColumnCells], kinds: ColumnChoices, isNamed: Bool, _ place: String) throws(Failure) {
        try kinds.check(table.map(\.name), place)
        var (columns, leftOut): ([TableColumn], [LeftOut]) = ([], [])
        for cells in table {
            if let word = kinds.word(for: cells.name) {
                let kind = try Self.kind(word, cells)
                if let kind {
                    columns.append(TableColumn(cells, kind))
                } else {
                    leftOut.append(LeftOut(name: cells.name, reason: "data.kinds"))
                }
            } else if let reason = Self.reasonToLeaveOut(cells) {
                leftOut.append(LeftOut(name: cells.name, reason: reason))
            } else {
                columns.append(TableColumn(cells, try Self.inferred(cells)))
            }
        }
        guard !columns.isEmpty else {
            let reasons = leftOut.map { "\($0.name) (\($0.reason))" }
            throw Failure(
                .data, "\(place): expected a column that can be learned, found \(reasons.joined(separator: ", ")): see data.kinds")
        }
        self.init(columns, isNamed: isNamed, leftOut: leftOut)
    }

    /// - Returns: nil for a column that is left out.
    private static func kind(_ word: String, _ cells: ColumnCells) throws(Failure) -> (any ColumnKind)? {
        let parts = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let argument = parts.count > 1 ? parts[1] : nil
        if word == ColumnKinds.none { return nil }
        guard let kind = ColumnKinds.named(parts[0]) else {
            let names = ColumnKinds.names + [ColumnKinds.none]
            throw Failure(
                .configuration,
                "data.kinds: column '\(cells.name)': expected one of \(names.joined(separator: ", ")), found '\(parts[0])'."
                    + Spelling.hint(for: parts[0], in: names))
        }
        do throws(Failure) {
            return try kind.init(fitting: cells, argument: argument)
        } catch {
            throw Failure(.configuration, "data.kinds: column '\(cells.name)': \(error.message)")
        }
    }

    private static func reasonToLeaveOut(_ cells: ColumnCells) -> String? {
        guard let texts = cells.texts, !cells.hasNumbers else { return nil }
        let count = texts.distinct.count
        let rows = cells.numbers.count
        if count == 0 { return "it holds nothing" }
        if count == 1, cells.missing == 0 { return "it holds '\(texts.distinct[0])' alone" }
        guard count > mostCategories || count == rows && rows > fewRows, !texts.hasMistypedNumber else { return nil }
        return "\(count) different texts in \(rows) rows (data.kinds=\(cells.name)=category keeps it)"
    }

    private static func inferred(_ cells: ColumnCells) throws(Failure) -> any ColumnKind {
        guard let texts = cells.texts, let first = texts.firstText else {
            return try cells.areWhole ? WholeKind(fitting: cells, argument: nil) : NumberKind(fitting: cells, argument: nil)
        }
        guard !cells.hasNumbers, !texts.hasMistypedNumber else {
            throw Failure(
                .data, "\(first) Or say what the column is: data.kinds=\(cells.name)=category (a category), \(cells.name)=none (left out).")
        }
        return texts.distinct.count == 2 ? try BitKind(fitting: cells, argument: nil) : try CategoryKind(fitting: cells, argument: nil)
    }

    /// The cells of other data, row by row, by the columns that were learned.
    /// - Parameters:
    ///   - table: as many columns, in the order of these.
    ///   - completing: whether any cell may hold nothing, since it is to be found, and every word has to be known.
    /// - Returns: also sentences on what the learned data had not.
    func cells(of table: [ColumnCells], _ place: String, completing: Bool = false) throws(Failure) -> (cells: [Double], notes: [String]) {
        precondition(table.count == columns.count, "\(table.count) columns for \(columns.count)")
        let rows = table.first?.numbers.count ?? 0
        var (cells, notes) = ([Double](repeating: 0, count: rows * columns.count), [String]())
        for (index, (column, other)) in zip(columns, table).enumerated() {
            let (own, unknown) = try column.cells(of: other, place, completing: completing)
            for row in 0..<rows { cells[row * columns.count + index] = own[row] }
            guard let first = unknown.first else { continue }
            let example = other.word(first).map { "'\($0)'" } ?? "nothing"
            notes.append(
                "\(place): column '\(column.name)': \(unknown.count) row\(unknown.count == 1 ? "" : "s") with what the learned data have not, such as "
                    + "\(example): taken as none of the known categories")
        }
        return (cells, notes)
    }
}

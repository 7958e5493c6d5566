import Failures
import Formats

// Columns and labels of a table.
extension FileRows {
    /// Leaves the columns that are asked for, by the names that the file has.
    mutating func choose(_ select: ColumnSelection) throws(Failure) {
        guard select != .all, select.wanted != names else { return }
        guard let names else {
            if select.isOfOtherData { return }
            throw Failure(
                .data,
                "\(path): expected columns with the names \(select.wanted.joined(separator: ", ")) (data.columns), found none with names.")
        }
        choose(try select.places(in: names, path))
    }

    /// Takes the label out of the columns of vectors, unless the file has it elsewhere, or other data (`rowWidth`) have none.
    /// - Throws: `.data` where there is no such column, or where a label is no whole number.
    mutating func separate(_ options: LoadingOptions) throws(Failure) {
        let label = options.label
        guard labels == nil, label != .none else { return }
        if let rowWidth = options.rowWidth, width != rowWidth + 1 { return }
        guard shape.count == 2 else {
            guard let name = label.name else { return }
            throw Failure(.data, "\(path): expected labels named '\(name)' (data.labelColumn), found rows without them.")
        }
        let named = options.knownLabel.flatMap { names?.firstIndex(of: $0) }
        let column = if let named { named } else { try column(label) }
        guard width > 1 else { throw Failure(.data, "\(path): line 1: expected columns before the label, found one column.") }
        labels =
            try texts.isEmpty || texts[column] == nil
            ? Self.labels(values.taking(stride(from: column, to: values.count, by: width)), path: path)
            : wordLabels(cells(column), options)
        labelName = names?[column]
        choose((0..<width).filter { $0 != column })
    }

    /// Words as labels: their places in the order of their letters, or in that of the learned data.
    private mutating func wordLabels(_ column: ColumnCells, _ options: LoadingOptions) throws(Failure) -> [Int32] {
        let words = options.classNames ?? column.words
        classNames = words
        if options.classNames == nil {
            let classes = words.enumerated().map { "\($0) \($1)" }
            notes.append(
                "\(path): the classes of '\(column.name)' are \(classes.prefix(20).joined(separator: ", "))\(classes.count > 20 ? ", ..." : "")"
            )
        }
        return try column.numbers.indices.map { (row) throws(Failure) in
            guard let word = column.word(row), let label = words.firstIndex(of: word) else {
                throw Failure(
                    .data,
                    "\(path): row \(row) from 0: expected a label"
                        + (options.classNames == nil ? "" : " of \(words.joined(separator: ", "))")
                        + ", found \(column.word(row).map { "'\($0)'" } ?? "nothing").")
            }
            return Int32(label)
        }
    }

    private func column(_ label: LabelColumn) throws(Failure) -> Int {
        switch label {
        case .none, .first: return 0
        case .last: return width - 1
        case .named(let name):
            guard let column = names?.firstIndex(of: name) else {
                throw Failure(
                    .data,
                    "\(path): expected a column named '\(name)' (data.labelColumn), found "
                        + (names?.joined(separator: ", ") ?? "columns without names") + ".")
            }
            return column
        }
    }

    /// Whole numbers as labels.
    /// - Parameter firstRow: the number of the row of the first.
    static func labels(_ values: NumericArray.Values, firstRow: Int = 0, path: String) throws(Failure) -> [Int32] {
        if case .int32(let numbers) = values { return numbers }
        let numbers = values.doubles ?? values.floats.map { Double($0) }
        return try numbers.enumerated().map { (row, number) throws(Failure) in
            guard let label = Int32(exactly: number) else {
                throw Failure(.data, "\(path): row \(firstRow + row) from 0: expected a whole number as label, found \(number).")
            }
            return label
        }
    }
}

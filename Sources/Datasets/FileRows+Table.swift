import Failures
import Formats

// What the columns of a table are for, and what they become.
extension FileRows {
    /// A column as the file has it.
    func cells(_ place: Int) -> ColumnCells {
        let width = width
        let numbers: [Double]
        if let doubles {
            numbers = (0..<count).map { doubles[$0 * width + place] }
        } else {
            let floats = values.floats
            numbers = (0..<count).map { Double(floats[$0 * width + place]) }
        }
        return ColumnCells(name: names?[place] ?? "x\(place + 1)", numbers: numbers, texts: texts.isEmpty ? nil : texts[place])
    }

    /// Takes the columns out that say what rows are for (`data.weight`, `data.split`, `data.rows`), unless they are the label or chosen.
    /// - Throws: `.data` for a value that says nothing, `.configuration` for a column that is not there; other data may lack them, or hold other values.
    mutating func takeRoles(_ options: LoadingOptions) throws(Failure) -> TableFacts {
        var facts = TableFacts()
        let roles = options.roles
        guard !roles.isEmpty, shape.count == 2 || !options.allowsIdleKeys else { return facts }
        let known = names ?? []
        if !options.isOfOtherData {
            for (key, name) in roles where !known.contains(name) {
                throw Failure(
                    .configuration,
                    "\(key): expected a column of \(path), which has \(known.isEmpty ? "no names" : known.joined(separator: ", ")), found '\(name)'."
                        + Spelling.hint(for: name, in: known))
            }
        }
        func column(_ name: String?) -> ColumnCells? { name.flatMap { known.firstIndex(of: $0) }.map { cells($0) } }
        if let weight = column(options.weight) {
            facts.weights = try options.isOfOtherData ? (try? RowRoles.weights(weight, path)) : RowRoles.weights(weight, path)
        }
        let (split, chosen) = (column(options.split), options.rows.names.compactMap { column($0) })
        if options.split == nil || split != nil, chosen.count == options.rows.names.count {
            let parts = { [path, count] () throws(Failure) in
                try RowRoles.parts(split: split, chosen: chosen, options.rows, count: count, path)
            }
            facts.parts = try options.isOfOtherData ? (try? parts()) : parts()
        }
        guard names != nil else { return facts }
        let kept = Set(options.columns + [labelName(options)].compactMap { $0 })
        let taken = Set(roles.map(\.name)).subtracting(kept)
        choose(known.indices.filter { !taken.contains(known[$0]) })
        return facts
    }

    /// The name of the label that `separate` will take out.
    private func labelName(_ options: LoadingOptions) -> String? {
        switch options.label {
        case .none: nil
        case .first: options.labelName ?? names?.first
        case .last: options.labelName ?? names?.last
        case .named(let name): name
        }
    }

    /// Turns what columns hold into coordinates, where that is anything but numbers.
    /// - Parameter facts: get what the columns became, unless values are the file's numbers.
    mutating func encodeTable(_ options: LoadingOptions, _ facts: inout TableFacts) throws(Failure) {
        // What a model of numbers alone is given, beside columns that say what rows are for.
        if options.isOfOtherData, options.learned == nil, let texts = texts.lazy.compactMap({ $0 }).first {
            throw Failure(.data, texts.firstText ?? texts.firstMissing ?? "\(path): expected numbers")
        }
        let isTable = shape.count == 2 && image == nil && (names != nil || isText || options.completes)
        if !isTable { try ReadingKey.refuse([.kinds], of: path, options) }
        guard isTable, options.learned != nil || needsTable(options) || mayBeWhole(options) else { return }
        var table = (0..<width).map { self.cells($0) }
        var (columns, cells): (TableColumns, [Double])
        if let learned = options.learned {
            if options.completes, !options.columns.isEmpty, names != nil { table = try completed(table, learned) }
            guard table.count == learned.columns.count else {
                throw Failure(
                    .data,
                    "\(path): expected the \(learned.columns.count) columns \(learned.names.joined(separator: ", ")), found \(table.count)")
            }
            columns = learned
            let found = try learned.cells(of: table, path, completing: options.completes)
            cells = found.cells
            notes += found.notes
        } else {
            columns = try TableColumns(fitting: table, kinds: options.kinds, isNamed: names != nil, path)
            if columns.areNumbers, columns.leftOut.isEmpty {
                facts.columns = columns.hasWhole ? columns : nil
                return
            }
            let kept = columns.names.compactMap { name in table.first { $0.name == name } }
            cells = try columns.cells(of: kept, path).cells
            columns = columns.counting(cells)
        }
        let coordinates = columns.encode(cells, completing: options.completes)
        (values, doubles, shape) = (.float32(coordinates.map { Float($0) }), coordinates, [count, columns.width])
        (names, texts) = (columns.coordinateNames, [])
        (facts.columns, facts.given) = (columns, options.completes ? cells : nil)
    }

    /// The learned columns in their order, of which those that are not there hold nothing.
    /// - Throws: `.data` where none is there.
    private func completed(_ table: [ColumnCells], _ learned: TableColumns) throws(Failure) -> [ColumnCells] {
        guard table.contains(where: { learned.names.contains($0.name) }) else {
            throw Failure(.data, "\(path): expected some of the columns \(learned.names.joined(separator: ", ")), found none of them")
        }
        return learned.names.map { name in
            table.first { $0.name == name } ?? ColumnCells(name: name, numbers: Array(repeating: .nan, count: count), texts: nil)
        }
    }

    /// Whether a text of numbers has columns of whole ones. Numbers of arrays may stay in their file: they are what their type says, unless `data.kinds` says more.
    private func mayBeWhole(_ options: LoadingOptions) -> Bool {
        guard isText, !options.isOfOtherData, options.shape.isEmpty else { return false }
        return (0..<width).contains { cells($0).areWhole }
    }

    private func needsTable(_ options: LoadingOptions) -> Bool {
        !options.kinds.isEmpty || texts.contains { $0 != nil } || names != nil && doubles?.contains { $0.isNaN } == true
    }
}

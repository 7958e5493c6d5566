import Failures
import Formats
import Numerics

// Rows that are read from the file of the data when they are wanted.
extension Dataset {
    /// The rows of a file where they stay in it; nil where they are to be held in memory.
    /// - Throws: `.data` where the file has to be read whole and that is not wanted (`DataMemory.file`).
    static func stored(_ file: DataFile, _ options: LoadingOptions) throws(Failure) -> Dataset? {
        guard options.memory == .file || options.memory == .automatic else { return nil }
        guard !options.holdsRows else {
            guard options.memory == .file, !options.isOfOtherData else { return nil }
            throw Failure(
                .configuration,
                "data.memory = \"file\": \(file.path): data.kinds, data.weight, data.split, data.rows and data.test want the rows in memory. Say data.memory=rank."
            )
        }
        guard let rows = try DataFormats.rowsInFile(file, options), rows.numbers.count <= RowPlaces.most else {
            // Other data are as they are.
            guard options.memory == .file, !options.isOfOtherData else { return nil }
            throw Failure(
                .data,
                "\(file.path): expected a file whose rows can be read one by one (data.memory = \"file\"): plain .npy in C order, plain IDX, or one array "
                    + "of an HDF5 file, of at most 2^32 rows and without unsigned numbers of 64 bits, found another one. Convert it, for example with "
                    + "numpy.save, or say data.memory=node.")
        }
        if options.memory == .automatic {
            let isSlow = rows.numbers.isCompressed && rows.bytes <= options.limit
            guard rows.bytes > DataMemory.most, !isSlow else { return nil }
        }
        let traced: (made: Dataset, layout: RowLayout)
        do {
            traced = try RowLayout.traced(rows, options)
        } catch {
            // What is wrong with an array is said by its own sizes where it can be held.
            guard rows.bytes > options.limit else { return nil }
            throw error
        }
        return try Dataset(rows, traced.made, traced.layout, options)
    }

    private init(_ rows: RowsInFile, _ made: Dataset, _ layout: RowLayout, _ options: LoadingOptions) throws(Failure) {
        let (reading, modified) = (options.reading(rows.numbers.type), try rows.numbers.modified)
        let withMoments = options.moments.includes(made.shape)
        let known = options.measured.first {
            $0.isOf(path: rows.path, size: rows.numbers.fileSize, modified: modified, reading: reading)
                && (!withMoments || $0.rows.whole.moments != nil) && $0.rows.fits(made.shape.count, isParted: options.heldOut != nil)
        }
        let file: MeasuredFile
        if let known {
            file = known
        } else {
            let heldOut = try options.heldOut.map { (share) throws(Failure) in
                try Self.heldOutPlaces(share, of: rows.numbers.count, rows.path)
            }
            let measurement = RowMeasurement(
                name: rows.path, shape: made.shape, columns: made.columnNames, levels: made.levels, heldOut: heldOut,
                keepsPrecision: options.keepsPrecision)
            let found = try measurement.measured(withMoments: withMoments) { (body) throws(Failure) in
                try rows.numbers.forEachBlock(layout, wide: nil, levels: made.levels, body)
            }
            guard try rows.numbers.modified == modified else {
                throw Failure(.inputOutput, "\(rows.path): the file was changed while it was read. Start again when it is complete.")
            }
            file = MeasuredFile(path: rows.path, size: rows.numbers.fileSize, modified: modified, reading: reading, found)
        }
        let stored = StoredRows(
            rows.numbers, layout, levels: made.levels, isPrecise: options.keepsPrecision && file.rows.narrows, isOfNode: false,
            limit: options.limit, file)
        let labels = if let beside = rows.labels?.values { beside } else { try rows.numbers.labels(layout, rows.path) }
        self.init(
            name: rows.path, shape: made.shape, stored, labels: labels,
            columnNames: made.columnNames, labelName: made.labelName, notes: made.notes,
            losses: options.keepsPrecision ? [] : file.rows.losses)
    }

    /// The same rows held in memory.
    /// - Throws: `.data` for more than may be held there.
    func inMemory() throws(Failure) -> Dataset {
        guard case .stored(let rows) = values else { return self }
        let bytes = rows.count * shape.count * (levels == nil ? rows.isPrecise ? 12 : 4 : 1)
        guard bytes <= rows.limit else {
            throw Failure(
                .data,
                "\(name): the rows have to be held in memory to become like those of the model, and have \(bytes) bytes; the limit is \(rows.limit). "
                    + LoadingOptions.remedy)
        }
        let values: Values
        var precise: [Double]?
        switch try rows.block(0..<rows.count) {
        case .levels(let bytes): values = .levels(bytes, levels: levels ?? 1)
        case .floats(let floats, let numbers): (values, precise) = (.floats(floats), numbers)
        }
        var held = try Dataset(
            name: name, shape: shape, values: values, labels: labels, columnNames: columnNames, labelName: labelName, notes: notes,
            precise: precise,
            losses: losses)
        (held.partners, held.table) = (partners, table)
        return held
    }
}

extension StoredRows {
    /// What a pass finds of the parts that a share makes.
    func measured(holdingOut share: Double, name: String, _ shape: ImageShape, _ columns: [String]?) throws(Failure) -> MeasuredRows {
        let measurement = RowMeasurement(
            name: name, shape: shape, columns: columns, levels: levels, heldOut: try Dataset.heldOutPlaces(share, of: count, name),
            keepsPrecision: isPrecise)
        return try measurement.measured(withMoments: measures.moments != nil) { (body) throws(Failure) in
            try numbers.forEachBlock(layout, wide: wide, levels: levels, body)
        }
    }
}

extension NumericRows {
    /// All rows in order, with the numbers in double precision where the file has such.
    func forEachBlock(
        _ layout: RowLayout, wide: (any NumericRows)?, levels: Int?, _ body: (RowBlock, Range<Int>) throws(Failure) -> Void
    ) throws(Failure) {
        for range in StoredRows.blocks(of: count, width: layout.width) {
            let values = try rows(range)
            if levels != nil, let bytes = values.bytes {
                try body(.levels(layout.arranged(bytes)), range)
            } else {
                let doubles = try (wide?.rows(range) ?? values).doubles
                try body(.floats(layout.arranged(values.floats), precise: doubles.map { layout.arranged($0) }), range)
            }
        }
    }

    /// The labels that are a value of each row; nil where none is.
    func labels(_ layout: RowLayout, _ path: String) throws(Failure) -> [Int32]? {
        guard let place = layout.label else { return nil }
        var labels: [Int32] = []
        labels.reserveCapacity(count)
        for range in StoredRows.blocks(of: count, width: layout.width) {
            let values = try rows(range)
            labels += try FileRows.labels(
                values.taking(stride(from: place, to: values.count, by: layout.width)), firstRow: range.lowerBound, path: path)
        }
        return labels
    }
}

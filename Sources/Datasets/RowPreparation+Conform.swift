import Failures
import Numerics

extension RowPreparation {
    /// The rows of other data as those that were learned: of their shape, in the order of their columns, as levels where these were levels.
    ///
    /// Levels as real numbers (2.7 of 0 to 255) become floats of the model's scale; whole numbers of any type become levels, as bytes of the same values do.
    /// - Parameter place: where the data came from, for messages: `--input rows.npy`.
    /// - Throws: `.data` for another shape, other columns or another kind of values.
    public func conform(_ dataset: Dataset, _ place: String) throws(Failure) -> Dataset {
        var rows = try conforming(dataset, place)
        // Arrays of numbers do not say that some are whole.
        if let table, table.areNumbers { rows.table.columns = table }
        return rows
    }

    private func conforming(_ dataset: Dataset, _ place: String) throws(Failure) -> Dataset {
        // Rows that have to be changed stand in memory.
        let isAlike = dataset.shape == shape && dataset.levels == levels
        let rows = try shaped(isAlike ? dataset : dataset.inMemory(), place)
        if let columns, let own = rows.columnNames, own != columns {
            throw Failure(
                .data,
                "\(place): expected the columns \(columns.joined(separator: ", ")), in this order, found \(own.joined(separator: ", "))")
        }
        switch (levels, rows.values) {
        case (nil, .floats), (_, .stored):
            if let scales, let bad = scales.refused(rows) {
                throw Failure(
                    .data,
                    "\(place): row \(bad / shape.count) from 0, \(rows.title(ofValue: bad % shape.count)): expected a number above 0, whose logarithm "
                        + "this model has learned, found \(rows.number(bad))")
            }
            return rows
        case (nil, .levels(_, let own)):
            throw Failure(
                .data,
                "\(place): expected real numbers, as this model has learned, found \(own == 2 ? "truth values" : "\(own) levels"). "
                    + "Make floats of them as of the training data, such as x.astype(\"f4\") / 255.")
        case (let levels?, .levels(let bytes, let own)):
            if own == levels { return rows }
            guard own == 256, let most = bytes.max(), most < levels else { throw refusal(own == 256 ? bytes.max() : nil, own, place) }
            return try rows.replacing(.levels(bytes, levels: levels))
        case (let levels?, .floats): return try leveled(rows, levels, place)
        }
    }

    /// As above; a density has real numbers.
    public func conform(_ source: DataSource, _ place: String) throws(Failure) -> DataSource {
        guard let dataset = source.dataset else {
            guard source.shape == shape else { throw refusal(of: source.shape, place) }
            guard let levels else { return source }
            throw Failure(.data, "\(place): expected rows of \(levels) levels, as this model has learned, found the density \(source.name)")
        }
        return .dataset(try conform(dataset, place))
    }

    private func refusal(of other: ImageShape, _ place: String) -> Failure {
        Failure(.data, "\(place): expected rows of the shape \(shape), which this model has, found \(other)")
    }

    private func refusal(_ most: UInt8?, _ own: Int, _ place: String) -> Failure {
        let found = most.map { "a value of \($0)" } ?? (own == 2 ? "truth values" : "\(own) levels")
        return Failure(
            .data, "\(place): expected whole numbers from 0 to \((levels ?? 1) - 1), as this model has learned, found \(found)")
    }

    /// Numbers in the units of levels.
    private func leveled(_ rows: Dataset, _ levels: Int, _ place: String) throws(Failure) -> Dataset {
        var numbers: [Double] = []
        rows.forEachRow { block, start in for value in start..<start + shape.count { numbers.append(block.number(value)) } }
        guard let least = numbers.min(), let most = numbers.max() else { return rows }
        let top = Double(levels - 1)
        let isWhole = numbers.allSatisfy { $0 >= 0 && $0 == $0.rounded() }
        let (unitLow, unitHigh) = (Double(min(low, 0)), Double(max(high, 1)))
        let isOfUnit = unitHigh < top && least >= unitLow && most <= unitHigh
        // Of the model's scale, or of 0 to 1: such numbers would be nearly black images, and no one would see why.
        if isOfUnit, !isWhole {
            throw Failure(
                .data,
                "\(place): expected the units of the training data, 0 to \(levels - 1), found numbers from \(least) to \(most). "
                    + "Bring them back to levels, or give bytes.")
        }
        guard isWhole else {
            return try rows.replacing(.floats(modelValues(numbers)))
        }
        guard most <= top else {
            throw Failure(
                .data,
                "\(place): expected whole numbers from 0 to \(levels - 1), as this model has learned, found a value of \(most)")
        }
        let note = "\(place): the whole numbers \(Int(least)) to \(Int(most)) are read as the lowest of \(levels) levels, as bytes would be"
        return try rows.replacing(.levels(numbers.map { UInt8($0) }, levels: levels), saying: isOfUnit && most > 0 ? [note] : [])
    }

    private func shaped(_ dataset: Dataset, _ place: String) throws(Failure) -> Dataset {
        if dataset.shape == shape { return dataset }
        if dataset.shape == ImageShape(vector: shape.count) { return try dataset.images(of: shape) }
        throw refusal(of: dataset.shape, place)
    }
}

extension Dataset {
    /// The same rows with other values, or of another shape.
    fileprivate func replacing(
        _ values: Values, shape: ImageShape? = nil, precise: [Double]? = nil, saying more: [String] = []
    ) throws(Failure) -> Dataset {
        var replaced = try Dataset(
            name: name, shape: shape ?? self.shape, values: values, labels: labels,
            columnNames: shape == nil ? columnNames : nil,
            labelName: labelName, notes: notes + more, precise: precise, losses: losses)
        (replaced.partners, replaced.table) = (partners, table)
        return replaced
    }

    /// Vectors as images of planes, as `numpy.reshape` makes them.
    fileprivate func images(of shape: ImageShape) throws(Failure) -> Dataset {
        let pixels = shape.height * shape.width
        func innermost<T>(_ planes: [T]) -> [T] { Self.channelsInnermost(planes, channels: shape.channels, pixels: pixels) }
        switch values {
        case .levels(let bytes, let levels): return try replacing(.levels(innermost(bytes), levels: levels), shape: shape)
        case .floats(let floats): return try replacing(.floats(innermost(floats)), shape: shape, precise: precise.map { innermost($0) })
        case .stored: preconditionFailure("rows that are changed stand in memory")
        }
    }
}

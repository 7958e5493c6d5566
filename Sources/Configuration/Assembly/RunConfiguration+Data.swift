import Datasets
import Failures
import Formats
import Learning
import Numerics

/// From the `data` group to rows, read by one rank.
extension RunConfiguration {
    /// Other rows, read by the names of the columns that a model has learned.
    /// - Parameters:
    ///   - images: those that belong to them, for a model with such a condition.
    ///   - preparation: of the model's rows.
    ///   - completing: whether what is not there is to be found: cells, and columns of a table.
    package func loadedSource(
        of path: String, images: String?, like preparation: RowPreparation, measured: [MeasuredFile] = [], completing: Bool = false,
        needsClasses: Bool = true
    ) throws(Failure) -> DataSource {
        var (other, options) = (self, plainOptions)
        options.measured = measured
        (other.data.source, other.condition.source) = (path, images)
        options.readsLabels = condition.kind == .label && needsClasses
        (options.label, options.labelName) = (data.labelColumn, preparation.label)
        options.rowWidth = options.readsLabels ? nil : preparation.dataWidth
        options.keepsPrecision = !preparation.isIdentity
        (options.columns, options.isOfOtherData) = (preparation.matchedColumns ?? [], true)
        (options.learned, options.classNames) = (preparation.table, preparation.classNames)
        if completing {
            options.completes = true
            options.learned = options.learned ?? TableColumns(numbers: preparation.shape.count, names: preparation.columns)
        }
        return try other.loadGiven(options)
    }

    /// Images that are a model's condition, by themselves: read as `condition.source` is.
    package func loadedSource(ofImages path: String) throws(Failure) -> DataSource {
        var options = plainOptions
        (options.isOfOtherData, options.keepsPrecision) = (true, true)
        return try DataSource.load(path, options)
    }

    /// Where the first line of the run's own file is a row, so it is in a file that is given, unless it is text.
    private func loadGiven(_ options: LoadingOptions) throws(Failure) -> DataSource {
        guard data.header == false, options.columns.isEmpty else { return try load(options) }
        var first = options
        first.hasHeader = false
        do {
            return try load(first)
        } catch {
            guard error.kind == .data else { throw error }
            return try load(options)
        }
    }

    /// How any file of rows is read.
    package var plainOptions: LoadingOptions {
        var options = LoadingOptions()
        options.memory = data.memory
        options.limit = Int(min(data.limit, 1e9) * 1_073_741_824)
        (options.arrays, options.shape, options.size) = (data.array, data.shape, data.size)
        return options
    }

    /// The data of the `data` group, with the condition of each row, read by this rank alone; or the space of the energy that is given.
    /// - Parameters:
    ///   - earlier: what is known of the run.
    ///   - isChoosing: whether a training will be chosen by the data.
    package func loadedSource(_ earlier: EarlierStarts = .none, isChoosing: Bool = false) throws(Failure) -> DataSource {
        if let space = try givenSpace() { return .space(space) }
        var options = try ownOptions()
        (options.measured, options.allowsIdleKeys) = (earlier.measured, earlier.isBegun)
        if isChoosing, options.moments == .none { options.moments = .ofVectors }
        return try load(options)
    }

    /// How the file of the `data` group is read.
    package func ownOptions() throws(Failure) -> LoadingOptions {
        var options = plainOptions
        options.heldOut = data.validation?.share
        options.holdsOutSeveral = data.test != nil
        options.moments = data.standardize ? .all : .none
        options.columns = data.columns
        options.label = data.labelColumn
        options.kinds = try ColumnChoices(data.kinds, key: "data.kinds", form: "species=category")
        options.readsLabels = condition.kind == .label
        options.separator = data.separator
        options.hasHeader = data.header
        options.keepsPrecision = data.standardize || !data.scale.isEmpty
        return options
    }

    /// The data, with the condition of each row.
    private func load(_ given: LoadingOptions) throws(Failure) -> DataSource {
        var options = given
        (options.weight, options.split) = (data.weight, data.split)
        options.rows = try ColumnChoices(data.rows, key: "data.rows", form: "class=g")
        let source = try DataSource.load(data.source, options)
        guard condition.kind == .image, let path = condition.source, let dataset = source.dataset else { return source }
        var own = plainOptions
        (own.heldOut, own.measured) = (options.heldOut, options.measured)
        (own.isOfOtherData, own.keepsPrecision) = (true, options.isOfOtherData && !options.columns.isEmpty || options.keepsPrecision)
        guard let partner = try DataSource.load(path, own).dataset else {
            throw Failure(.data, "condition.source: expected rows, one for each of \(source.name), found the density \(path)")
        }
        return .dataset(try dataset.paired(with: partner))
    }

    /// What a checkpoint is bound to: the data, and the classes or images of their condition; of scaled data the numbers of the file, which
    /// floats may not tell apart; of tables what their columns became, and the weights of rows.
    /// - Parameter former: as earlier versions had it, which standardised floats.
    package func digest(of source: DataSource, former: Bool = false) -> String {
        let labels =
            condition.kind == .label
            ? source.dataset?.labels.map {
                " \(Checksum.of($0.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }))"
            } : nil
        let partner = source.dataset?.partner.map { " \($0.digest)" }
        let precise = (data.standardize || !data.scale.isEmpty) && !former ? source.dataset?.preciseDigest.map { " \($0)" } : nil
        let table = source.dataset?.table.digest.map { " \($0)" }
        return Checksum.of(Array((source.digest + (labels ?? partner ?? "") + (precise ?? "") + (table ?? "")).utf8))
    }

    /// What the `data` group says of the rows of a source.
    package func preparation(of source: DataSource) throws(Failure) -> DataPreparation {
        var preparation = DataPreparation()
        preparation.low = Float(data.low)
        preparation.high = Float(data.high)
        (preparation.keepsSites, preparation.space) = (keepsSites, try spaceOfWords(source.shape.count))
        // Only whole-number data, and columns that are no numbers, have values between which others can be spread.
        let canBeSpread = source.dataset?.levels != nil || source.dataset?.table.isSpread == true
        preparation.dequantize = data.dequantize ?? (canBeSpread && !keepsSites)
        preparation.standardize = data.standardize
        preparation.scale = try ColumnChoices(data.scale, key: "data.scale", form: "flux=log or quantile", allowsAll: true)
        preparation.noise = Float(data.noise)
        preparation.flip = data.flip
        return preparation
    }

    /// The rows that each shard learns from at each step, with what the networks know beside them.
    /// - Parameter seed: nil: that of the run.
    package func learnedRows(_ source: DataSource, seed: UInt64? = nil) throws(Failure) -> LearnedRows {
        let seed = seed ?? run.seed
        return LearnedRows(
            try dataStream(source, seed: seed), condition: try rowCondition(for: source), dropout: Float(condition.dropout), seed: seed)
    }

    /// The rows that each shard sees at each step, prepared as the `data` group says.
    package func dataStream(_ source: DataSource, seed: UInt64) throws(Failure) -> DataStream {
        try DataStream(
            source: source, preparation: try preparation(of: source), seed: seed, shards: run.shards, rowsPerShard: run.chainsPerShard)
    }
}

import Failures
import Formats

/// How files of data are read.
public struct LoadingOptions: Hashable, Codable, Sendable {
    /// The greatest number of bytes of a file after decompression.
    public var limit = FileBytes.defaultLimit
    /// The columns of a table that are read, by their names, in this order; empty: all.
    public var columns: [String] = []
    /// `columns` and `arrays` are those of other data: a table without a header is read whole, by position, and a file without these arrays by itself.
    public var isOfOtherData = false
    /// The arrays of a file of several that are read, side by side; empty: the only one.
    public var arrays: [String] = []
    /// Height and width, or channels, height and width, of images that are rows of so many values, channels outermost; empty: as the file has it.
    public var shape: [Int] = []
    /// Height and width of the pictures of a folder; empty: theirs.
    public var size: [Int] = []
    /// Numbers are kept in the precision of the file beside the floats that they become.
    public var keepsPrecision = false
    /// The column of a table, or the array of a file, that is the label (a whole number), not part of the rows.
    public var label = LabelColumn.none
    /// The name of the label in data that others are like: where a table has names, it is this column.
    public var labelName: String?
    /// Values of a row of data that others are like, which need no labels: rows of one more have a label, which is taken out; nil: all must have one.
    public var rowWidth: Int?
    /// What columns are taken as, where that is not what they seem.
    public var kinds = ColumnChoices()
    /// What the columns became of data that others are like.
    public var learned: TableColumns?
    /// Whether what such data have not, cells and whole columns, is to be found (`TableFacts.given`).
    public var completes = false
    /// The words that labels stand for in such data.
    public var classNames: [String]?
    /// The column that says how much rows count.
    public var weight: String?
    /// The column that says what rows are for.
    public var split: String?
    /// The values that rows have in some columns: others are not trained on.
    public var rows = ColumnChoices()
    /// What stands between the fields of a CSV file; nil: found in its first lines.
    public var separator: CSVTable.Separator?
    /// Whether the first line of a CSV file names the columns; nil: as it looks.
    public var hasHeader: Bool?
    /// Keys that say nothing of the data are let stand, as in a run that has begun.
    public var allowsIdleKeys = false
    /// IDX images: their labels are read from the file beside them (`train-labels-idx1-ubyte` for `train-images-idx3-ubyte`).
    public var readsLabels = false

    /// Where the rows stand while they are used.
    public var memory = DataMemory.rank
    /// The share of the rows that will be held out, so that the same pass finds what there is to know of both parts.
    public var heldOut: Double?
    /// Whether more than one share will be: such rows are held in memory.
    public var holdsOutSeveral = false
    /// Of which rows the moments of the columns will be asked for.
    public var moments = MomentsNeed.none
    /// What earlier starts have found of files.
    public var measured: [MeasuredFile] = []

    public init() {}

    /// As far as what is found of a file's rows depends on it.
    func reading(_ type: NumberType) -> LoadingOptions {
        var reading = self
        (reading.limit, reading.memory, reading.moments, reading.measured) = (0, .automatic, .none, [])
        reading.allowsIdleKeys = false
        // Floats and bytes are all that there is.
        if [.float32, .uint8, .bool].contains(type) { reading.keepsPrecision = false }
        return reading
    }

    /// Whether every rank has to hold the rows: columns are looked at one by one, or rows dealt out to several parts.
    var holdsRows: Bool { !roles.isEmpty || !kinds.isEmpty || learned != nil || holdsOutSeveral }

    /// A file within the limit.
    /// - Parameter bytes: those of files before it.
    func open(_ path: String, besides bytes: Int = 0) throws(Failure) -> DataFile {
        try DataFile(path, limit: limit - bytes, remedy: Self.remedy)
    }

    static let remedy = "Raise data.limit (in GiB), or give a smaller file."

    /// Columns and the label, and the columns that say what rows are for.
    var selection: ColumnSelection { selection(with: roles.map(\.name)) }

    /// Columns and the label.
    var rowSelection: ColumnSelection { selection(with: []) }

    private func selection(with roles: [String]) -> ColumnSelection {
        guard !columns.isEmpty else { return .all }
        if completes {
            let others = [knownLabel, labelName].compactMap { $0 } + self.roles.map(\.name) + (learned?.leftOut.map(\.name) ?? [])
            return .someOf(columns, beside: others)
        }
        let label = rowWidth == nil ? knownLabel.flatMap { columns.contains($0) ? nil : [$0] } ?? [] : []
        let wanted = columns + label
        return isOfOtherData ? .matching(wanted, optional: roles) : .names(wanted + roles.filter { !wanted.contains($0) })
    }

    /// The columns that say what rows are for, with their keys.
    var roles: [(key: String, name: String)] {
        [("data.weight", weight), ("data.split", split)].compactMap { key, name in name.map { (key, $0) } }
            + rows.names.map { ("data.rows", $0) }
    }

    /// Whether fields of a text may be no numbers. Of a model of numbers alone all are, but for columns that say what rows are for.
    var allowsTexts: Bool { shape.isEmpty && (!isOfOtherData || learned != nil || !roles.isEmpty) }

    /// The name of the label, where it is known.
    var knownLabel: String? { label == .none ? nil : label.name ?? labelName }
}

import Failures
import Formats
import Numerics

/// A finite set of rows of one shape: images (channels innermost) or vectors, with optional labels.
public struct Dataset: Hashable, Sendable {
    /// The values of all rows, row after row.
    public enum Values: Hashable, Sendable {
        /// Whole numbers 0..<levels, for example pixels with 256 levels.
        case levels([UInt8], levels: Int)
        case floats([Float])
        /// Read when they are wanted.
        case stored(StoredRows)

        public var count: Int {
            switch self {
            case .levels(let values, _): values.count
            case .floats(let values): values.count
            case .stored(let rows): rows.count * rows.layout.values
            }
        }
    }

    /// Where the data came from: a built-in name or a path.
    public let name: String
    public let shape: ImageShape
    /// The number of rows, at least one.
    public let count: Int
    public let values: Values
    /// The file's own numbers, which `values` narrows: where they were asked for (`LoadingOptions.keepsPrecision`) and floats do not hold them all.
    public let precise: [Double]?
    /// Columns of which the narrowing has left little.
    public let losses: [PrecisionLoss]
    /// One label a row.
    public let labels: [Int32]?
    /// The names of the values of a vector, when the file has them.
    public let columnNames: [String]?
    /// The name of the column of labels, when the file has one.
    public let labelName: String?
    /// Sentences about how the file was read, for the person who gave it.
    public internal(set) var notes: [String]
    /// XXH3 of shape, levels and values as 16 hexadecimal digits: equal for equal data, wherever they came from.
    public let digest: String
    /// What a table says beside its values.
    public internal(set) var table = TableFacts()
    /// None or one: a structure cannot hold another of its kind by itself.
    var partners: [Dataset] = []
    let cachedMoments = CachedMoments()

    /// Checks and keeps the given rows.
    ///
    /// - Throws: `.data` when there is no row, when a value is not finite (naming row and value, from 0) or exceeds the levels.
    public init(
        name: String, shape: ImageShape, values: Values, labels: [Int32]? = nil, columnNames: [String]? = nil, labelName: String? = nil,
        notes: [String] = [], precise: [Double]? = nil, losses: [PrecisionLoss] = []
    ) throws(Failure) {
        guard shape.count > 0, values.count > 0 else {
            throw Failure(.data, "\(name): expected rows of at least one value, found \(values.count) values in rows of shape \(shape).")
        }
        count = values.count / shape.count
        precondition(count * shape.count == values.count, "\(values.count) values in rows of shape \(shape)")
        precondition(labels == nil || labels!.count == count, "\(labels?.count ?? 0) labels for \(count) rows")
        precondition(columnNames == nil || columnNames!.count == shape.count, "a name for each of \(shape.count) values")
        precondition(precise == nil || precise!.count == values.count, "\(precise?.count ?? 0) numbers for \(values.count) values")
        switch values {
        case .floats(let floats): try Self.check(floats, firstRow: 0, shape.count, name, columnNames)
        case .levels(let bytes, let levels): try Self.check(bytes, levels: levels, shape.count, name, columnNames)
        case .stored: preconditionFailure("rows that are read when they are wanted have been checked")
        }
        self.name = name
        self.shape = shape
        self.values = values
        self.labels = labels
        self.columnNames = columnNames
        self.labelName = labelName
        self.notes = notes
        (self.precise, self.losses) = (precise, losses)
        digest = Self.digest(shape, values)
    }

    /// Rows that are read when they are wanted, checked already.
    init(
        name: String, shape: ImageShape, _ rows: StoredRows, labels: [Int32]?, columnNames: [String]?, labelName: String?, notes: [String],
        losses: [PrecisionLoss]
    ) {
        precondition(labels == nil || labels!.count == rows.count, "\(labels?.count ?? 0) labels for \(rows.count) rows")
        (self.name, self.shape, count, values) = (name, shape, rows.count, .stored(rows))
        (self.labels, self.columnNames, self.labelName, self.notes) = (labels, columnNames, labelName, notes)
        (precise, self.losses, digest) = (nil, losses, rows.measures.digest)
    }

    /// Refuses the first value that is no finite number.
    /// - Parameter firstRow: the number of the first of these rows.
    static func check(_ floats: [Float], firstRow: Int, _ width: Int, _ name: String, _ columns: [String]?) throws(Failure) {
        guard let index = floats.firstIndex(where: { !$0.isFinite }) else { return }
        throw Failure(
            .data,
            "\(place(firstRow * width + index, width, name, columns)): expected a finite number, found \(floats[index]). "
                + "Remove the row or mend the value.")
    }

    private static func check(_ bytes: [UInt8], levels: Int, _ width: Int, _ name: String, _ columns: [String]?) throws(Failure) {
        precondition((1...256).contains(levels), "a byte has 1 to 256 levels, not \(levels)")
        guard let index = bytes.firstIndex(where: { Int($0) >= levels }) else { return }
        throw Failure(.data, "\(place(index, width, name, columns)): expected a whole number below \(levels), found \(bytes[index]).")
    }

    private static func place(_ index: Int, _ width: Int, _ name: String, _ columns: [String]?) -> String {
        "\(name): row \(index / width), value \(index % width)" + (columns.map { " (\($0[index % width]))" } ?? "") + ", both from 0"
    }

    private static func digest(_ shape: ImageShape, _ values: Values) -> String {
        switch values {
        case .levels(let bytes, let levels):
            let sum = digest(of: shape, levels: levels)
            sum.add(bytes)
            return sum.text
        case .floats(let floats):
            let sum = digest(of: shape, levels: nil)
            sum.add(floats)
            return sum.text
        case .stored(let rows): return rows.measures.digest
        }
    }

    /// The digest of rows of which nothing has been added yet.
    static func digest(of shape: ImageShape, levels: Int?) -> Checksum {
        let sum = Checksum()
        sum.add([shape.height, shape.width, shape.channels, levels ?? 0].map(Int64.init))
        return sum
    }

    /// The number of levels of whole-number data; nil for floats.
    public var levels: Int? {
        switch values {
        case .levels(_, let levels): levels
        case .floats: nil
        case .stored(let rows): rows.levels
        }
    }
}

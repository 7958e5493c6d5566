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

        public var count: Int {
            switch self {
            case .levels(let values, _): values.count
            case .floats(let values): values.count
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
    public let notes: [String]
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
        try Self.check(values, shape.count, name, columnNames)
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

    private static func check(_ values: Values, _ width: Int, _ name: String, _ columns: [String]?) throws(Failure) {
        let place = { (index: Int) -> String in
            "\(name): row \(index / width), value \(index % width)" + (columns.map { " (\($0[index % width]))" } ?? "") + ", both from 0"
        }
        switch values {
        case .floats(let floats):
            guard let index = floats.firstIndex(where: { !$0.isFinite }) else { return }
            throw Failure(.data, "\(place(index)): expected a finite number, found \(floats[index]). Remove the row or mend the value.")
        case .levels(let bytes, let levels):
            precondition((1...256).contains(levels), "a byte has 1 to 256 levels, not \(levels)")
            guard let index = bytes.firstIndex(where: { Int($0) >= levels }) else { return }
            throw Failure(.data, "\(place(index)): expected a whole number below \(levels), found \(bytes[index]).")
        }
    }

    private static func digest(_ shape: ImageShape, _ values: Values) -> String {
        let sum = Checksum()
        switch values {
        case .levels(let bytes, let levels):
            sum.add([shape.height, shape.width, shape.channels, levels].map(Int64.init))
            sum.add(bytes)
        case .floats(let floats):
            sum.add([shape.height, shape.width, shape.channels, 0].map(Int64.init))
            sum.add(floats)
        }
        return sum.text
    }

    /// The number of levels of whole-number data; nil for floats.
    public var levels: Int? {
        if case .levels(_, let levels) = values { levels } else { nil }
    }

    /// Value `index` of all rows, in the precision of the file where it is kept.
    func number(_ index: Int) -> Double {
        switch values {
        case .levels(let bytes, _): Double(bytes[index])
        case .floats(let floats): precise?[index] ?? Double(floats[index])
        }
    }
}

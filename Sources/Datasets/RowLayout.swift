import Failures
import Formats
import Numerics

/// Where the values of a row, and its label, stand in a row of a file.
struct RowLayout: Hashable, Codable, Sendable {
    /// Values of a row of the file.
    let width: Int
    /// Of each value; nil: as they stand.
    let places: [Int]?
    /// Of the label, where that is one of the values.
    let label: Int?

    /// Values of a row of the data.
    var values: Int { places?.count ?? width }

    /// Rows as they stand.
    init(width: Int) { (self.width, places, label) = (width, nil, nil) }

    private init(width: Int, _ places: [Int], label: Int?) {
        self.width = width
        self.places = places == Array(0..<width) ? nil : places
        self.label = label
    }

    /// The values of rows of the file, in order.
    func arranged<T>(_ values: [T]) -> [T] {
        guard let places else { return values }
        var arranged: [T] = []
        arranged.reserveCapacity(values.count / width * places.count)
        for start in stride(from: 0, to: values.count, by: width) {
            for place in places { arranged.append(values[start + place]) }
        }
        return arranged
    }
}

// The code that chooses, separates and turns values of arrays in memory says it: it is given rows of which row k holds bit k of each value's place, and what it
// makes of them is read back.
extension RowLayout {
    /// What arrays of the type and shape become in memory, but for their rows: shape, names and notes, and where the values come from.
    /// - Parameter rows: of the file, of which no value is looked at.
    static func traced(_ rows: RowsInFile, _ options: LoadingOptions) throws(Failure) -> (made: Dataset, layout: RowLayout) {
        let width = rows.numbers.width
        let bits = max(1, Int.bitWidth - (width - 1).leadingZeroBitCount)
        let shape = [bits] + rows.numbers.shape.dropFirst()
        let marks = (0..<bits).flatMap { bit in (0..<width).lazy.map { UInt8(truncatingIfNeeded: $0 >> bit & 1) } }
        var given = FileRows(NumericArray(shape: shape, marked(marks, rows.numbers.type)), path: rows.path)
        given.names = rows.titles
        if let labels = rows.labels {
            given.labels = [Int32](repeating: 0, count: bits)
            given.labelName = labels.name
        }
        let made = try Dataset(given, options)
        let places = (0..<made.shape.count).map { value in
            (0..<bits).reduce(0) { $0 | Int(made.block(ofRow: $1).block.number($1 * made.shape.count + value)) << $1 }
        }
        let isInside = rows.labels == nil && made.labels != nil
        let label = isInside ? made.labels?.enumerated().reduce(0) { $0 | Int($1.element) << $1.offset } : nil
        return (made, RowLayout(width: width, places, label: label))
    }

    private static func marked(_ bits: [UInt8], _ type: NumberType) -> NumericArray.Values {
        switch type {
        case .uint8: .uint8(bits)
        case .bool: .bool(bits)
        case .int32: .int32(bits.map { Int32($0) })
        case .int64: .int64(bits.map { Int64($0) })
        case .float64: .float64(bits.map { Double($0) })
        case .float32, .float16, .bfloat16: .float32(bits.map { Float($0) })
        }
    }
}

/// Rows of a file that can be read one by one, and what stands beside them.
struct RowsInFile {
    let path: String
    let numbers: any NumericRows
    /// The names of a row's values.
    var titles: [String]?
    /// Labels that are no part of the rows.
    var labels: (values: [Int32], name: String?)?

    /// Bytes of the rows in memory.
    var bytes: Int { numbers.count * numbers.width * ([.uint8, .bool].contains(numbers.type) ? 1 : 4) }
}

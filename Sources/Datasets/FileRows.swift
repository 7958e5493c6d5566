import Failures
import Formats
import Numerics

/// What a file holds, whatever its format: numbers whose first index counts the rows, and what is known of them.
struct FileRows {
    /// Where they came from, for messages.
    var path: String
    /// The first size counts the rows.
    var shape: [Int]
    var values: NumericArray.Values
    /// The numbers in double precision, where `values` narrows them.
    var doubles: [Double]?
    /// A name for each value of a vector.
    var names: [String]?
    /// What stands in columns beside numbers, by column; empty where there are numbers alone.
    var texts: [CSVTexts?] = []
    var labels: [Int32]?
    var labelName: String?
    /// The words that labels stand for.
    var classNames: [String]?
    var notes: [String] = []
    /// The shape of a row where it is known, and whether its values stand as planes, channels outermost.
    var image: (shape: ImageShape, planes: Bool)?
    /// Whether the numbers are a text's, which says no type.
    var isText = false

    init(_ array: NumericArray, path: String) {
        (self.path, shape, values, doubles) = (path, array.shape, array.values, array.values.doubles)
    }

    init(_ table: CSVTable, path: String) {
        (self.path, shape, values, doubles) = (path, [table.rows, table.columns], .float32(table.values), table.doubles)
        (names, notes, isText, texts) = (table.names, table.notes, true, table.texts)
    }

    /// Images of bytes, row by row, channels innermost.
    init(pixels: [UInt8], of image: ImageShape, labels: [Int32]?, path: String) {
        self.init(
            NumericArray(shape: [pixels.count / image.count, image.height, image.width, image.channels], .uint8(pixels)), path: path)
        (self.image, self.labels) = ((image, false), labels)
    }

    /// Columns side by side. One array alone keeps its shape and its type.
    /// - Throws: `.data` for columns of different lengths, or of more than two dimensions.
    init(_ columns: [NumericColumn], path: String) throws(Failure) {
        if columns.count == 1, columns[0].array.shape.count > 1 {
            self.init(columns[0].array, path: path)
            names = columns[0].titles
            return
        }
        let rows = columns.first?.array.shape.first ?? 0
        var (names, widths): ([String], [Int]) = ([], [])
        for column in columns {
            let (shape, width) = (column.array.shape, column.array.shape.dropFirst().first ?? 1)
            guard (1...2).contains(shape.count), shape[0] == rows else {
                throw Failure(
                    .data,
                    "\(path): expected arrays of \(rows) rows side by side, each N or N x d, found '\(column.name)' of the shape \(shape). Choose "
                        + "others with data.array.")
            }
            widths.append(width)
            names += column.titles ?? (shape.count == 1 ? [column.name] : (0..<width).map { "\(column.name).\($0)" })
        }
        let width = names.count
        var floats = [Float](repeating: 0, count: rows * width)
        var doubles = [Double](repeating: 0, count: rows * width)
        var first = 0
        for (column, own) in zip(columns, widths) {
            let values = column.array.values
            let (narrow, wide) = (values.floats, values.doubles)
            for place in narrow.indices {
                let target = place / own * width + first + place % own
                (floats[target], doubles[target]) = (narrow[place], wide?[place] ?? Double(narrow[place]))
            }
            first += own
        }
        self.init(NumericArray(shape: [rows, width], .float32(floats)), path: path)
        (self.doubles, self.names) = (doubles, names)
    }

    var count: Int { shape.first ?? 0 }
    /// Values of a row.
    var width: Int { shape.dropFirst().reduce(1, *) }

    /// The same rows with some of their values, of vectors.
    mutating func choose(_ columns: [Int]) {
        let width = width
        let places = { (0..<count).lazy.flatMap { row in columns.lazy.map { row * width + $0 } } }()
        (values, doubles) = (values.taking(places), doubles.map { doubles in places.map { doubles[$0] } })
        (names, shape) = (names.map { names in columns.map { names[$0] } }, [count, columns.count])
        if !texts.isEmpty { texts = columns.map { texts[$0] } }
    }
}

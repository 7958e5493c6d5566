import Failures

/// The columns of a table and what they become: one declared list, fitted to the learned data, stored with the model.
public struct TableColumns: Hashable, Codable, Sendable {
    public let columns: [TableColumn]
    /// Whether the names are the file's.
    public let isNamed: Bool
    /// Columns that are no part of a row, and why, for a person.
    public let leftOut: [LeftOut]

    /// Which columns the learned rows have nothing in together, the most frequent first; nil where all have something in every column, and in models of earlier
    /// versions.
    public private(set) var gapPatterns: [GapPattern]?

    /// Rows that have nothing in exactly these columns.
    public struct GapPattern: Hashable, Codable, Sendable {
        /// By their places, rising.
        public let columns: [Int]
        /// How many rows.
        public let rows: Int
    }

    public struct LeftOut: Hashable, Codable, Sendable {
        public let name: String
        public let reason: String
    }

    init(_ columns: [TableColumn], isNamed: Bool, leftOut: [LeftOut] = []) {
        (self.columns, self.isNamed, self.leftOut) = (columns, isNamed, leftOut)
    }

    /// Numbers that are always there.
    /// - Parameter names: nil where the data have none.
    public init(numbers count: Int, names: [String]?) {
        let names = names ?? (1...count).map { "x\($0)" }
        self.init(names.map { TableColumn(name: $0, NumberKind(), missing: 0, filler: 0) }, isNamed: true)
    }

    public var names: [String] { columns.map(\.name) }
    /// Coordinates of a row.
    public var width: Int { columns.reduce(0) { $0 + $1.width } }
    public var coordinateNames: [String] { columns.flatMap(\.coordinateNames) }
    /// Whether a row's coordinates are its numbers.
    public var areNumbers: Bool { columns.allSatisfy { $0.kind.isNumber && !$0.canBeMissing } }
    public var hasWhole: Bool { columns.contains(where: \.isWhole) }

    /// The coordinates of each column.
    public var coordinatePlaces: [Range<Int>] {
        var end = 0
        return columns.map { column in
            defer { end += column.width }
            return end..<end + column.width
        }
    }

    /// The column of each coordinate.
    var columnOfCoordinate: [TableColumn] { columns.flatMap { column in (0..<column.width).map { _ in column } } }
    /// How wide uniform noise spreads each coordinate, in the units of the data.
    /// - Parameter ofValues: whether it spreads those of what is no number too.
    func spreads(ofValues: Bool) -> [Double] { columns.flatMap { $0.spreads(ofValues: ofValues) } }
    var areScaled: [Bool] { columns.flatMap(\.areScaled) }
    /// For each coordinate that is not there in some rows, the coordinate that says so.
    var indicators: [Int?] {
        var indicators: [Int?] = []
        for column in columns {
            let last = indicators.count + column.width - 1
            indicators += (indicators.count..<last + 1).map { column.canBeMissing && $0 < last ? last : nil }
        }
        return indicators
    }

    /// Patterns that are kept, at most.
    private static let mostPatterns = 64

    /// The same with what cells, row by row, say of gaps.
    func counting(_ cells: [Double]) -> TableColumns {
        guard columns.contains(where: \.canBeMissing) else { return self }
        var counts: [[Int]: Int] = [:]
        for first in stride(from: 0, to: cells.count, by: columns.count) {
            counts[columns.indices.filter { cells[first + $0].isNaN }, default: 0] += 1
        }
        var counted = self
        let all = counts.map { GapPattern(columns: $0.key, rows: $0.value) }
        counted.gapPatterns = Array(
            all.sorted { $0.rows != $1.rows ? $0.rows > $1.rows : $0.columns.lexicographicallyPrecedes($1.columns) }.prefix(
                Self.mostPatterns))
        return counted
    }

    /// What a run is bound to: without what follows from rows alone, as whole numbers do. Nil where a row's values are its numbers.
    var bound: TableColumns? {
        areNumbers && leftOut.isEmpty ? nil : TableColumns(columns.map(\.withoutWhole), isNamed: isNamed, leftOut: leftOut)
    }

    // MARK: values

    /// The coordinates of cells, both row by row.
    /// - Parameter completing: whether cells that hold nothing are to be found.
    public func encode(_ cells: [Double], completing: Bool = false) -> [Double] {
        var coordinates: [Double] = []
        coordinates.reserveCapacity(cells.count / max(1, columns.count) * width)
        for first in stride(from: 0, to: cells.count, by: columns.count) {
            for (place, column) in columns.enumerated() { coordinates += column.encode(cells[first + place], completing: completing) }
        }
        return coordinates
    }

    /// Which coordinates of rows are to be found where cells that hold nothing are: all but those that say that something is there.
    public func areOpen(_ cells: [Double]) -> [Bool] {
        cells.indices.flatMap { index in
            let column = columns[index % columns.count]
            return (0..<column.width).map { cells[index].isNaN && !(column.canBeMissing && $0 == column.width - 1) }
        }
    }

    /// The cells of coordinates, both row by row.
    /// - Parameter completing: whether something is in each of them.
    public func decode(_ coordinates: [Double], completing: Bool = false) -> [Double] {
        var cells: [Double] = []
        cells.reserveCapacity(coordinates.count / max(1, width) * columns.count)
        var first = 0
        while first < coordinates.count {
            for column in columns {
                cells.append(column.decode(Array(coordinates[first..<first + column.width]), completing: completing))
                first += column.width
            }
        }
        return cells
    }

    /// What the numbers of words are, where rows are written as numbers alone; empty where all are numbers.
    public var codesRemark: String {
        let codes = columns.compactMap { column in
            column.words.map { words in
                "\(column.name): " + words.prefix(8).enumerated().map { "\($0) \($1)" }.joined(separator: ", ")
                    + (words.count > 8 ? ", ..." : "")
            }
        }
        return codes.isEmpty ? "" : "; words are written by their numbers (a .csv has the words): \(codes.joined(separator: "; "))"
    }

    /// A name and what the column was taken as, a line for each; of numbers also which coordinate they are.
    public var summary: [(name: String, text: String, coordinate: Int?)] {
        var place = 0
        return columns.map { column in
            defer { place += column.width }
            return (column.name, column.summary, column.kind.isNumber ? place : nil)
        } + leftOut.map { ($0.name, "left out: \($0.reason)", nil) }
    }
}

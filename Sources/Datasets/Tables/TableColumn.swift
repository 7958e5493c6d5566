import Failures
import Formats

/// A column of a table and what it becomes: its kind's coordinates, and one that says that nothing is there where the learned data had such rows.
public struct TableColumn: Sendable {
    public let name: String
    let kind: any ColumnKind
    /// Rows of the learned data that held nothing; where there are any, a cell in their place.
    let missing: Int
    let filler: Double

    init(name: String, _ kind: any ColumnKind, missing: Int, filler: Double) {
        (self.name, self.kind, self.missing, self.filler) = (name, kind, missing, filler)
    }

    /// As the learned data have it.
    init(_ cells: ColumnCells, _ kind: any ColumnKind) {
        let own = kind.cells(of: cells)
        self.init(name: cells.name, kind, missing: cells.missing, filler: kind.filler(own))
    }

    /// The words that cells stand for; nil for numbers.
    public var words: [String]? { kind.words }
    public var canBeMissing: Bool { missing > 0 }
    var width: Int { kind.suffixes.count + (canBeMissing ? 1 : 0) }
    var coordinateNames: [String] { (kind.suffixes + (canBeMissing ? ["=NA"] : [])).map { name + $0 } }
    /// Whether cells are whole numbers.
    public var isWhole: Bool { kind.isWhole }
    /// How wide noise spreads each coordinate.
    /// - Parameter ofValues: whether it spreads those of what is no number too; numbers that are whole it spreads anyhow.
    func spreads(ofValues: Bool) -> [Double] {
        kind.suffixes.map { _ in ofValues || kind.isNumber ? kind.spread : 0 } + (canBeMissing ? [ofValues ? 0.2 : 0] : [])
    }
    /// Which coordinates are scaled.
    var areScaled: [Bool] { kind.suffixes.map { _ in kind.isScaled } + (canBeMissing ? [false] : []) }

    /// The coordinates of a cell; NaN: nothing is there.
    /// - Parameter completing: whether something is, which is to be found: then other coordinates than the last say nothing.
    func encode(_ cell: Double, completing: Bool = false) -> [Double] {
        // 1 has a logarithm.
        let absent = completing ? (kind is CategoryKind ? ColumnParameters.unknown : 1) : filler
        return kind.encode(cell.isNaN ? absent : cell) + (canBeMissing ? [cell.isNaN && !completing ? 1 : 0] : [])
    }

    /// The cell of coordinates; NaN: nothing is there; infinity where they are not finite.
    /// - Parameter completing: whether something is there.
    func decode(_ coordinates: [Double], completing: Bool = false) -> Double {
        guard coordinates.allSatisfy(\.isFinite) else { return .infinity }
        guard canBeMissing else { return kind.decode(coordinates) }
        let own = Array(coordinates.dropLast())
        return !completing && kind.isMissing(own, indicator: coordinates[own.count]) ? .nan : kind.decode(own)
    }

    /// The cells of other data, of which some may hold what the learned data had not: the places of such rows.
    /// - Parameter completing: as `TableColumns.cells`.
    /// - Throws: `.data` where the kind has no place for it.
    func cells(of other: ColumnCells, _ place: String, completing: Bool) throws(Failure) -> (cells: [Double], unknown: [Int]) {
        let title = "\(place): column '\(name)'"
        if words == nil, let text = other.texts?.firstText { throw Failure(.data, text) }
        var (cells, unknown) = (kind.cells(of: other), [Int]())
        for row in cells.indices {
            let isMissing = other.isMissing(row)
            if isMissing && completing { continue }
            guard isMissing && !canBeMissing || cells[row] == ColumnParameters.unknown && words != nil else { continue }
            guard kind is CategoryKind, !completing else {
                let expected = words.map { "one of \(ColumnWords.list($0))" } ?? "a number"
                throw Failure(
                    .data,
                    "\(title): row \(row) from 0: expected \(expected), as the learned data have it, found "
                        + "\(isMissing ? "nothing" : "'\(other.word(row) ?? "")'"). Mend the cell or take the row out.")
            }
            cells[row] = ColumnParameters.unknown
            unknown.append(row)
        }
        return (cells, unknown)
    }

    /// As versions knew it that told no whole numbers from others.
    var withoutWhole: TableColumn { isWhole ? TableColumn(name: name, NumberKind(), missing: missing, filler: filler) : self }

    /// What it was taken as, for a person.
    var summary: String { kind.summary + (canBeMissing ? "; \(missing) missing" : "") }
}

extension ColumnKind {
    /// The cells of a column: NaN for nothing, `unknown` for words that are not known.
    func cells(of column: ColumnCells) -> [Double] {
        guard let words else { return column.numbers }
        let places = Dictionary(uniqueKeysWithValues: zip(words, words.indices))
        return column.numbers.indices.map { row in
            column.word(row).map { word in places[word].map { Double($0) } ?? ColumnParameters.unknown } ?? .nan
        }
    }
}

extension TableColumn: Hashable, Codable {
    /// The JSON of a column.
    private struct Entry: Hashable, Codable {
        var name: String
        var kind: String
        var words: [String]?
        var period: Double?
        /// Of whole numbers.
        var constant: Bool?
        var missing: Int?
        var filler: Double?
    }

    private var entry: Entry {
        let parameters = kind.parameters
        return Entry(
            name: name, kind: type(of: kind).name, words: parameters.words, period: parameters.period,
            constant: parameters.isConstant, missing: canBeMissing ? missing : nil, filler: canBeMissing ? filler : nil)
    }

    public init(from decoder: any Decoder) throws {
        let entry = try Entry(from: decoder)
        let parameters = ColumnParameters(words: entry.words, period: entry.period, isConstant: entry.constant)
        guard let kind = ColumnKinds.named(entry.kind)?.init(parameters), entry.missing ?? 0 >= 0, (entry.filler ?? 0).isFinite else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "no kind of column: \(entry.kind)"))
        }
        self.init(name: entry.name, kind, missing: entry.missing ?? 0, filler: entry.filler ?? 0)
    }

    public func encode(to encoder: any Encoder) throws { try entry.encode(to: encoder) }

    public static func == (first: TableColumn, second: TableColumn) -> Bool { first.entry == second.entry }

    public func hash(into hasher: inout Hasher) { hasher.combine(entry) }
}

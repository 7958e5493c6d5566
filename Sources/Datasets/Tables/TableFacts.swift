import Formats

/// What a table says beside the values of its rows.
public struct TableFacts: Hashable, Sendable {
    /// What its columns became; nil where a row's values are its numbers.
    public var columns: TableColumns?
    /// The words that labels stand for, in their order; nil where labels are numbers.
    public var classNames: [String]?
    /// How much each row counts; nil: all alike.
    public var weights: [Float]?
    /// The cells of a table that is to be completed, row by row, NaN where something is to be found; nil for other data.
    public var given: [Double]?
    /// What each row is for; nil: all are trained on.
    public var parts: [RowPart]?

    public init() {}

    /// Whether noise spreads coordinates.
    public var isSpread: Bool { columns?.spreads(ofValues: true).contains { $0 > 0 } == true }

    /// Whether rows are their numbers, and nothing is said of single ones.
    var isOfNumbers: Bool {
        var others = self
        others.columns = nil
        return others == TableFacts() && columns?.areNumbers != false
    }

    /// The same of some of the rows.
    func rows(_ places: [Int]) -> TableFacts {
        var part = self
        part.weights = weights.map { weights in places.map { weights[$0] } }
        part.given = given.map { cells in
            let width = columns?.columns.count ?? 0
            return places.flatMap { cells[$0 * width..<($0 + 1) * width] }
        }
        part.parts = parts.map { parts in places.map { parts[$0] } }
        return part
    }

    /// Equal for tables of which the same is learned: beside their values.
    public var digest: String? {
        guard columns?.bound != nil || classNames != nil || weights != nil else { return nil }
        return Checksum.of(Array(encodedText.utf8))
    }
}

/// What a row is for.
public enum RowPart: UInt8, CaseIterable, Sendable {
    case training
    case validation
    case test
    /// None of the rows that `data.rows` chooses.
    case rest

    /// Words of a column that says it.
    private static let words: [String: RowPart] = [
        "train": .training, "training": .training, "valid": .validation, "validation": .validation, "val": .validation, "test": .test,
        "testing": .test,
    ]

    init?(word: String) {
        guard let part = Self.words[word.lowercased()] else { return nil }
        self = part
    }
}

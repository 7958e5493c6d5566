import Failures

/// Words without an order: a coordinate for each, 1 for its own word and 0 for the others.
struct CategoryKind: ColumnKind {
    static let name = "category"
    static let most = 4096

    let parameters: ColumnParameters
    let suffixes: [String]
    let spread = 0.2

    init(fitting cells: ColumnCells, argument: String?) throws(Failure) {
        if argument != nil { throw Failure(.data, "expected nothing behind 'category', found ':\(argument ?? "")'") }
        let words = cells.words
        guard (1...Self.most).contains(words.count) else {
            throw Failure(.data, "expected 1 to \(Self.most) different values of a category, found \(words.count)")
        }
        self.init(words)
    }

    init?(_ parameters: ColumnParameters) {
        guard let words = parameters.words, (1...Self.most).contains(words.count), Set(words).count == words.count,
            parameters.period == nil
        else { return nil }
        self.init(words)
    }

    private init(_ words: [String]) {
        parameters = ColumnParameters(words: words)
        suffixes = words.map { "=\($0)" }
    }

    var geometry: ColumnGeometry { .values(suffixes.count, inOrder: false) }

    var summary: String { "category of \(suffixes.count): \(ColumnWords.list(parameters.words ?? []))" }

    func encode(_ cell: Double) -> [Double] { suffixes.indices.map { Double($0) == cell ? 1 : 0 } }

    /// The first of the largest.
    func decode(_ coordinates: [Double]) -> Double {
        Double(coordinates.indices.max { (coordinates[$0], $1) < (coordinates[$1], $0) } ?? 0)
    }

    /// None of the words.
    func filler(_: [Double]) -> Double { ColumnParameters.unknown }

    /// Nothing is a category of its own.
    func isMissing(_ coordinates: [Double], indicator: Double) -> Bool { coordinates.allSatisfy { $0 < indicator } }
}

/// Words for a person.
enum ColumnWords {
    private static let shown = 6

    static func list(_ words: [String], separator: String = ", ") -> String {
        words.prefix(shown).joined(separator: separator) + (words.count > shown ? "\(separator)..." : "")
    }
}

import Failures

/// Two words: one coordinate, 0 for the first and 1 for the second.
struct BitKind: ColumnKind {
    static let name = "bit"

    let parameters: ColumnParameters
    let suffixes: [String]
    let spread = 0.2
    let geometry = ColumnGeometry.values(2, inOrder: false)

    init(fitting cells: ColumnCells, argument: String?) throws(Failure) {
        if argument != nil { throw Failure(.data, "expected nothing behind 'bit', found ':\(argument ?? "")'") }
        let words = cells.words
        guard words.count == 2 else {
            throw Failure(.data, "expected two different values of a bit, found \(words.count): \(ColumnWords.list(words))")
        }
        self.init(words)
    }

    init?(_ parameters: ColumnParameters) {
        guard let words = parameters.words, words.count == 2, words[0] != words[1], parameters.period == nil else { return nil }
        self.init(words)
    }

    private init(_ words: [String]) {
        parameters = ColumnParameters(words: words)
        suffixes = ["=\(words[1])"]
    }

    var summary: String { "bit: \((parameters.words ?? []).joined(separator: ", "))" }

    func encode(_ cell: Double) -> [Double] { [cell] }
    func decode(_ coordinates: [Double]) -> Double { coordinates[0] > 0.5 ? 1 : 0 }
}

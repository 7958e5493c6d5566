import Failures

/// Words with an order, or numbers of which the order alone counts: one coordinate, the place in the order, scaled as numbers are by mean and deviation.
struct OrderedKind: ColumnKind {
    static let name = "ordered"

    let parameters: ColumnParameters
    let suffixes = [""]
    let spread = 1.0
    let isScaled = true

    /// - Parameter argument: the words from the least to the greatest, `S<M<L`; nil: the column's numbers in their order.
    init(fitting cells: ColumnCells, argument: String?) throws(Failure) {
        let found = cells.words
        guard let argument else {
            guard found.allSatisfy({ Double($0) != nil }) else {
                throw Failure(.data, "expected the order of the words, ordered:A<B<C, found \(ColumnWords.list(found))")
            }
            self.init(found)
            return
        }
        let words = argument.split(separator: "<", omittingEmptySubsequences: false).map(String.init)
        guard words.count > 1, Set(words).count == words.count, !words.contains("") else {
            throw Failure(.data, "expected different words from the least to the greatest, ordered:A<B<C, found '\(argument)'")
        }
        if let other = found.first(where: { !words.contains($0) }) {
            throw Failure(.data, "expected the words \(words.joined(separator: " < ")), found '\(other)'")
        }
        self.init(words)
    }

    init?(_ parameters: ColumnParameters) {
        guard let words = parameters.words, !words.isEmpty, Set(words).count == words.count, parameters.period == nil else { return nil }
        self.init(words)
    }

    private init(_ words: [String]) { parameters = ColumnParameters(words: words) }

    private var top: Double { Double((parameters.words?.count ?? 1) - 1) }

    var geometry: ColumnGeometry { .values(parameters.words?.count ?? 1, inOrder: true) }

    var summary: String { "ordered, \(parameters.words?.count ?? 0) values: \(ColumnWords.list(parameters.words ?? [], separator: " < "))" }

    func encode(_ cell: Double) -> [Double] { [cell] }
    func decode(_ coordinates: [Double]) -> Double { min(max(coordinates[0].rounded(), 0), top) }
}

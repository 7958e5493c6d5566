import Failures

/// What stands in a column of a text file beside numbers: texts, and cells that hold nothing.
public struct CSVTexts: Hashable, Sendable {
    /// The different texts, in the order of their first rows.
    public private(set) var distinct: [String] = []
    /// What a row without a number holds: the place of its text, or nil for nothing.
    public private(set) var cells: [Int: Int?] = [:]
    /// Why the first text is no number, and the first cell that holds nothing none, with their places.
    public private(set) var firstText: String?
    public private(set) var firstMissing: String?
    /// Whether a text seems to be a number that is written in another way.
    public private(set) var hasMistypedNumber = false
    private var places: [String: Int] = [:]

    /// - Parameter refusal: what a reader of numbers alone would say.
    mutating func add(_ text: String, row: Int, refusal: () -> Failure) {
        guard !CSVReader.missing.contains(text) else {
            if firstMissing == nil { firstMissing = refusal().message }
            cells[row] = .some(nil)
            return
        }
        if firstText == nil { firstText = refusal().message }
        let place = places[text] ?? distinct.count
        if place == distinct.count {
            distinct.append(text)
            places[text] = place
            hasMistypedNumber = hasMistypedNumber || CSVReader.number(CSVReader.pointed(text)) != nil || CSVFirstLine.isMistyped(text)
        }
        cells[row] = place
    }

    /// The text of a row; nil for a number, and for nothing.
    public func text(ofRow row: Int) -> String? { (cells[row] ?? nil).map { distinct[$0] } }
}

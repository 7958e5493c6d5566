import Failures
import Formats

/// Numbers: one coordinate, scaled as `data.standardize` and `data.scale` say.
struct NumberKind: ColumnKind {
    static let name = "number"

    let parameters = ColumnParameters()
    let suffixes = [""]
    let isScaled = true
    let summary = "number"
    let geometry = ColumnGeometry.line

    init(fitting cells: ColumnCells, argument: String?) throws(Failure) {
        if argument != nil { throw Failure(.data, "expected nothing behind 'number', found ':\(argument ?? "")'") }
        if let text = cells.texts?.firstText { throw Failure(.data, text) }
    }

    init() {}

    init?(_ parameters: ColumnParameters) {
        guard parameters == ColumnParameters() else { return nil }
    }

    func encode(_ cell: Double) -> [Double] { [cell] }
    func decode(_ coordinates: [Double]) -> Double { coordinates[0] }
}

import Failures
import Formats

/// Whole numbers, such as counts, ages, years: one coordinate, scaled as numbers are, over whose cell noise is spread; rounded where it becomes a cell again.
///
/// Rows that lie on a lattice have no density: one that is learned grows without limit at the lattice's points. Spread by u in (-1/2, 1/2) they have one, p(v + u),
/// and ∫ p(v + u) du is a probability of the whole number v, which rounding gives back. Of a column of many values the noise is nothing beside what these differ by.
/// Source: B. Uria, I. Murray, H. Larochelle, arXiv:1306.0186; the bound: L. Theis, A. van den Oord, M. Bethge, arXiv:1511.01844, section 3.1.
struct WholeKind: ColumnKind {
    static let name = "whole"

    let parameters: ColumnParameters
    let suffixes = [""]
    let isScaled = true
    let summary = "whole number"
    let geometry = ColumnGeometry.line
    let isWhole = true

    init(fitting cells: ColumnCells, argument: String?) throws(Failure) {
        if argument != nil { throw Failure(.data, "expected nothing behind 'whole', found ':\(argument ?? "")'") }
        if let text = cells.texts?.firstText { throw Failure(.data, text) }
        if let other = cells.numbers.first(where: { !$0.isNaN && !Self.holds($0) }) {
            throw Failure(.data, "expected whole numbers from -2^53 to 2^53, found \(other)")
        }
        let first = cells.numbers.first { !$0.isNaN }
        parameters = ColumnParameters(isConstant: cells.numbers.allSatisfy { $0.isNaN || $0 == first } ? true : nil)
    }

    init?(_ parameters: ColumnParameters) {
        guard parameters == ColumnParameters(isConstant: parameters.isConstant) else { return nil }
        self.parameters = parameters
    }

    /// Beyond 2^53 doubles are no longer all of the whole numbers.
    static func holds(_ number: Double) -> Bool { number == number.rounded() && abs(number) <= 0x1p53 }

    /// A cell's width; what never varies stays what it is.
    var spread: Double { parameters.isConstant == true ? 0 : 1 }

    func encode(_ cell: Double) -> [Double] { [cell] }
    /// Without a 0 that is negative.
    func decode(_ coordinates: [Double]) -> Double { coordinates[0].rounded() + 0 }
}

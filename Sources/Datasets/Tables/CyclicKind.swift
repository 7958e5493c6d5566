import Failures
import Formats
import Foundation

/// Numbers that begin again after a period, such as hours: a point on the circle, cosine and sine.
struct CyclicKind: ColumnKind {
    static let name = "cyclic"

    let period: Double
    let suffixes = [" (cos)", " (sin)"]
    let spread = 0.2
    let geometry = ColumnGeometry.circle

    /// - Parameter argument: the period.
    init(fitting cells: ColumnCells, argument: String?) throws(Failure) {
        guard let period = argument.flatMap({ Double($0) }), period > 0, period.isFinite else {
            throw Failure(.data, "expected a period above 0, cyclic:24, found '\(argument ?? "")'")
        }
        if let text = cells.texts?.firstText { throw Failure(.data, text) }
        self.period = period
    }

    init?(_ parameters: ColumnParameters) {
        guard let period = parameters.period, period > 0, period.isFinite, parameters.words == nil else { return nil }
        self.period = period
    }

    var parameters: ColumnParameters { ColumnParameters(period: period) }
    var summary: String { "cyclic, period \(ColumnCells.word(of: period))" }

    func encode(_ cell: Double) -> [Double] {
        let angle = 2 * Double.pi * (cell / period - (cell / period).rounded(.down))
        return [cos(angle), sin(angle)]
    }

    /// From 0 to the period.
    func decode(_ coordinates: [Double]) -> Double {
        let turn = atan2(coordinates[1], coordinates[0]) / (2 * Double.pi)
        let value = (turn < 0 ? turn + 1 : turn) * period
        return value < period ? value : 0
    }
}

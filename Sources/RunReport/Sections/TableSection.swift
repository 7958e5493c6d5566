import Charts
import Datasets
import Numerics
import Training

/// Samples of a table beside rows of the data: each column by itself, and columns by pairs.
struct TableSection {
    private let samples: Matrix
    private let data: Matrix
    private let preparation: RowPreparation?

    /// Columns with a histogram, columns of pairs, and points of a chart.
    private static let (mostColumns, mostPaired, mostPoints) = (24, 4, 300)

    /// nil for other models.
    init?(_ record: ReportedRun) {
        guard let snapshot = record.snapshot, snapshot.shape.isVector, snapshot.field == nil, let samples = snapshot.samples,
            let data = snapshot.data
        else { return nil }
        (self.samples, self.data, preparation) = (samples, data, snapshot.preparation)
    }

    private func name(_ column: Int) -> String { preparation?.dataColumns?[column] ?? "value \(column + 1)" }

    /// Letters of all words that an axis has room for.
    private static let mostLetters = 24

    /// What the numbers of a column stand for, cut to the room of an axis; empty for numbers, and for words that are too many for one.
    private func words(_ column: Int) -> [String] {
        guard let words = preparation?.table?.columns[column].words, !words.isEmpty else { return [] }
        let room = Self.mostLetters / words.count
        return room < 2 ? [] : words.map { $0.count > room ? $0.prefix(room - 1) + "…" : $0 }
    }

    /// Columns of the data.
    private var width: Int { preparation?.dataWidth ?? samples.columns }

    /// In the units of the data; of words their numbers, NaN for nothing.
    private func values(_ rows: Matrix, _ column: Int) -> [Double] {
        let all = preparation?.dataValues(rows.values) ?? rows.values.map { Double($0) }
        return stride(from: column, to: all.count, by: width).map { all[$0] }
    }

    private func pair(_ x: Int, _ y: Int) -> PointChart? {
        func cloud(_ title: String, _ colour: Colour, _ rows: Matrix) -> PointChart.Cloud {
            let shown = rows.rows(0..<min(Self.mostPoints, rows.rows))
            return PointChart.Cloud(
                title, colour, zip(values(shown, x), values(shown, y)).filter { $0.isFinite && $1.isFinite }.map { Curve.Point($0, $1) })
        }
        return PointChart(
            "\(name(x)) and \(name(y))", "", [cloud("data", .data, data), cloud("samples", .samples, samples)],
            names: (name(x), name(y)), words: (words(x), words(y)))
    }

    /// The first columns of numbers, which points show better than words; behind them the first others where there are few.
    private var paired: [Int] {
        let isOfWords = (0..<width).map { preparation?.table?.columns[$0].words != nil }
        let sorted = (0..<width).filter { !isOfWords[$0] } + (0..<width).filter { isOfWords[$0] }
        return Array(sorted.prefix(Self.mostPaired))
    }

    var section: Section {
        let columns = 0..<min(Self.mostColumns, width)
        let marginals = columns.map { column in
            Histogram(
                name(column), "",
                [
                    Histogram.Group("data", .data, values(data, column).filter(\.isFinite)),
                    Histogram.Group("samples", .samples, values(samples, column).filter(\.isFinite)),
                ],
                isSmall: true, words: words(column)
            ).card
        }
        let paired = paired
        let pairs = paired.indices.flatMap { x in paired[(x + 1)...].compactMap { pair(paired[x], $0)?.card } }
        let left = width - columns.count
        return Section(
            "columns", "Columns",
            "Samples (outlines) over data (bars), in the units of the data\(left > 0 ? "; \(left) more columns are not shown" : ""). Pairs tell what columns "
                + "by themselves do not: whether values go together as they should.",
            [Section.grid("small", marginals), Section.grid("charts", pairs)])
    }

    /// For the first screen: the first two of these columns; nil for one.
    var first: HTML? { width > 1 ? pair(paired[0], paired[1])?.svg : nil }
}

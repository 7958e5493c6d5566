import Configuration
import Datasets
import Failures

/// What the columns of a table are taken as, before the first step: a line for each.
struct ColumnSummary {
    /// Nil for data without columns that have names.
    let text: String?

    /// Columns with a line of their own, and names of a line, at most.
    private static let (mostLines, mostNames) = (40, 12)

    /// - Parameter width: columns of a line.
    init(_ plan: RunPlan, width: Int) {
        guard let dataset = plan.source.dataset, dataset.columnNames != nil || dataset.table.columns != nil else {
            text = nil
            return
        }
        let rows = plan.rowMetadata.rows
        let lines =
            dataset.table.columns.map { Self.lines($0, rows.scales) } ?? Self.plainLines(dataset.columnNames ?? [], rows.scales)
        let roles = Self.roles(plan.configuration, dataset)
        let shown = lines.prefix(Self.mostLines) + (lines.count > Self.mostLines ? [("...", "\(lines.count - Self.mostLines) more")] : [])
        text = TextLayout.table(shown + roles, width: width)
    }

    private static func lines(_ table: TableColumns, _ scales: ColumnScales?) -> [(String, String)] {
        table.summary.map { line in (line.name, line.text + (line.coordinate.map { words(of: scales, $0) } ?? "")) }
    }

    /// Tables of numbers alone: columns of one scale together.
    private static func plainLines(_ names: [String], _ scales: ColumnScales?) -> [(String, String)] {
        let words = names.indices.map { self.words(of: scales, $0) }
        return words.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }.map { word in
            let own = names.indices.filter { words[$0] == word }.map { names[$0] }
            let list = own.prefix(mostNames).joined(separator: ", ") + (own.count > mostNames ? ", ..." : "")
            return ("\(own.count) number\(own.count == 1 ? "" : "s")\(word)", list)
        }
    }

    /// How the numbers of a coordinate are scaled.
    private static func words(of scales: ColumnScales?, _ place: Int) -> String {
        guard let scales else { return "" }
        let (mean, deviation) = (scales.moments.means[place], scales.moments.deviations[place])
        switch scales.curves.isEmpty ? .straight : scales.curves[place] {
        case .log: return ", logarithm, standardised"
        case .knots: return ", quantile to normal"
        case .straight: return deviation != 1 ? ", standardised" : mean == 0 ? "" : ", constant: shifted alone"
        }
    }

    /// The columns that say what rows are for.
    private static func roles(_ configuration: RunConfiguration, _ dataset: Dataset) -> [(String, String)] {
        let data = configuration.data
        return [
            dataset.labelName.map { ($0, "the label" + (dataset.table.classNames.map { " of \($0.count) classes" } ?? "")) },
            data.weight.map { ($0, "the weight of rows") }, data.split.map { ($0, "says what rows are for") },
        ].compactMap { $0 } + data.rows.map { ($0, "the rows that are learned") }
    }
}

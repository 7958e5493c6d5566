import Configuration
import Datasets
import Failures
import Numerics

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
            if let table = dataset.table.columns, !table.areNumbers || !table.leftOut.isEmpty {
                Self.lines(table, rows.scales)
            } else {
                Self.plainLines(
                    dataset.table.columns ?? TableColumns(numbers: dataset.shape.count, names: dataset.columnNames), rows.scales)
            }
        let roles = Self.roles(plan.configuration, dataset)
        let shown = lines.prefix(Self.mostLines) + (lines.count > Self.mostLines ? [("...", "\(lines.count - Self.mostLines) more")] : [])
        text = TextLayout.table(shown + roles, width: width)
    }

    private static func lines(_ table: TableColumns, _ scales: ColumnScales?) -> [(String, String)] {
        table.summary.map { line in (line.name, line.text + (line.coordinate.map { words(of: scales, $0) } ?? "")) }
    }

    /// Tables of numbers alone: columns of one kind and scale together.
    private static func plainLines(_ table: TableColumns, _ scales: ColumnScales?) -> [(String, String)] {
        let kinds = table.columns.indices.map { place in
            Kind(name: table.columns[place].isWhole ? "whole number" : "number", scale: words(of: scales, place))
        }
        return kinds.reduce(into: [Kind]()) { if !$0.contains($1) { $0.append($1) } }.map { kind in
            let own = kinds.indices.filter { kinds[$0] == kind }.map { table.names[$0] }
            let list = own.prefix(mostNames).joined(separator: ", ") + (own.count > mostNames ? ", ..." : "")
            return ("\(own.count) \(kind.name)\(own.count == 1 ? "" : "s")\(kind.scale)", list)
        }
    }

    /// What columns that share a line have in common.
    private struct Kind: Equatable {
        let name: String
        let scale: String
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

/// A table for a terminal: names of rows on the left, cells to the right. Where it is wider than the terminal its columns are dealt to several tables, one
/// below the other, each with the names; a row of which one cell has no room beside its name is a list below them.
package struct TextTable: Sendable {
    private struct Row {
        let name: String
        let cells: [String]
    }

    private let corner: String
    private let titles: [String]
    private let rows: [Row]
    /// Places that the names, and a column with the space before it, take at least where there is room.
    private let least: (names: Int, column: Int)

    private static let gap = 2

    /// - Parameters:
    ///   - titles: of the columns; each row has as many cells.
    ///   - corner: what stands above the names.
    ///   - names: places of the names, at least.
    ///   - column: places of a column with the space before it, at least.
    package init(_ titles: [String], _ rows: [(name: String, cells: [String])], corner: String = "", names: Int = 0, column: Int = 0) {
        precondition(rows.allSatisfy { $0.cells.count == titles.count }, "a cell for each of \(titles.count) columns")
        (self.corner, self.titles, least) = (corner, titles, (names, column))
        self.rows = rows.map { Row(name: $0.name, cells: $0.cells) }
    }

    /// - Parameter width: columns that no line is longer than, as far as its words allow.
    package func text(width: Int = TextWidth.output.lines) -> String {
        let roomy = table(rows, titles.indices, least)
        return roomy.allSatisfy { $0.count <= width } ? roomy.joined(separator: "\n") : folded(width)
    }

    /// Whether it stands in one piece.
    package func fits(_ width: Int) -> Bool { table(rows, titles.indices, (0, 0)).allSatisfy { $0.count <= width } }

    private func folded(_ width: Int) -> String {
        let names = ([corner] + rows.map(\.name)).map(\.count).max() ?? 0
        let room = width - names - Self.gap
        let beside = rows.filter { $0.cells.allSatisfy { $0.count <= room } }
        let below = rows.filter { $0.cells.contains { $0.count > room } }
        let tables = beside.isEmpty ? [] : deal(beside, width - names).map { table(beside, $0, (0, 0)) }
        let lists = below.isEmpty ? [] : [below.flatMap { list($0, width) }]
        return (tables + lists).map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
    }

    /// As many columns for each table as there is room for, one at least.
    /// - Parameter room: beside the names.
    private func deal(_ rows: [Row], _ room: Int) -> [Range<Int>] {
        var (parts, used): ([Range<Int>], Int) = ([], 0)
        for column in titles.indices {
            let own = Self.gap + width(of: column, rows)
            if let last = parts.last, used + own <= room {
                parts[parts.count - 1] = last.lowerBound..<column + 1
                used += own
            } else {
                parts.append(column..<column + 1)
                used = own
            }
        }
        return parts
    }

    private func width(of column: Int, _ rows: [Row]) -> Int { ([titles[column]] + rows.map { $0.cells[column] }).map(\.count).max() ?? 0 }

    private func table(_ rows: [Row], _ columns: Range<Int>, _ least: (names: Int, column: Int)) -> [String] {
        let names = max(least.names, ([corner] + rows.map(\.name)).map(\.count).max() ?? 0)
        let widths = columns.map { max(least.column, Self.gap + width(of: $0, rows)) }
        let lines = [Row(name: corner, cells: titles)] + rows
        return lines.map { row in
            NumberText.padded(row.name, names)
                + zip(columns, widths).map { column, width in
                    String(repeating: " ", count: width - row.cells[column].count) + row.cells[column]
                }.joined()
        }
    }

    /// The name of a row, and below it a line for each cell.
    private func list(_ row: Row, _ width: Int) -> [String] {
        let indent = (titles.map(\.count).max() ?? 0) + 2 * Self.gap
        return [row.name] + zip(titles, row.cells).map { TextLayout.paragraph("  \($0)", $1, indent: indent, width: width) }
    }
}

import Failures

/// Measures of several sets of rows beside each other, with room for their intervals.
package enum MeasureTable {
    /// Lines for the person at the terminal.
    /// - Parameters:
    ///   - sets: what is measured, `samples` and `data`.
    ///   - rows: a measure each, with a value for each set.
    package static func text(_ sets: [String], _ rows: [(name: String, cells: [String])], corner: String = "") -> String {
        TextTable(sets, rows, corner: corner, names: 18, column: 30).text()
    }
}

/// How far something is, as a bar and in percent.
package enum ProgressBar {
    package static let cells = 20
    /// Where there is little room.
    package static let fewCells = 10

    /// - Parameters:
    ///   - share: from 0 to 1.
    ///   - cells: characters between the brackets.
    package static func text(_ share: Double, cells: Int = ProgressBar.cells) -> String {
        let share = max(0, min(1, share))
        // Whole only at the end.
        let full = Int(share * Double(cells))
        let bar = String(repeating: "=", count: full) + (full < cells ? ">" : "")
        return "[" + bar + String(repeating: " ", count: cells - bar.count) + "] \(Int(100 * share)) %"
    }
}

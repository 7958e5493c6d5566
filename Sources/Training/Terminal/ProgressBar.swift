/// How far something is, as a bar and in percent.
package enum ProgressBar {
    private static let cells = 20

    /// - Parameter share: from 0 to 1.
    package static func text(_ share: Double) -> String {
        let share = max(0, min(1, share))
        // Whole only at the end.
        let full = Int(share * Double(cells))
        let bar = String(repeating: "=", count: full) + (full < cells ? ">" : "")
        return "[" + bar + String(repeating: " ", count: cells - bar.count) + "] \(Int(100 * share)) %"
    }
}

/// How far a training is, in one line: what is left out where the terminal is too narrow for all of it is what matters least.
package struct ProgressLine: Hashable, Sendable {
    /// `step 3/8`.
    let step: String
    /// From 0 to 1; nil: without a bar.
    let share: Double?
    /// `gap +0.0123`.
    let measures: [String]
    /// `1.2k chain steps/s`.
    let speed: String
    /// `2 min left`; nil: at the end.
    let left: String?

    package init(step: String, share: Double?, measures: [String], speed: String, left: String?) {
        (self.step, self.share, self.measures, self.speed, self.left) = (step, share, measures, speed, left)
    }

    /// - Parameter width: columns at most, if step and time left have so many.
    package func text(width: Int) -> String {
        let bar = share.map { [ProgressBar.text($0)] } ?? []
        let short = share.map { [ProgressBar.text($0, cells: ProgressBar.fewCells)] } ?? []
        // From all of it to what matters most.
        let middles =
            [bar + measures + [speed], short + measures + [speed], short + measures]
            + measures.indices.reversed().map { short + measures[..<$0] } + [Array(measures.prefix(1)), []]
        let lines = middles.map { middle in ([step] + middle + [left].compactMap(\.self)).joined(separator: "  ") }
        return lines.first { $0.count <= width } ?? lines[lines.count - 1]
    }
}

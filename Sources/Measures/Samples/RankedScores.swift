/// Scores of two sets of rows in one order, from the highest down: what is found where a threshold, or a number of rows, is chosen.
///
/// Each row may count several times, as in a resample (`Bootstrap`).
package struct RankedScores: Sendable {
    private struct Entry {
        let score: Double
        let isPositive: Bool
        let row: Int
    }

    private let entries: [Entry]
    package let positives: Int
    package let negatives: Int

    /// - Parameters: scores without NaN, at least one each.
    package init(positives: [Double], negatives: [Double]) {
        precondition(!positives.isEmpty && !negatives.isEmpty, "a separation needs rows of both kinds")
        entries =
            (positives.enumerated().map { Entry(score: $1, isPositive: true, row: $0) }
            + negatives.enumerated().map { Entry(score: $1, isPositive: false, row: $0) }).sorted { $0.score > $1.score }
        (self.positives, self.negatives) = (positives.count, negatives.count)
    }

    /// How often each row counts, positives and negatives.
    package struct Counts: Sendable {
        let positives: [Int]
        let negatives: [Int]

        package init(positives: [Int], negatives: [Int]) { (self.positives, self.negatives) = (positives, negatives) }
    }

    package var once: Counts { Counts(positives: Array(repeating: 1, count: positives), negatives: Array(repeating: 1, count: negatives)) }

    /// Rows of one score, from the highest score down: how many positives and negatives.
    private func groups(_ counts: Counts, _ body: (_ score: Double, _ positives: Int, _ negatives: Int) -> Bool) {
        var index = 0
        while index < entries.count {
            let score = entries[index].score
            var (more, moreWrong) = (0, 0)
            while index < entries.count, entries[index].score == score {
                let entry = entries[index]
                if entry.isPositive { more += counts.positives[entry.row] } else { moreWrong += counts.negatives[entry.row] }
                index += 1
            }
            guard body(score, more, moreWrong) else { return }
        }
    }

    package func separation(_ counts: Counts) -> ScoreSeparation {
        // Positives and negatives above the threshold; pairs that are in the right order, equal ones counted half.
        var (above, wrong, pairs, area) = (0, 0, 0.0, 0.0)
        groups(counts) { _, more, moreWrong in
            pairs += Double(moreWrong) * (Double(above) + 0.5 * Double(more))
            above += more
            wrong += moreWrong
            if more > 0 { area += Double(more) * Double(above) / Double(above + wrong) }
            return true
        }
        return ScoreSeparation(auroc: pairs / (Double(positives) * Double(negatives)), auprc: area / Double(positives))
    }

    /// The share of positives among the rows of the highest scores; of rows of one score at the border as many as fit, in proportion.
    package func precision(top count: Int, _ counts: Counts) -> Double {
        var (found, left) = (0.0, count)
        groups(counts) { _, more, moreWrong in
            let all = more + moreWrong
            if all > 0 { found += Double(min(all, left)) * Double(more) / Double(all) }
            left -= min(all, left)
            return left > 0
        }
        return found / Double(count - left)
    }

    /// The least threshold above which at most such a share of the negatives lies, and the share of positives above it.
    package func threshold(falseAlarms share: Double, _ counts: Counts) -> (score: Double, detected: Double) {
        let allowed = Int(share * Double(negatives))
        var (above, wrong, threshold) = (0, 0, -Double.infinity)
        groups(counts) { score, more, moreWrong in
            threshold = score
            guard wrong + moreWrong <= allowed else { return false }
            (above, wrong) = (above + more, wrong + moreWrong)
            return true
        }
        return (threshold, Double(above) / Double(positives))
    }
}

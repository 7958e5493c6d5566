/// How well a score tells two sets of rows apart when no threshold is chosen.
package struct ScoreSeparation: Hashable, Sendable {
    /// P(s⁺ > s⁻) + ½ P(s⁺ = s⁻), for a random positive and a random negative row: the area under the receiver operating characteristic.
    package let auroc: Double
    /// Σ_t (R_t - R_{t-1}) P_t, with precision P and recall R above each threshold t, from the highest score down: average precision, the area
    /// under the curve of precision over recall. Rows of equal score are one step.
    package let auprc: Double

    /// - Parameters: scores without NaN, at least one each.
    package init(positives: [Double], negatives: [Double]) {
        precondition(!positives.isEmpty && !negatives.isEmpty, "a separation needs rows of both kinds")
        let scores = (positives.map { (score: $0, isPositive: true) } + negatives.map { ($0, false) }).sorted { $0.score > $1.score }
        // Positives and negatives above the threshold; pairs that are in the right order, equal ones counted half.
        var (above, wrong, pairs, area) = (0, 0, 0.0, 0.0)
        var index = 0
        while index < scores.count {
            let score = scores[index].score
            var (more, moreWrong) = (0, 0)
            while index < scores.count, scores[index].score == score {
                if scores[index].isPositive { more += 1 } else { moreWrong += 1 }
                index += 1
            }
            pairs += Double(moreWrong) * (Double(above) + 0.5 * Double(more))
            above += more
            wrong += moreWrong
            area += Double(more) * Double(above) / Double(above + wrong)
        }
        auroc = pairs / (Double(positives.count) * Double(negatives.count))
        auprc = area / Double(positives.count)
    }
}

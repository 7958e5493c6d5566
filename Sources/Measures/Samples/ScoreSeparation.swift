/// How well a score tells two sets of rows apart when no threshold is chosen.
package struct ScoreSeparation: Hashable, Sendable {
    /// P(s⁺ > s⁻) + ½ P(s⁺ = s⁻), for a random positive and a random negative row: the area under the receiver operating characteristic.
    package let auroc: Double
    /// Σ_t (R_t - R_{t-1}) P_t, with precision P and recall R above each threshold t, from the highest score down: average precision, the area
    /// under the curve of precision over recall. Rows of equal score are one step.
    package let auprc: Double

    init(auroc: Double, auprc: Double) { (self.auroc, self.auprc) = (auroc, auprc) }

    /// - Parameters: scores without NaN, at least one each.
    package init(positives: [Double], negatives: [Double]) {
        let ranked = RankedScores(positives: positives, negatives: negatives)
        self = ranked.separation(ranked.once)
    }
}

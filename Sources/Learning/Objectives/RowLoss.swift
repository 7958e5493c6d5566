/// An objective whose loss is a mean over data rows, with noise and contrasts that are drawn without the model: on rows that no step has seen it compares models.
///
/// Each such loss is a divergence of the model from the data but for a constant that models have in common, or its estimate: of scores (denoising, sliced), of
/// perturbed rows (energy discrepancy), of shares of data among noise (noise contrast).
package protocol RowLoss: Objective {
    /// What is learned from.
    var data: LearnedRows { get set }
}

extension RowLoss {
    /// The same loss of other rows, prepared as those that are learned from.
    package func of(_ rows: LearnedRows) -> Self {
        var other = self
        other.data = rows
        return other
    }
}

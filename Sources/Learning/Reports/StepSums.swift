/// What a step found, over all shards: measures are made of it.
package struct StepSums: Sendable {
    package let report: ShardReport
    /// What shards have not begun to count (`ObjectiveProfile.later`).
    package let pending: Set<Tally>
    /// Data rows and negatives of the step.
    package let rows: Double
    package let negatives: Double
    /// Values of a row.
    package let rowValues: Double
    /// The factor of the sampler's step size in this step.
    package let stepSizeFactor: Double

    package init(
        _ report: ShardReport, pending: Set<Tally> = [], rows: Int, negatives: Int, rowValues: Int, stepSizeFactor: Float
    ) {
        (self.report, self.pending) = (report, pending)
        (self.rows, self.negatives, self.rowValues) = (Double(rows), Double(negatives), Double(rowValues))
        self.stepSizeFactor = Double(stepSizeFactor)
    }

    /// mean E(x+) - mean E(x-); nil where there are no negatives, or no data, or none yet.
    package var gap: Double? { Measure.energyGap.tallies.allSatisfy(report.counts) ? Measure.energyGap.found(self) : nil }

    package subscript(_ tally: Tally) -> Double { report[tally] }
}

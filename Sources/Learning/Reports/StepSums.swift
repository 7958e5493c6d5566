/// What a step found, over all shards: measures are made of it.
package struct StepSums: Sendable {
    package let report: ShardReport
    /// Data rows and negatives of the step.
    package let rows: Double
    package let negatives: Double
    /// Values of a row.
    package let rowValues: Double
    /// The factor of the sampler's step size in this step.
    package let stepSizeFactor: Double

    package init(_ report: ShardReport, rows: Int, negatives: Int, rowValues: Int, stepSizeFactor: Float) {
        self.report = report
        (self.rows, self.negatives, self.rowValues) = (Double(rows), Double(negatives), Double(rowValues))
        self.stepSizeFactor = Double(stepSizeFactor)
    }

    /// mean E(x+) - mean E(x-); nil where there are no negatives, or no data.
    package var gap: Double? { report.counts(.sampleEnergy) && report.counts(.dataEnergy) ? Measure.energyGap.value(self) : nil }

    package subscript(_ tally: Tally) -> Double { report[tally] }
}

import Configuration
import Learning

extension Trainer {
    /// What a step found, the same on every rank.
    ///
    /// Of several updates with the negatives of a step, report, norm and learning rate are those of the first.
    package struct StepResult {
        package var report = ShardReport()
        /// Before clipping.
        package var gradientNorm = Double.nan
        package var learningRate: Float = 0
        /// The factor of the sampler's step size in this step.
        package var stepSizeFactor: Float
        package var verdict = Guard.Verdict.update
        package var stopRequested = false

        package init(stepSizeFactor: Float) { self.stepSizeFactor = stepSizeFactor }

        /// mean E(x+) - mean E(x-)
        package func gap(_ configuration: RunConfiguration) -> Double { report.gap(configuration) }

        mutating func note(_ sum: GradientSum, isFirst: Bool) {
            if isFirst { report = sum.report }
            stopRequested = stopRequested || sum.stopRequested
        }
    }
}

extension ShardReport {
    /// mean E(x+) - mean E(x-)
    func gap(_ configuration: RunConfiguration) -> Double {
        dataEnergy / Double(configuration.rowsPerStep) - sampleEnergy / Double(configuration.negativesPerStep)
    }
}

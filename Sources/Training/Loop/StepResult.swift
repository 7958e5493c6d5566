import Configuration
import Learning
import Sampling

extension Trainer {
    /// What a step found, the same on every rank.
    ///
    /// Of several updates with the negatives of a step, report, norm and learning rate are those of the first.
    package struct StepResult {
        package var sums: StepSums
        /// Before clipping.
        package var gradientNorm = Double.nan
        package var learningRate: Float = 0
        /// The sampler's in this step.
        package var tuning: KernelTuning
        package var verdict = Guard.Verdict.update
        package var stopRequested = false

        package init(_ sums: StepSums, tuning: KernelTuning) { (self.sums, self.tuning) = (sums, tuning) }

        /// What the shards counted.
        package var report: ShardReport { sums.report }

        /// mean E(x+) - mean E(x-); nil for objectives without negatives.
        package var gap: Double? { sums.gap }

        mutating func note(_ found: StepSums, stopRequested asked: Bool, isFirst: Bool) {
            if isFirst { sums = found }
            stopRequested = stopRequested || asked
        }
    }
}

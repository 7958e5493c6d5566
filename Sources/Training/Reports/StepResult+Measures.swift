import Configuration
import Learning

/// What reports and lines about progress say of a step, from the sums of its shards. Each is meant for objectives that have it.
extension Trainer.StepResult {
    /// The loss, mean over the data rows.
    func loss(_ configuration: RunConfiguration) -> Double { report.loss / Double(configuration.rowsPerStep) }

    /// mean |g(z) - x~|² of what the generator makes.
    func reconstruction(_ configuration: RunConfiguration) -> Double { report.reconstruction / Double(configuration.rowsPerStep) }

    /// √ mean |∇E(x-)|² at the last step of the chains.
    func chainGradientNorm(_ configuration: RunConfiguration) -> Double {
        (report.squaredGradient / Double(configuration.negativesPerStep)).squareRoot()
    }
}

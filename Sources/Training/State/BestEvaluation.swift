import Configuration

/// The evaluation with the least value of a measure up to now: part of a checkpoint, so that a continued run goes on from it.
package struct BestEvaluation: Codable, Hashable, Sendable {
    package let measure: RunConfiguration.Checkpoint.Measure
    package private(set) var step: Int
    package private(set) var value: Double
    /// Evaluations since.
    package private(set) var worse = 0

    package init(_ measure: RunConfiguration.Checkpoint.Measure, step: Int, value: Double) {
        (self.measure, self.step, self.value) = (measure, step, value)
    }

    /// A further evaluation.
    /// - Parameter value: nil where it could not be measured.
    package mutating func note(_ value: Double?, step: Int) {
        if let value, value < self.value {
            (self.step, self.value, worse) = (step, value, 0)
        } else {
            worse += 1
        }
    }

    /// Whether the run ends, where it waits for so many evaluations.
    package func isExhausted(_ patience: Int?) -> Bool { patience.map { worse >= $0 } ?? false }

    /// Whether the values are such as a run leaves behind.
    func isPlausible(at step: Int) -> Bool { (0...max(0, step)).contains(self.step) && value.isFinite && (0...1 << 40).contains(worse) }
}

extension RunConfiguration {
    /// Whether a run has come to its end: its last step, or the end of its patience.
    /// - Parameter best: as the checkpoint of the step has it.
    package func isFinished(step: Int, best: BestEvaluation?) -> Bool {
        let isKept = evaluate.every > 0 && best?.measure == checkpoint.keepBest
        return step >= run.steps || isKept && best?.isExhausted(run.patience) == true
    }
}

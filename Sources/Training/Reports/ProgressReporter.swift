import Configuration
import Failures
import Learning

/// Makes progress lines from what every step leaves behind: rank 0 alone, by its own clock, so that no other rank has a part in it.
package struct ProgressReporter {
    private struct Mark {
        let instant: ContinuousClock.Instant
        let stepsDone: Int
    }

    /// Seconds over which the speed is taken, at least; twice that at most.
    private static let window = 5.0

    private let plan: RunPlan
    private let started = ContinuousClock.now
    private var schedule: ProgressSchedule
    /// Whether the line is drawn over, and begins with a bar.
    private let hasBar: Bool
    private var (older, newer): (Mark, Mark)
    private var isExplained = false

    /// The clock starts.
    init(_ plan: RunPlan, schedule: ProgressSchedule, hasBar: Bool) {
        self.plan = plan
        (self.schedule, self.hasBar) = (schedule, hasBar)
        older = Mark(instant: started, stepsDone: 0)
        newer = older
    }

    /// The line of a step where one is due, or the step is the last one.
    /// - Parameters:
    ///   - stepsDone: of this process.
    ///   - width: columns of the line.
    mutating func line(_ result: Trainer.StepResult, step: Int, stepsDone: Int, width: Int) -> String? {
        let (now, total) = (ContinuousClock.now, plan.configuration.run.steps)
        guard step == total || schedule.isDue(at: (now - started) / .seconds(1)) else { return nil }
        if (now - newer.instant) / .seconds(1) >= Self.window { (older, newer) = (newer, Mark(instant: now, stepsDone: stepsDone)) }
        let rate = Double(stepsDone - older.stepsDone) / max((now - older.instant) / .seconds(1), 1e-9)
        let left = step < total && rate > 0 ? "\(Self.duration(Double(total - step) / rate)) left" : nil
        return ProgressLine(
            step: "step \(step)/\(total)", share: hasBar ? Double(step) / Double(total) : nil, measures: measures(result),
            speed: speed(rate, step: step - 1), left: left
        ).text(width: width)
    }

    /// What the names of the line mean, once.
    /// - Parameter width: columns of a line.
    mutating func legend(width: Int) -> String? {
        guard !isExplained else { return nil }
        isExplained = true
        let shown = plan.profile.measures.compactMap(\.progress)
        guard !shown.isEmpty else { return nil }
        return shown.map { TextLayout.paragraph("  \($0.label):", $0.meaning, indent: 13, width: width) }.joined(separator: "\n")
    }

    private func measures(_ result: Trainer.StepResult) -> [String] {
        plan.profile.measures.compactMap { measure in
            guard let progress = measure.progress, let value = measure.found(result.sums) else { return nil }
            return "\(progress.label) \(Self.text(value, progress.form))"
        }
    }

    private static func text(_ value: Double, _ form: Measure.Progress.Form) -> String {
        switch form {
        case .signed: (value < 0 ? "" : "+") + NumberText.fixed(value, 4, width: 0)
        case .fixed: NumberText.fixed(value, 3, width: 0)
        case .engineering: NumberText.engineering(value)
        }
    }

    /// - Parameter rate: steps a second.
    private func speed(_ rate: Double, step: Int) -> String {
        let (profile, rows) = (plan.profile, rate * Double(plan.configuration.rowsPerStep))
        let evaluations = profile.evaluations(atStep: step)
        if profile.movesChains { return "\(NumberText.engineering(rows * Double(plan.configuration.sampler.steps))) chain steps/s" }
        return evaluations > 0
            ? "\(NumberText.engineering(rows * evaluations)) evaluations/s" : "\(NumberText.engineering(rows)) rows/s"
    }

    package static func duration(_ seconds: Double) -> String {
        let whole = seconds.isFinite ? Int(max(0, min(seconds, 1e9)).rounded()) : 0
        return whole < 120 ? "\(whole) s" : whole < 7200 ? "\(whole / 60) min" : "\(whole / 3600) h"
    }
}

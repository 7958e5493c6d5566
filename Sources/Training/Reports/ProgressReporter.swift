import Configuration
import Failures
import Learning

/// Makes progress lines from what every step leaves behind: rank 0 alone, by its own clock, so that no other rank has a part in it.
struct ProgressReporter {
    private struct Mark {
        let instant: ContinuousClock.Instant
        let stepsDone: Int
    }

    /// Seconds over which the speed is taken, at least; twice that at most.
    private static let window = 5.0

    private let plan: RunPlan
    private let started = ContinuousClock.now
    private var schedule: ProgressSchedule
    private var (older, newer): (Mark, Mark)
    private var isExplained = false

    /// The clock starts.
    init(_ plan: RunPlan, schedule: ProgressSchedule) {
        self.plan = plan
        self.schedule = schedule
        older = Mark(instant: started, stepsDone: 0)
        newer = older
    }

    /// The line of a step where one is due, or the step is the last one.
    /// - Parameter stepsDone: of this process.
    mutating func line(_ result: Trainer.StepResult, step: Int, stepsDone: Int) -> String? {
        let (now, total) = (ContinuousClock.now, plan.configuration.run.steps)
        guard step == total || schedule.isDue(at: (now - started) / .seconds(1)) else { return nil }
        if (now - newer.instant) / .seconds(1) >= Self.window { (older, newer) = (newer, Mark(instant: now, stepsDone: stepsDone)) }
        let rate = Double(stepsDone - older.stepsDone) / max((now - older.instant) / .seconds(1), 1e-9)
        var parts = ["step \(step)/\(total)"] + measures(result) + [speed(rate)]
        if step < total, rate > 0 { parts.append("\(Self.duration(Double(total - step) / rate)) left") }
        return parts.joined(separator: "  ")
    }

    /// What the names of the line mean, once.
    mutating func legend() -> String? {
        guard !isExplained else { return nil }
        isExplained = true
        let profile = plan.objective.profile
        var rows: [(String, String)] = []
        if profile.hasLoss {
            rows.append(("loss", "of the objective, mean over the data rows of the step"))
        } else if profile.hasNegatives {
            rows.append(("gap", "mean energy of data rows less that of samples; in healthy training it goes to and fro about 0"))
        }
        if profile.hasDecoder { rows.append(("|x - g|²", "squared distance of rows from what the generator makes of them")) }
        if movesChains { rows.append(("|∇E|", "how steep the energy is at the chains, root mean square; it should not grow without end")) }
        guard !rows.isEmpty else { return nil }
        return rows.map { TextLayout.paragraph("  \($0.0):", $0.1, indent: 13) }.joined(separator: "\n")
    }

    private var movesChains: Bool { plan.objective.profile.hasChains && plan.objective.profile.usesSampler }

    private func measures(_ result: Trainer.StepResult) -> [String] {
        let (profile, configuration) = (plan.objective.profile, plan.configuration)
        var parts: [String] = []
        if profile.hasLoss {
            parts.append("loss \(Self.signed(result.loss(configuration)))")
        } else if profile.hasNegatives {
            parts.append("gap \(Self.signed(result.gap(configuration)))")
        }
        if profile.hasDecoder { parts.append("|x - g|² \(NumberText.engineering(result.reconstruction(configuration)))") }
        if movesChains {
            parts.append("|∇E| \(NumberText.fixed(result.chainGradientNorm(configuration), 3, width: 0))")
        }
        return parts
    }

    /// - Parameter rate: steps a second.
    private func speed(_ rate: Double) -> String {
        let (profile, rows) = (plan.objective.profile, rate * Double(plan.configuration.rowsPerStep))
        if movesChains { return "\(NumberText.engineering(rows * Double(plan.configuration.sampler.steps))) chain steps/s" }
        return profile.evaluations > 0
            ? "\(NumberText.engineering(rows * profile.evaluations)) evaluations/s" : "\(NumberText.engineering(rows)) rows/s"
    }

    private static func signed(_ value: Double) -> String { (value < 0 ? "" : "+") + NumberText.fixed(value, 4, width: 0) }

    static func duration(_ seconds: Double) -> String {
        let whole = Int(min(seconds, 1e9).rounded())
        return whole < 120 ? "\(whole) s" : whole < 7200 ? "\(whole / 60) min" : "\(whole / 3600) h"
    }
}

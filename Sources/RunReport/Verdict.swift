import Charts
import Configuration
import Failures
import Sampling
import Training

/// Whether a run is healthy and how far it is, in sentences.
struct Verdict {
    let level: Finding.Level
    /// `Healthy`, and what that is about.
    let headline: String
    /// How good the samples are, or how far the training is.
    let progress: String
    /// The worst first.
    let findings: [Finding]

    init(_ record: ReportedRun) {
        let warnings = Self.warnings(record)
        let others = (record.snapshot?.findings ?? []) + Self.course(record) + (record.diagnosis?.findings ?? [])
        // Good news about the samples is what the page begins with, any other a finding.
        findings = (warnings + others + Self.quality(record).filter { $0.levelOfRun != .good }).sorted { $0.levelOfRun > $1.levelOfRun }
        let isUnknown = findings.isEmpty && record.metrics.lines == 0
        level = isUnknown ? .look : findings.map(\.levelOfRun).max() ?? .good
        headline = isUnknown ? "Nothing is known yet" : Self.headline(level)
        progress = Self.progress(record)
        let good = Self.quality(record).first { $0.levelOfRun == .good }
        lead = good?.found ?? (level == .good ? "Nothing has left its known good range." : nil)
    }

    /// Warnings of the newest line of metrics.
    private static func warnings(_ record: ReportedRun) -> [Finding] {
        let (texts, kinds) = (record.metrics.texts("warnings"), record.metrics.texts("warningKinds"))
        // Where a quality is known it says more than the comparison of an evaluation.
        return texts.indices.filter {
            kinds.count != texts.count || kinds[$0] != HealthWarning.Kind.worseThanNoise.rawValue
                || record.snapshot?.quality?.progress == nil
        }
        .map { HealthWarning.finding(texts[$0], kind: kinds.count == texts.count ? kinds[$0] : nil) }
    }

    /// Where the samples stand between noise and data.
    private static func quality(_ record: ReportedRun) -> [Finding] {
        guard let quality = record.snapshot?.quality, let progress = quality.progress else { return [] }
        let level: Finding.Level = progress < 0 ? .bad : progress < 0.3 ? .look : .good
        return [
            Finding(
                level,
                quality.text + (level == .good ? "." : "; try longer training, another scale of the data, another sampler.stepSize"))
        ]
    }

    /// Steps that went wrong.
    private static func course(_ record: ReportedRun) -> [Finding] {
        let metrics = record.metrics
        var findings: [Finding] = []
        if let skipped = metrics["skipped"]?.last?.y, skipped > 0 {
            findings.append(
                Finding(
                    .look,
                    "\(Numeral.short(skipped)) updates were left out by the guard, since steps diverged; try a smaller optimizer.learningRate or sampler.stepSize"
                ))
        }
        if let gap = metrics["energyGap"], gap.broken > 0 {
            findings.append(
                Finding(
                    .bad, "the energies were not finite in \(gap.broken) reports; try a smaller optimizer.learningRate or sampler.stepSize")
            )
        }
        return findings
    }

    private static func headline(_ level: Finding.Level) -> String {
        switch level {
        case .good: "Healthy"
        case .look: "Healthy, with something to look at"
        case .bad: "Not healthy"
        }
    }

    private static func progress(_ record: ReportedRun) -> String {
        let (step, steps) = (record.step, record.configuration.run.steps)
        if step >= steps { return "Finished: \(Numeral.grouped(steps)) steps." }
        let share = "\(Numeral.grouped(step)) of \(Numeral.grouped(steps))"
        return record.isFinished
            ? "Finished: it became no better and stopped at step \(share)."
            : "Step \(share), \(Numeral.percent(Double(step) / Double(max(1, steps))))."
    }

    /// How good the samples are, where that is known; else what holds where nothing is wrong.
    let lead: String?
}

import Failures

/// The health of a run over its training, read from metrics.jsonl.
package struct HealthHistory {
    private let reports: [StepReport]

    /// - Returns: nil where a run has no such file, or no line in it.
    package init?(_ folder: RunFolder) throws(Failure) {
        var log = RunLog<DecodedLines<StepReport>>(folder.metrics)
        try log.read()
        reports = log.content.lines
        if reports.isEmpty { return nil }
    }

    /// The drift of the chains over their noise at the last report up to a step.
    package func driftToNoise(atStep step: Int) -> Double? { reports.last { $0.step <= step }?.driftToNoise }

    package var sentences: [String] {
        let last = reports[reports.count - 1]
        var lines = ["\(reports.count) reports, the last one of step \(last.step)"]
        lines += [
            course("energy gap", \.energyGap), course("gradient norm of the chains", \.chainGradientNorm),
            course("acceptance", \.acceptance),
            course("saturation", \.saturation),
        ].compactMap { $0 }
        lines += (last.warnings ?? []).map { "warning: \($0)" }
        return lines
    }

    /// First, middle and last values.
    private func course(_ name: String, _ value: (StepReport) -> Double?) -> String? {
        let values = reports.compactMap(value)
        guard let first = values.first, let last = values.last else { return nil }
        let texts = [first, values[values.count / 2], last].map { NumberText.fixed($0, 4, width: 0) }
        return "\(name): \(texts[0]) at first, \(texts[1]) half way, \(texts[2]) at last"
    }
}

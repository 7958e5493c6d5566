import Configuration
import Failures

/// A run as `watch` shows it.
extension RunLines {
    /// Warnings of reports newer than that of a step, each kind once: its words change from report to report.
    package func warnings(after step: Int) -> [String] {
        var told = Set(reports.filter { $0.step <= step }.flatMap { Self.warnings(of: $0).map(\.kind) })
        return reports.filter { $0.step > step }.flatMap { report in
            Self.warnings(of: report).filter { told.insert($0.kind).inserted }.map { "step \(report.step): \($0.text)" }
        }
    }

    /// Where a version before there were kinds wrote the line, each text is one.
    private static func warnings(of report: StepReport) -> [(kind: String, text: String)] {
        let (texts, kinds) = (report.warnings ?? [], report.warningKinds ?? [])
        return Array(zip(kinds.count == texts.count ? kinds : texts, texts))
    }

    /// One line: where the run is.
    package var line: String {
        (["step \(step)/\(steps)"]
            + curves.compactMap { curve in curve.values.last.map { "\(curve.name) \(Self.number($0, curve.isSigned))" } }
            + [left].compactMap(\.self)).joined(separator: "  ")
    }

    /// As many lines as there is something to say.
    /// - Parameter width: columns; texts go on in further lines.
    package func panel(width: Int) -> [String] {
        let names = curves.map(\.name) + ["warning"]
        let indent = (names.map(\.count).max() ?? 0) + 2
        func lines(_ title: String, _ text: String) -> [String] {
            TextLayout.paragraph(title, text, indent: title.isEmpty ? 0 : indent, width: width).split(separator: "\n").map(String.init)
        }
        let head = lines(
            "", "\(folder.path): \(configuration.objective.kind.rawValue) on \(configuration.subject), step \(step) of \(steps)")
        let cells = width < Self.narrow ? ProgressBar.fewCells : ProgressBar.cells
        let bar = [
            ([ProgressBar.text(Double(step) / Double(max(1, steps)), cells: cells)] + [left].compactMap(\.self)).joined(separator: "  ")
        ]
        let rows = curves.map { curve in
            let number = curve.values.last.map { Self.number($0, curve.isSigned) } ?? ""
            let spark = Sparkline.text(curve.values, width: max(4, min(60, width - indent - 1 - max(Self.numberPlaces, number.count))))
            return NumberText.padded(curve.name, indent) + "\(spark) \(number)"
        }
        let time = shares.map { lines("time", $0) } ?? []
        let warned = reports.last { !($0.warnings ?? []).isEmpty }
        let warning = warned?.warnings?.last.map { lines("warning", "step \(warned?.step ?? 0): \($0)") } ?? []
        return head + bar + rows + time + warning
    }

    /// Columns below which the bar is short; places of most numbers.
    private static let (narrow, numberPlaces) = (60, 9)

    private var curves: [(name: String, values: [Double], isSigned: Bool)] {
        [
            ("gap", reports.compactMap(\.energyGap), true), ("loss", reports.compactMap(\.loss), true),
            ("|∇θ|", reports.map(\.gradientNorm), false), ("|∇E|", reports.compactMap(\.chainGradientNorm), false),
            ("held-out gap", reports.compactMap { $0.validation?.gap }, true),
            ("slicedWasserstein", evaluations.compactMap { $0.value(of: .slicedWasserstein) }, false),
            ("squaredError", evaluations.compactMap { $0.value(of: .squaredError) }, false),
        ].filter { !$0.1.isEmpty }
    }

    private static func number(_ value: Double, _ isSigned: Bool) -> String {
        (isSigned && value >= 0 ? "+" : "") + NumberText.fixed(value, 4, width: 0)
    }

    /// Reports whose time is added up.
    private static var newest: Int { 10 }

    /// The time that is left, by the pace of the newest reports.
    private var left: String? {
        let recent = reports.suffix(Self.newest + 1)
        guard let first = recent.first, let last = recent.last, step < steps else { return nil }
        // Of a lone report the time began with the run.
        let counted = recent.count > 1 ? Array(recent.dropFirst()) : Array(recent)
        let seconds = counted.reduce(0) { $0 + ($1.wallSeconds ?? $1.seconds.values.reduce(0, +)) }
        let done = last.step - (recent.count > 1 ? first.step : 0)
        guard seconds > 0, done > 0 else { return nil }
        return "\(ProgressReporter.duration(Double(steps - step) * seconds / Double(done))) left"
    }

    /// Where the time of the newest reports went: the four longest phases.
    private var shares: String? {
        var seconds: [String: Double] = [:]
        for report in reports.suffix(Self.newest) { seconds.merge(report.seconds) { $0 + $1 } }
        let total = seconds.values.reduce(0, +)
        guard total > 0 else { return nil }
        let longest = seconds.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.prefix(4).filter { $0.value >= 0.005 * total }
        return longest.map { "\($0.key) \(NumberText.fixed(100 * $0.value / total, 0, width: 0)) %" }.joined(separator: ", ")
    }

    /// What is said where nobody trains in the folder.
    package func end() throws(Failure) -> String {
        let newest = try folder.steps().first ?? 0
        if newest >= steps { return "the run is finished: step \(newest) of \(steps)" }
        if let best = folder.best(at: newest), try isFinished(step: newest) {
            return
                "the run is finished: stopped early at step \(newest) of \(steps), as run.patience says; the best evaluation is of step \(best.step)"
        }
        return
            "nobody trains in \(folder.path): the newest checkpoint is of step \(newest) of \(steps); the command that trained continues from there"
    }
}

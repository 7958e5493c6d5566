import Configuration
import Distributed
import Failures
import Learning

/// Writes the lines of metrics.jsonl, with a window of diagnostics where one is due, and says what leaves its known good range.
final class MetricsReport: StepCallback {
    let health: HealthReporter
    private let trainer: Trainer
    private let path: String
    private let terminal: Terminal
    private let reporter: Reporter
    private let validation: Validation?
    /// Rank 0 alone.
    private var log: MetricsLog?
    /// The newest line of this process.
    private(set) var newest: StepReport?

    /// Collective. - Parameter bytes: of the lines that the run continues from.
    init(
        _ trainer: Trainer, _ folder: RunFolder, keeping bytes: Int, _ validation: Validation?, _ terminal: Terminal
    ) throws(Failure) {
        self.validation = validation
        (self.trainer, self.terminal, path) = (trainer, terminal, folder.metrics)
        reporter = Reporter(trainer.plan)
        health = HealthReporter(trainer.plan)
        try open(keeping: bytes)
    }

    private var configuration: RunConfiguration { trainer.plan.configuration }

    private func open(keeping bytes: Int) throws(Failure) {
        try trainer.communicator.onRoot { log = try MetricsLog(path, keeping: bytes) }
    }

    /// The clock of the first interval starts.
    func begin() { reporter.start() }

    func observe(_ moment: StepMoment) {
        guard moment.result.verdict == .update, let gap = moment.result.gap else { return }
        trainer.note(gap: gap)
    }

    private func isDiagnosed(_ moment: StepMoment) -> Bool { moment.isMultiple(of: configuration.diagnostics.every) }

    func isDue(_ moment: StepMoment) -> Bool {
        moment.result.verdict == .update && (isDiagnosed(moment) || moment.isDue(configuration.report.every))
    }

    func cost(_ moment: StepMoment) -> Double { isDiagnosed(moment) ? 1 + health.stepsOfWindow : 0 }

    func act(_ moment: StepMoment) throws(Failure) {
        var report = try reporter.report(moment.result, trainer: trainer)
        try health.complete(&report, moment.result, trainer, isDiagnosed: isDiagnosed(moment))
        report.validation = try validation?.energies(.current, every: configuration.report.every)
        // Not at lines of windows or of the end, which a run that is made longer has and one in one piece has not.
        if moment.isMultiple(of: configuration.report.every) { trainer.startHealthInterval() }
        newest = report
        let warnings = health.newWarnings()
        let communicator = trainer.communicator
        try communicator.expecting(.storing("reporting")) { () throws(Failure) in
            try communicator.onRoot {
                try log?.append(try report.line())
                for warning in warnings {
                    terminal.line(
                        TextLayout.paragraph("warning,", "step \(report.step): \(warning)", indent: 9, width: terminal.width.prose))
                }
            }
        }
    }

    func goBack(to manifest: Manifest) throws(Failure) { try open(keeping: manifest.metricsBytes) }

    /// Rank 0: the length of the lines, which are on the disk on return.
    func storedBytes() throws(Failure) -> Int {
        try log?.sync()
        return log?.bytes ?? 0
    }

    /// Collective. Where the time of this process's steps went.
    func table(wall: Double) throws(Failure) -> PerformanceTable { try reporter.table(trainer: trainer, wall: wall) }
}

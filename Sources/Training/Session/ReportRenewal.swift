import Configuration
import Distributed
import Failures
import Learning
import Measures

/// Renews the report in the run folder at checkpoints, where it takes no more than a hundredth of the time, and always at the end.
///
/// Nothing of the run depends on it: when it is renewed is a matter of rank 0's clock, and a report that cannot be written is a warning.
final class ReportRenewal: StepCallback {
    private let trainer: Trainer
    private let reporter: (any RunReporter)?
    private let terminal: Terminal
    private let snapshots: SnapshotTaker
    /// Rank 0: before this it would take too large a share of the time.
    private var earliest = ContinuousClock.now
    private var hasFailed = false

    /// The time between two renewals is at least so many times that of one.
    private static let leastPause = 100.0

    /// - Parameters:
    ///   - reporter: on every rank or on none; rank 0's writes.
    ///   - heldOut: rows that the run does not train on; nil for none.
    init(_ model: EvaluatedModel, _ reporter: (any RunReporter)?, heldOut: EvaluationRows?, _ terminal: Terminal) {
        (trainer, self.reporter, self.terminal) = (model.trainer, reporter, terminal)
        snapshots = SnapshotTaker(model, heldOut: heldOut)
    }

    private var isWanted: Bool { reporter != nil && trainer.plan.configuration.report.html }

    /// The last step has its own call, behind the measures of the end.
    func isDue(_ moment: StepMoment) -> Bool {
        isWanted && !moment.isLast && (moment.isStopping || moment.isMultiple(of: trainer.plan.configuration.checkpoint.every))
    }

    func act(_ moment: StepMoment) throws(Failure) {
        let isTime = try trainer.communicator.fromRoot { ContinuousClock.now >= earliest }
        if isTime { try renew(quality: nil) }
    }

    /// Collective. Renews the report of a finished run whose last one is older than its checkpoint: it was killed between the two.
    static func catchUp(_ trainer: Trainer, _ folder: RunFolder, _ reporter: (any RunReporter)?, _ terminal: Terminal) throws(Failure) {
        let isOld = try trainer.communicator.fromRoot { folder.hasOldReport(at: trainer.state.step) }
        guard isOld, reporter != nil, trainer.plan.configuration.report.html else { return }
        guard !trainer.plan.profile.hasChains || trainer.plan.configuration.replayCapacity != nil else {
            // The chains of its last step were kept nowhere.
            let command = "ebm-dist report --run \(TextLayout.shellWord(folder.path))"
            return terminal.line("the report of the last step was not written; \(command) makes one")
        }
        try trainer.drawSamples()
        let quality = try SampleQuality.atEnd(of: trainer)
        let model = EvaluatedModel(trainer)
        try ReportRenewal(model, reporter, heldOut: Validation(model)?.heldOut, terminal).conclude(quality: quality)
    }

    /// Collective. Behind the last step.
    func conclude(quality: SampleQuality?) throws(Failure) {
        if isWanted { try renew(quality: quality) }
    }

    /// Collective.
    private func renew(quality: SampleQuality?) throws(Failure) {
        let (begin, communicator) = (ContinuousClock.now, trainer.communicator)
        let failure = try communicator.attempt { () throws(Failure) in
            let snapshot = try snapshots.take(quality: quality)
            try communicator.expecting(.storing("writing the report")) { () throws(Failure) in
                try communicator.onRoot { try reporter?.write(snapshot) }
            }
        }.failure
        if let failure, !hasFailed {
            terminal.line(
                TextLayout.paragraph("warning,", "the report was not written: \(failure.message)", indent: 9, width: terminal.width.prose))
            hasFailed = true
        }
        earliest = .now + (ContinuousClock.now - begin) * Self.leastPause
    }
}

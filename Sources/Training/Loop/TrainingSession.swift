import Datasets
import Distributed
import Failures
import Foundation
import Learning
import Model
import Numerics

/// The steps of a run between its start and its end in this process: reports, pictures, checkpoints, requests to stop.
final class TrainingSession {
    private let terminal: Terminal
    private let plan: RunPlan
    private let folder: RunFolder
    private let trainer: Trainer
    private let store: CheckpointStore
    private let communicator: any Communicator
    /// nil where the guard does not roll back.
    private let points: RollbackPoints?
    /// Rank 0 alone.
    private var log: MetricsLog?
    private var stopFile: StopFile
    private var stopWatch: StopFileWatch?
    /// Whether it was said that older checkpoints cannot be removed: once is enough.
    private var hasSaidWhatIsLeft = false
    private let reporter: Reporter
    private var progress: ProgressReporter
    private let heartbeat: Heartbeat
    private let health: HealthReporter
    private let evaluation: IntervalEvaluation
    private let started: ContinuousClock.Instant
    private let isStopRequested: @Sendable () -> Bool
    private var typicalStep = 0.0
    /// The seconds of the longest pause between two steps.
    private var longestPause = 0.0

    init(
        plan: RunPlan, folder: RunFolder, trainer: Trainer, store: CheckpointStore, continuing manifest: Manifest?,
        start: ContinuousClock.Instant, terminal: Terminal, heartbeat: Heartbeat, isStopRequested: @escaping @Sendable () -> Bool
    ) throws(Failure) {
        self.plan = plan
        self.folder = folder
        self.trainer = trainer
        self.store = store
        communicator = trainer.communicator
        self.terminal = terminal
        self.heartbeat = heartbeat
        started = start
        self.isStopRequested = isStopRequested
        stopFile = StopFile(folder)
        reporter = Reporter(plan)
        progress = ProgressReporter(plan, schedule: terminal.schedule)
        health = HealthReporter(plan)
        points = RollbackPoints(plan.configuration)
        var log: MetricsLog?
        try communicator.onRoot { log = try MetricsLog(folder.metrics, keeping: manifest?.metricsBytes ?? 0) }
        self.log = log
        evaluation = try IntervalEvaluation(plan, folder, continuing: manifest?.evaluation, communicator)
    }

    private var configuration: RunConfiguration { plan.configuration }
    private var isRoot: Bool { communicator.rank == 0 }

    /// Collective. Trains to the last step or to a request to stop.
    func run(continuing: Bool) throws(Failure) {
        communicator.progress.note(step: trainer.state.step)
        defer { communicator.progress.note(step: nil) }
        defer { terminal.endProgress() }
        if isRoot { watchForRequests() }
        defer { stopWatch?.stop() }
        if !continuing { try begin() }
        tell(
            continuing
                ? "continuing at step \(trainer.state.step) of \(configuration.run.steps)" : "starting \(configuration.run.steps) steps")
        reporter.start()
        progress = ProgressReporter(plan, schedule: terminal.schedule)
        try evaluation.start()
        while trainer.state.step < configuration.run.steps {
            let result = try timedStep()
            try pause(after: result)
            showProgress(result)
        }
        try finish()
    }

    /// Takes away a request from before the start, and looks for those that come.
    private func watchForRequests() {
        if let remark = stopFile.clear() { tell(remark) }
        let watch = StopFileWatch(stopFile)
        watch.start()
        stopWatch = watch
    }

    /// A line from rank 0.
    func tell(_ text: String) { terminal.line(text) }

    // MARK: parts of the loop

    /// Collective. Before the first step of a new run.
    private func begin() throws(Failure) {
        trainer.populate()
        if points != nil { try save() }
    }

    private func timedStep() throws(Failure) -> Trainer.StepResult {
        let begin = ContinuousClock.now
        heartbeat.note(step: trainer.state.step)
        // Ten steps, and ten minutes for the first, of which nobody knows how long it takes.
        let expected = typicalStep == 0 ? 600 : 10 * typicalStep
        let result = try communicator.expecting(.computing("a training step", seconds: expected)) { () throws(Failure) in
            try trainer.step(stop: wantsToStop)
        }
        let seconds = (ContinuousClock.now - begin) / .seconds(1)
        // The first step warms caches and finds the scales of the sum.
        typicalStep = typicalStep == 0 ? seconds : max(0.9 * typicalStep, min(seconds, 2 * typicalStep))
        communicator.progress.note(step: trainer.state.step)
        return result
    }

    /// What follows a step, while ranks may wait for one of them for longer than for a step: ten minutes, or ten times the longest pause so far.
    private func pause(after result: Trainer.StepResult) throws(Failure) {
        let begin = ContinuousClock.now
        // Ranks with fewer shards wait for the others for as long as a window of a shard takes.
        let window = isMultiple(of: configuration.diagnostics.every) ? typicalStep * (1 + health.stepsOfWindow) : 0
        let expected = max(600, 10 * max(longestPause, window))
        try communicator.expecting(.computing("between two steps", seconds: expected)) { () throws(Failure) in try attend(to: result) }
        longestPause = max(longestPause, (ContinuousClock.now - begin) / .seconds(1))
    }

    private func attend(to result: Trainer.StepResult) throws(Failure) {
        let stopping = result.stopRequested && trainer.state.step < configuration.run.steps
        if case .rollBack(let problem) = result.verdict {
            // This is the state of a rollback point, whose reports and pictures there are: the chains of the step are those that diverged. A request to
            // stop waits for the step that follows: the checkpoint of this one is there already, and knows nothing of the rollback.
            return try rollBack(problem)
        }
        try obey(result.verdict)
        // In this order: a report says what the evaluation of its step found.
        try evaluateIfDue()
        try reportIfDue(result)
        if isDue(configuration.samples.every) { try draw() }
        if stopping || isDue(configuration.checkpoint.every) || points?.contains(trainer.state.step) == true {
            try save()
        } else if isMultiple(of: configuration.guard.replicaCheckEvery) {
            try checkReplicas()
        }
        if stopping { try stop() }
    }

    private func obey(_ verdict: Guard.Verdict) throws(Failure) {
        switch verdict {
        case .update, .rollBack: break
        case .skip(let problem): tell("step \(trainer.state.step - 1): \(problem): the update is left out")
        case .stop(let problem):
            try communicator.onRoot {
                throw Failure(
                    .numerical,
                    "step \(trainer.state.step): \(problem). Training stops here; the checkpoints are from before. "
                        + "Try a smaller optimizer.learningRate or sampler.stepSize, or objective.energyRegularization.")
            }
        }
    }

    private func rollBack(_ problem: String) throws(Failure) {
        let step = trainer.state.step
        guard let points, let target = points.target(from: step, trainer.state.guardState) else {
            return try communicator.onRoot {
                throw Failure(.numerical, "step \(step): \(problem), and there is no step before it to go back to")
            }
        }
        let (saved, manifest, remarks) = try communicator.expecting(.storing("loading a checkpoint", bytes: store.bytes)) {
            () throws(Failure) in
            try store.goBack(to: target, into: trainer.shards, communicator)
        }
        try trainer.rollBack(to: saved, points)
        try communicator.onRoot { log = try MetricsLog(folder.metrics, keeping: manifest.metricsBytes) }
        try evaluation.cut(to: manifest.evaluation)
        tell("step \(step): \(problem): back to step \(saved.step) with the learning rate x \(trainer.state.guardState.learningRateFactor)")
        for remark in remarks { tell(remark) }
    }

    /// Whether something is done after this step: after every `interval` steps (0: never), and at the end.
    private func isDue(_ interval: Int) -> Bool {
        isMultiple(of: interval) || trainer.state.step == configuration.run.steps
    }

    private func isMultiple(of interval: Int) -> Bool { interval > 0 && trainer.state.step % interval == 0 }

    private func reportIfDue(_ result: Trainer.StepResult) throws(Failure) {
        guard result.verdict == .update else { return }
        if plan.objective.profile.hasNegatives { trainer.note(gap: result.gap(configuration)) }
        let isDiagnosed = isMultiple(of: configuration.diagnostics.every)
        guard isDiagnosed || isDue(configuration.report.every) else { return }
        var report = try reporter.report(result, trainer: trainer)
        try health.complete(&report, result, trainer, isDiagnosed: isDiagnosed)
        // Not at lines of windows or of the end, which a run that is made longer has and one in one piece has not.
        if isMultiple(of: configuration.report.every) { trainer.startHealthInterval() }
        let warnings = health.newWarnings()
        try communicator.expecting(.storing("reporting")) { () throws(Failure) in
            try communicator.onRoot {
                try log?.append(try report.line())
                for warning in warnings { tell(TextLayout.paragraph("warning,", "step \(report.step): \(warning)", indent: 9)) }
            }
        }
        trainer.charge(.report)
    }

    /// Rank 0 alone, from what all ranks know after a step: its clock decides nothing that another rank takes part in.
    private func showProgress(_ result: Trainer.StepResult) {
        guard isRoot, result.verdict == .update else { return }
        guard let line = progress.line(result, step: trainer.state.step, stepsDone: trainer.stepsDone) else { return }
        let legend = progress.legend()
        if let legend { tell("\(line)\n\(legend)") } else { terminal.progress(line) }
    }

    private func evaluateIfDue() throws(Failure) {
        guard configuration.evaluate.every > 0, isDue(configuration.evaluate.every) else { return }
        let comparison = try evaluation.evaluate(trainer)
        health.hear(comparison)
        // Not at the end alone, which a run that is made longer has not: its reports would differ.
        if isMultiple(of: configuration.evaluate.every) { trainer.note(comparison) }
        trainer.charge(.report)
    }

    private func draw() throws(Failure) {
        trainer.drawSamples()
        let samples = try SampleGathering(plan).gather(trainer)
        try communicator.expecting(.storing("writing a picture of samples")) { () throws(Failure) in
            try communicator.onRoot {
                let picture = SamplePicture(configuration: configuration, shape: plan.source.shape)
                try picture.write(
                    samples, count: samples.count / plan.source.shape.count, data: picture.data(of: plan),
                    to: folder.sample(trainer.state.step))
            }
        }
        trainer.charge(.report)
    }

    private func save() throws(Failure) {
        try checkReplicas()
        let left = try communicator.expecting(.storing("saving a checkpoint", bytes: store.bytes)) { () throws(Failure) in
            let bytes = try communicator.fromRoot { () throws -> Int in
                try log?.sync()
                return log?.bytes ?? 0
            }
            let stored = try communicator.fromRoot { try evaluation.stored() }
            return try store.save(trainer, metricsBytes: bytes, evaluation: stored, communicator)
        }
        if !hasSaidWhatIsLeft, let remark = RunFolder.remark(onLeft: left) {
            tell(remark)
            hasSaidWhatIsLeft = true
        }
        trainer.charge(.checkpoint)
    }

    /// All ranks must hold the same parameters.
    private func checkReplicas() throws(Failure) {
        let isSame = try communicator.isSame(trainer.state.replicaDigest)
        try communicator.onRoot {
            guard isSame else {
                throw Failure(
                    .numerical,
                    "step \(trainer.state.step): the ranks hold different parameters: a machine computes wrongly, or they differ in type")
            }
        }
    }

    // MARK: ends

    /// Whether this rank asks all to save and stop: a signal, the time limit, or a file named STOP. A signal may reach one rank alone, so the
    /// answer rides on the next gradient sum and all ranks see it together.
    private var wantsToStop: Bool {
        if isStopRequested() { return true }
        guard isRoot else { return false }
        if let hours = configuration.run.maxHours, (ContinuousClock.now - started) / .seconds(3600) > hours { return true }
        return stopWatch?.isSeen ?? false
    }

    private func stop() throws(Failure) {
        try communicator.onRoot {
            if let remark = stopFile.settle() { tell(remark) }
            throw Failure(
                .requeue, "stopped on request at step \(trainer.state.step) of \(configuration.run.steps); the same command continues")
        }
    }

    private func finish() throws(Failure) {
        terminal.endProgress()
        let table = try reporter.table(trainer: trainer, wall: (ContinuousClock.now - started) / .seconds(1))
        let isMeasured = configuration.evaluate.every > 0 || SampleQuality.isCheap(plan, steps: trainer.state.step)
        let quality = isMeasured ? try SampleQuality.measure(trainer) : nil
        let end = RunEnd(configuration, folder)
        tell(table.text)
        let sentences = health.closingSentences(besides: quality)
        let warnings = plan.objective.profile.hasChains || !sentences.isEmpty ? sentences : nil
        tell(end.text(quality: quality, plane: evaluation.newest?.plane, warnings: warnings))
    }
}

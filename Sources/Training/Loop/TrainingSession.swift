import Datasets
import Distributed
import Failures
import Foundation
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
    private let watchdog: Watchdog
    /// Rank 0 alone.
    private var log: MetricsLog?
    private var stopFile: StopFile
    /// Whether it was said that older checkpoints cannot be removed: once is enough.
    private var hasSaidWhatIsLeft = false
    private let reporter: Reporter
    private let health: HealthReporter
    private let evaluation: IntervalEvaluation
    private let started: ContinuousClock.Instant
    private var lastFileCheck = ContinuousClock.now
    private var typicalStep = 0.0
    /// The seconds of the longest pause between two steps.
    private var longestPause = 0.0

    init(
        plan: RunPlan, folder: RunFolder, trainer: Trainer, store: CheckpointStore, continuing manifest: Manifest?,
        start: ContinuousClock.Instant, terminal: Terminal
    ) throws(Failure) {
        self.plan = plan
        self.folder = folder
        self.trainer = trainer
        self.store = store
        communicator = trainer.communicator
        self.terminal = terminal
        started = start
        stopFile = StopFile(folder)
        watchdog = Watchdog(trainer.communicator)
        reporter = Reporter(plan)
        health = HealthReporter(plan)
        var log: MetricsLog?
        try communicator.onRoot { log = try MetricsLog(folder.metrics, keeping: manifest?.metricsBytes ?? 0) }
        self.log = log
        evaluation = try IntervalEvaluation(plan, folder, continuing: manifest?.evaluation, communicator)
    }

    private var configuration: RunConfiguration { plan.configuration }
    private var isRoot: Bool { communicator.rank == 0 }

    /// Collective. Trains to the last step or to a request to stop.
    func run(continuing: Bool) throws(Failure) {
        watchdog.start()
        defer { watchdog.stop() }
        if isRoot, let remark = stopFile.clear() { tell(remark) }
        if !continuing { trainer.populate() }
        tell(
            continuing
                ? "continuing at step \(trainer.state.step) of \(configuration.run.steps)" : "starting \(configuration.run.steps) steps")
        let first = trainer.state.step
        guard first < configuration.run.steps else {
            return tell("the run is complete: raise run.steps to train on")
        }
        reporter.start()
        try watchdog.allow { () throws(Failure) in try evaluation.start() }
        while trainer.state.step < configuration.run.steps {
            let result = try timedStep()
            try pause(after: result)
        }
        try finish()
    }

    /// A line from rank 0.
    func tell(_ text: String) { terminal.line(text) }

    // MARK: parts of the loop

    private func timedStep() throws(Failure) -> Trainer.StepResult {
        let begin = ContinuousClock.now
        let result = try trainer.step(stop: wantsToStop)
        let seconds = (ContinuousClock.now - begin) / .seconds(1)
        // The first step warms caches and finds the scales of the sum.
        typicalStep = typicalStep == 0 ? seconds : max(0.9 * typicalStep, min(seconds, 2 * typicalStep))
        watchdog.note(step: trainer.state.step, typicalSeconds: typicalStep)
        return result
    }

    /// What follows a step, while ranks may wait for one of them for longer than for a step.
    private func pause(after result: Trainer.StepResult) throws(Failure) {
        let begin = ContinuousClock.now
        // Ranks with fewer shards wait for the others for as long as a window of a shard takes.
        let expected = isMultiple(of: configuration.diagnostics.every) ? typicalStep * (1 + health.stepsOfWindow) : 0
        try watchdog.allow(max(longestPause, expected)) { () throws(Failure) in try attend(to: result) }
        longestPause = max(longestPause, (ContinuousClock.now - begin) / .seconds(1))
    }

    private func attend(to result: Trainer.StepResult) throws(Failure) {
        let stopping = result.stopRequested && trainer.state.step < configuration.run.steps
        if case .rollBack(let problem) = result.verdict {
            // This is the state of a checkpoint, whose reports and pictures there are: the chains of the step are those that diverged.
            try rollBack(problem)
        } else {
            try obey(result.verdict)
            try reportIfDue(result)
            try evaluateIfDue()
            if isDue(configuration.samples.every) { try draw() }
            if stopping || isDue(configuration.checkpoint.every) {
                try save()
            } else if isMultiple(of: configuration.guard.replicaCheckEvery) {
                try checkReplicas()
            }
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
        // From a checkpoint of this very step the same gradient would follow again, whatever the learning rate.
        guard let (saved, manifest) = try store.loadState(before: step, into: trainer.shards, communicator) else {
            try communicator.onRoot { throw Failure(.numerical, "step \(step): \(problem), and there is no checkpoint to go back to") }
            return
        }
        try trainer.rollBack(to: saved)
        try communicator.onRoot { log = try MetricsLog(folder.metrics, keeping: manifest.metricsBytes) }
        try evaluation.cut(to: manifest.evaluation)
        tell("step \(step): \(problem): back to step \(saved.step) with the learning rate x \(trainer.state.guardState.learningRateFactor)")
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
        try communicator.onRoot {
            try log?.append(try report.line())
            for warning in warnings { tell("warning, step \(report.step): \(warning)") }
            terminal.progress(reporter.progress(report), isLast: trainer.state.step == configuration.run.steps)
        }
        trainer.charge(.report)
    }

    private func evaluateIfDue() throws(Failure) {
        guard configuration.evaluate.every > 0, isDue(configuration.evaluate.every) else { return }
        try evaluation.evaluate(trainer)
        trainer.charge(.report)
    }

    private func draw() throws(Failure) {
        trainer.drawSamples()
        let samples = try SampleGathering(plan).gather(trainer)
        try communicator.onRoot {
            try SamplePicture(configuration: configuration, shape: plan.source.shape)
                .write(samples, count: samples.count / plan.source.shape.count, to: folder.sample(trainer.state.step))
        }
        trainer.charge(.report)
    }

    private func save() throws(Failure) {
        try checkReplicas()
        let bytes = try communicator.fromRoot { () throws -> Int in
            try log?.sync()
            return log?.bytes ?? 0
        }
        let stored = try communicator.fromRoot { try evaluation.stored() }
        let left = try store.save(trainer, metricsBytes: bytes, evaluation: stored, communicator)
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

    /// Whether this rank asks all to save and stop: a signal, the time limit, or a file named STOP.
    private var wantsToStop: Bool {
        if StopRequest.isPending { return true }
        guard isRoot else { return false }
        if let hours = configuration.run.maxHours, (ContinuousClock.now - started) / .seconds(3600) > hours { return true }
        // Looking at the disk at every step would be felt on a network file system.
        guard ContinuousClock.now - lastFileCheck > .seconds(1) else { return false }
        lastFileCheck = .now
        return stopFile.isThere
    }

    private func stop() throws(Failure) {
        try communicator.onRoot {
            if stopFile.isThere, let remark = stopFile.remove() { tell(remark) }
            throw Failure(
                .requeue, "stopped on request at step \(trainer.state.step) of \(configuration.run.steps); the same command continues")
        }
    }

    private func finish() throws(Failure) {
        let table = try reporter.table(trainer: trainer, wall: (ContinuousClock.now - started) / .seconds(1))
        tell(table.text)
        tell("samples: \(folder.sample(trainer.state.step))\nmodel:   \(folder.checkpoint(trainer.state.step))/model.safetensors")
    }
}

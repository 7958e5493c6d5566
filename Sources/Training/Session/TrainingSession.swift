import Configuration
import Distributed
import Failures
import Learning

/// The steps of a run between its start and its end in this process, and what happens between them.
final class TrainingSession {
    private let trainer: Trainer
    private let store: CheckpointStore
    private let folder: RunFolder
    private let terminal: Terminal
    private let heartbeat: Heartbeat
    private let metrics: MetricsReport
    private let evaluation: IntervalEvaluation
    private let checkpoints: CheckpointSaving
    private let report: ReportRenewal
    /// What happens between steps, in this order: a line of metrics says what the evaluation of its step found, a checkpoint holds both, and the report
    /// shows what is saved.
    private let callbacks: [any StepCallback]
    private let requests: StopRequests
    private var pace = Pace()
    private var progress: ProgressReporter

    /// Collective.
    /// - Parameters:
    ///   - manifest: of the checkpoint that the run continues from; nil for a new run.
    ///   - reporter: writes the report of the run; nil: nobody does.
    init(
        _ trainer: Trainer, folder: RunFolder, store: CheckpointStore, continuing manifest: Manifest?, terminal: Terminal,
        heartbeat: Heartbeat, requests: StopRequests, reporter: (any RunReporter)?
    ) throws(Failure) {
        (self.trainer, self.folder, self.store) = (trainer, folder, store)
        (self.terminal, self.heartbeat, self.requests) = (terminal, heartbeat, requests)
        progress = ProgressReporter(trainer.plan, schedule: terminal.schedule, hasBar: terminal.redraws)
        let model = EvaluatedModel(trainer)
        let validation = try Validation(model)
        metrics = try MetricsReport(trainer, folder, keeping: manifest?.metricsBytes ?? 0, validation, terminal)
        evaluation = try IntervalEvaluation(model, folder, continuing: manifest, metrics.health, validation)
        let replicas = ReplicaComparison(trainer)
        let pictures = SamplePictures(trainer, folder)
        let events = TensorBoardReport(
            model, folder, keeping: manifest?.eventBytes ?? 0, metrics, evaluation, pictures, validation, terminal)
        checkpoints = CheckpointSaving(trainer, store, replicas, metrics, evaluation, events, terminal)
        report = ReportRenewal(model, reporter, heldOut: validation?.heldOut, terminal)
        callbacks = [evaluation, metrics, pictures, events, replicas, checkpoints, report]
    }

    private var configuration: RunConfiguration { trainer.plan.configuration }
    private var communicator: any Communicator { trainer.communicator }
    private var isRoot: Bool { communicator.rank == 0 }
    private var step: Int { trainer.state.step }

    /// Collective. Trains to the last step or to a request to stop.
    func run(continuing: Bool) throws(Failure) {
        communicator.progress.note(step: step)
        defer { communicator.progress.note(step: nil) }
        defer { terminal.endProgress() }
        if isRoot { requests.watch(terminal) }
        defer { requests.endWatch() }
        if !continuing {
            trainer.populate()
            try checkpoints.saveStart()
        }
        tell(continuing ? "continuing at step \(step) of \(configuration.run.steps)" : "starting \(configuration.run.steps) steps")
        progress = ProgressReporter(trainer.plan, schedule: terminal.schedule, hasBar: terminal.redraws)
        for callback in callbacks { try callback.begin() }
        while step < configuration.run.steps && !evaluation.isExhausted {
            let result = try timedStep()
            try attend(to: result)
            showProgress(result)
        }
        try finish()
    }

    private func tell(_ text: String) { terminal.line(text) }

    /// Collective. A step, within ten times of what steps take.
    private func timedStep() throws(Failure) -> Trainer.StepResult {
        heartbeat.note(step: step)
        let stop = requests.isStopWanted(communicator)
        let result = try pace.step(communicator) { () throws(Failure) in try trainer.step(stop: stop) }
        communicator.progress.note(step: step)
        return result
    }

    /// Collective. What follows a step.
    private func attend(to result: Trainer.StepResult) throws(Failure) {
        var moment = StepMoment(
            result: result, step: step, isLast: step == configuration.run.steps,
            isStopping: result.stopRequested && step < configuration.run.steps)
        try pace.pause(steps: callbacks.reduce(0) { $0 + $1.cost(moment) }, communicator) { () throws(Failure) in
            switch result.verdict {
            case .update: break
            case .skip(let problem): tell("step \(step - 1): \(problem): the update is left out")
            // This is the state of a rollback point, whose reports and pictures there are: the chains of the step are those that diverged. A request to
            // stop waits for the step that follows: the checkpoint of this one is there already, and knows nothing of the rollback.
            case .rollBack(let problem): return try rollBack(problem)
            case .stop(let problem): return try giveUp(problem)
            }
            for callback in callbacks { callback.observe(moment) }
            for callback in callbacks where callback.isDue(moment) {
                try callback.act(moment)
                trainer.charge(callback.phase)
                // The evaluation comes first: the rest of the moment is that of a last step.
                if evaluation.isExhausted { (moment.isLast, moment.isStopping) = (true, false) }
            }
            if moment.isStopping { try stop() }
        }
    }

    private func giveUp(_ problem: String) throws(Failure) {
        try communicator.onRoot {
            throw Failure(
                .numerical,
                "step \(step): \(problem). Training stops here; the checkpoints are from before. "
                    + "Try a smaller optimizer.learningRate or sampler.stepSize, or objective.energyRegularization.")
        }
    }

    private func rollBack(_ problem: String) throws(Failure) {
        let step = step
        guard let points = RollbackPoints(configuration), let target = points.target(from: step, trainer.state.guardState) else {
            return try communicator.onRoot {
                throw Failure(.numerical, "step \(step): \(problem), and there is no step before it to go back to")
            }
        }
        let (saved, manifest, remarks) = try communicator.expecting(.storing("loading a checkpoint", bytes: store.bytes)) {
            () throws(Failure) in
            try store.goBack(to: target, into: trainer.shards, communicator)
        }
        try trainer.rollBack(to: saved, points)
        for callback in callbacks { try callback.goBack(to: manifest) }
        tell("step \(step): \(problem): back to step \(saved.step) with the learning rate x \(trainer.state.guardState.learningRateFactor)")
        for remark in remarks { tell(remark) }
    }

    /// Rank 0 alone, from what all ranks know after a step: its clock decides nothing that another rank takes part in.
    private func showProgress(_ result: Trainer.StepResult) {
        guard isRoot, result.verdict == .update else { return }
        guard let line = progress.line(result, step: step, stepsDone: trainer.stepsDone, width: terminal.widthOfProgress)
        else { return }
        let legend = progress.legend(width: terminal.width.prose)
        if let legend { tell("\(line)\n\(legend)") } else { terminal.progress(line) }
    }

    private func stop() throws(Failure) {
        try communicator.onRoot {
            if let remark = requests.settle() { tell(remark) }
            throw Failure(.requeue, "stopped on request at step \(step) of \(configuration.run.steps); the same command continues")
        }
    }

    private func finish() throws(Failure) {
        terminal.endProgress()
        let table = try metrics.table(wall: requests.seconds)
        let quality = try SampleQuality.atEnd(of: trainer)
        tell(table.text(width: terminal.width.lines))
        let sentences = metrics.health.closingSentences(besides: quality)
        let warnings = trainer.plan.profile.hasChains || !sentences.isEmpty ? sentences : nil
        try report.conclude(quality: quality)
        tell(
            RunEnd(configuration, folder, step: step, best: evaluation.best).text(
                quality: quality, plane: evaluation.newest?.plane, warnings: warnings, width: terminal.width))
    }
}

import Configuration
import Datasets
import Distributed
import Failures
import Formats
import Foundation

/// A run from its folder to its end: started or continued, saved, reported, stopped on request.
public struct TrainingRun: Sendable {
    public let configuration: RunConfiguration
    public let folder: RunFolder
    /// What was chosen by the data, in sentences.
    private let chosen: [String]
    /// What a person has to know of names and keys that were given.
    private let notes: [String]
    /// The data where rank 0 has read them already, and what was found of their files.
    private let loaded: LoadedSource
    /// Says nothing about its progress.
    public var isQuiet: Bool
    /// Whether this process was asked to save and stop: looked at before every step, so that a request from before the first one is met at its
    /// end. One rank that says so stops all of them.
    public var isStopRequested: @Sendable () -> Bool = { false }
    /// Whether the person named no command, so that the first line says where the commands are found.
    public var isImplied = false
    /// When the time that `run.maxHours` limits began; nil: when the run does.
    var started: ContinuousClock.Instant?
    /// What is learned by.
    package var objective = RunPlan.declared
    /// Makes what writes the report into a run folder; nil: there is none.
    package var reporter: (@Sendable (RunFolder) -> any RunReporter)?
    /// Hears every line that rank 0 says, also of a quiet run.
    package var listener: (@Sendable (String) -> Void)?

    public init(configuration: RunConfiguration, folder: RunFolder, isQuiet: Bool = false) {
        self.configuration = configuration
        self.folder = folder
        self.isQuiet = isQuiet
        (chosen, notes, loaded) = ([], [], LoadedSource(nil, []))
    }

    /// A run of which something was chosen by the data.
    public init(_ chosen: ChosenConfiguration, folder: RunFolder) {
        configuration = chosen.configuration
        self.folder = folder
        isQuiet = false
        (self.chosen, notes) = (chosen.sentences, chosen.notes)
        loaded = LoadedSource(chosen.source, chosen.measured)
    }

    /// Collective. Prints what would run, and checks it, without touching the folder.
    public func describe(_ communicator: any Communicator) throws(Failure) {
        let plan = try plan(communicator)
        let width = TextWidth.output.prose
        let summary = RunSummary(plan, folder: folder, chosen: chosen, notes: notes, width: width, communicator)
        try communicator.agree { try summary.memory.check(communicator.node) }
        _ = try plan.initialState(communicator)
        if communicator.rank == 0 { print("\(firstLine(width))\n\(summary.text)") }
    }

    /// Collective.
    private func plan(_ communicator: any Communicator) throws(Failure) -> RunPlan {
        var earlier = communicator.rank == 0 ? folder.earlierStarts : .none
        earlier.measured = loaded.measured + earlier.measured
        return try RunPlan(configuration, loaded: loaded.take(), earlier: earlier, objective: objective, communicator)
    }

    private func firstLine(_ width: Int) -> String {
        RunSummary.firstLine(configuration, folder: folder, isImplied: isImplied, width: width)
    }

    /// Collective. Trains until `run.steps`, from the newest checkpoint where there is one.
    ///
    /// - Throws: `.requeue` when it was stopped on request after a checkpoint, `.numerical` when the guard stopped it.
    public func run(_ communicator: any Communicator) throws(Failure) {
        let clock = started ?? ContinuousClock.now
        let terminal = Terminal(isSilent: isQuiet || communicator.rank != 0, listener: communicator.rank == 0 ? listener : nil)
        terminal.line(firstLine(terminal.width.prose))
        let heartbeat = Heartbeat(
            terminal, communicator.progress, "reading data or a checkpoint", steps: configuration.run.steps)
        heartbeat.start()
        defer { heartbeat.stop() }
        let plan = try plan(communicator)
        let summary = RunSummary(
            plan, folder: folder, chosen: chosen, notes: notes, width: terminal.width.prose, communicator)
        try communicator.agree { try summary.memory.check(communicator.node) }
        let (lock, stored) = try communicator.expecting(.storing("opening the run folder")) { () throws(Failure) in
            try openFolder(plan, communicator, terminal)
        }
        defer { withExtendedLifetime(lock) {} }
        let trainer = Trainer(plan, threads: summary.threads, communicator)
        let store = try CheckpointStore(plan, folder, stored: stored)
        let loaded = try communicator.expecting(.storing("loading a checkpoint", bytes: store.bytes)) { () throws(Failure) in
            try store.loadNewest(trainer, communicator)
        }
        if let loaded, configuration.isFinished(step: loaded.manifest.step, best: loaded.manifest.best) {
            // Nothing to train: nothing of the folder is written but a report that the end of the run did not come to.
            try ReportRenewal.catchUp(trainer, folder, reporter?(folder), terminal)
            let end = RunEnd(configuration, folder, step: loaded.manifest.step, best: loaded.manifest.best)
            return ([summary.text] + loaded.remarks + [end.finished(terminal.width)]).forEach(terminal.line)
        }
        if loaded == nil { try trainer.restore(try plan.initialState(communicator)) }
        // Not before: a run of which nothing could begin must not bind the folder to its configuration.
        try communicator.expecting(.storing("writing the configuration")) { () throws(Failure) in
            try writeConfiguration(over: stored, communicator)
            try communicator.onRoot { try folder.keep(plan.measuredFiles) }
        }
        let requests = StopRequests(folder, maxHours: configuration.run.maxHours, started: clock, isSignalled: isStopRequested)
        let session = try TrainingSession(
            trainer, folder: folder, store: store, continuing: loaded?.manifest, terminal: terminal, heartbeat: heartbeat,
            requests: requests, reporter: reporter?(folder))
        ([summary.text] + (loaded?.remarks ?? [])).forEach(terminal.line)
        try session.run(continuing: loaded != nil)
    }

    /// Collective. Makes or opens the run folder; configuration and data must be those of the run. Only rank 0 holds the lock, and the configuration
    /// that stands there.
    private func openFolder(
        _ plan: RunPlan, _ communicator: any Communicator, _ terminal: Terminal
    ) throws(Failure) -> (RunLock?, RunConfiguration?) {
        var (lock, stored): (RunLock?, RunConfiguration?)
        try communicator.onRoot {
            try folder.create()
            lock = try RunLock(folder) { terminal.line($0) }
            if try folder.exists { stored = try configurationToContinue(plan) }
            if let remark = RunFolder.remark(onLeft: try folder.removeLeftovers()) { terminal.line(remark) }
        }
        return (lock, stored)
    }

    /// - Parameter stored: what stands there, on rank 0.
    private func writeConfiguration(over stored: RunConfiguration?, _ communicator: any Communicator) throws(Failure) {
        try communicator.onRoot {
            let written = try stored.map { try configuration.keepingIdleValues(of: $0) } ?? configuration
            let text = try written.withPlacesFromRoot.encodedJSON5(header: BuildInformation.lines(ranks: communicator.size) + chosen)
            try AtomicFile.write(Array(text.utf8), to: folder.configuration)
        }
    }

    /// The configuration in the folder, which this one continues.
    /// - Throws: `.runFolder` where it does not, or where data at another place are other data.
    private func configurationToContinue(_ plan: RunPlan) throws -> RunConfiguration {
        let stored = try StoredConfiguration(folder).configuration
        let differences = try configuration.differences(from: stored)
        guard differences.isEmpty else {
            throw Failure(
                .runFolder,
                "\(folder.path): the folder holds a run with another configuration:\n"
                    + differences.map { "  \($0)" }.joined(separator: "\n")
                    + "\nTo continue it as it is: ebm-dist train \(folder.configuration) --out \(folder.path)")
        }
        let asked = configuration.withPlacesFromRoot
        let places = [
            ("data.source", stored.data.source, asked.data.source),
            ("energy.library", stored.energy.library ?? "null", asked.energy.library ?? "null"),
            ("condition.source", stored.condition.source ?? "null", asked.condition.source ?? "null"),
            ("data.validation", stored["data.validation"].text, asked["data.validation"].text),
        ].filter { $0.1 != $0.2 }
        guard let digest = try digestOfData(), digest != plan.dataDigest else { return stored }
        let moved = places.map {
            "\n  \($0.0): the run folder has \($0.1), asked for \($0.2); it may change, but what lies there must be the same, which its digest says"
        }.joined()
        guard plan.source.hasRows else {
            throw Failure(
                .runFolder,
                "\(folder.path): the run has sampled another energy than \(configuration.subject) is now\(moved)\nA library that was built anew is another "
                    + "one: give its run a folder of its own (--out).")
        }
        throw Failure(
            .runFolder,
            "\(folder.path): the run was trained on other data than \(configuration.subject) holds, or reads, now\(moved)"
                + "\nThe same file may be read otherwise: data.header, data.separator and data.standardize say how.")
    }

    /// What the newest checkpoint that can be read was trained on; nil without one.
    private func digestOfData() throws -> String? {
        for step in try folder.steps() {
            do {
                let files = try CheckpointFiles(folder.checkpoint(step), step: step, binding: nil)
                return files.manifest.data
            } catch {
                guard error.isDamage else { throw error }
            }
        }
        return nil
    }
}

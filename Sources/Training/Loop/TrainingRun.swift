import Distributed
import Failures
import Formats
import Foundation

/// A run from its folder to its end: started or continued, saved, reported, stopped on request.
public struct TrainingRun: Sendable {
    public let configuration: RunConfiguration
    public let folder: RunFolder
    /// Says nothing about its progress.
    public let isQuiet: Bool
    /// Hears every line that rank 0 says, also of a quiet run.
    package var listener: (@Sendable (String) -> Void)?

    public init(configuration: RunConfiguration, folder: RunFolder, isQuiet: Bool = false) {
        self.configuration = configuration
        self.folder = folder
        self.isQuiet = isQuiet
    }

    /// Collective. Prints what would run, and checks it, without touching the folder.
    public func describe(_ communicator: any Communicator) throws(Failure) {
        let plan = try RunPlan(configuration, communicator)
        _ = try plan.initialState(communicator)
        let summary = RunSummary(plan, folder: folder, communicator)
        if communicator.rank == 0 { print(summary.text) }
    }

    /// Collective. Trains until `run.steps`, from the newest checkpoint where there is one.
    ///
    /// - Throws: `.requeue` when it was stopped on request after a checkpoint, `.numerical` when the guard stopped it.
    public func run(_ communicator: any Communicator) throws(Failure) {
        StopRequest.install()
        let clock = ContinuousClock.now
        let plan = try RunPlan(configuration, communicator)
        let summary = RunSummary(plan, folder: folder, communicator)
        try communicator.agree { try summary.checkMemory(communicator.node) }
        let terminal = Terminal(isSilent: isQuiet || communicator.rank != 0, listener: communicator.rank == 0 ? listener : nil)
        let lock = try openFolder(communicator, terminal)
        defer { withExtendedLifetime(lock) {} }
        let trainer = Trainer(plan, threads: summary.threads, communicator)
        let store = CheckpointStore(plan, folder)
        let loaded = try store.loadNewest(trainer, communicator)
        if loaded == nil { try trainer.restore(try plan.initialState(communicator)) }
        // Not before: a run of which nothing could begin must not bind the folder to its configuration.
        try writeConfiguration(communicator)
        let session = try TrainingSession(
            plan: plan, folder: folder, trainer: trainer, store: store, continuing: loaded?.manifest, start: clock, terminal: terminal)
        session.tell(summary.text)
        for damage in loaded?.passedOver ?? [] { session.tell(damage.remark) }
        try session.run(continuing: loaded != nil)
    }

    /// Collective. Makes or opens the run folder; the configuration must be the one of the run. Only rank 0 holds the lock.
    private func openFolder(_ communicator: any Communicator, _ terminal: Terminal) throws(Failure) -> RunLock? {
        var lock: RunLock?
        try communicator.onRoot {
            try folder.create()
            lock = try RunLock(folder) { terminal.line($0) }
            if let remark = RunFolder.remark(onLeft: try folder.removeLeftovers()) { terminal.line(remark) }
            if try folder.exists { try refuseDifferences() }
        }
        return lock
    }

    private func writeConfiguration(_ communicator: any Communicator) throws(Failure) {
        try communicator.onRoot {
            let text = try configuration.encodedJSON5(header: BuildInformation.lines(ranks: communicator.size))
            try AtomicFile.write(Array(text.utf8), to: folder.configuration)
        }
    }

    private func refuseDifferences() throws {
        let differences = try configuration.differences(from: TrainedModel.configuration(of: folder))
        guard !differences.isEmpty else { return }
        throw Failure(
            .runFolder,
            "\(folder.path): the folder holds a run with another configuration:\n"
                + differences.map { "  \($0)" }.joined(separator: "\n"))
    }
}

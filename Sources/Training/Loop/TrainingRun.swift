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
    /// The data where rank 0 has read them already.
    private let source: DataSource?
    /// Says nothing about its progress.
    public let isQuiet: Bool
    /// Hears every line that rank 0 says, also of a quiet run.
    package var listener: (@Sendable (String) -> Void)?

    public init(configuration: RunConfiguration, folder: RunFolder, isQuiet: Bool = false) {
        self.configuration = configuration
        self.folder = folder
        self.isQuiet = isQuiet
        chosen = []
        source = nil
    }

    /// A run of which something was chosen by the data.
    public init(_ chosen: ChosenConfiguration, folder: RunFolder) {
        configuration = chosen.configuration
        self.folder = folder
        isQuiet = false
        self.chosen = chosen.sentences
        source = chosen.source
    }

    /// Collective. Prints what would run, and checks it, without touching the folder.
    public func describe(_ communicator: any Communicator) throws(Failure) {
        let plan = try RunPlan(configuration, loaded: source, communicator)
        _ = try plan.initialState(communicator)
        let summary = RunSummary(plan, folder: folder, chosen: chosen, communicator)
        if communicator.rank == 0 { print(summary.text) }
    }

    /// Collective. Trains until `run.steps`, from the newest checkpoint where there is one.
    ///
    /// - Throws: `.requeue` when it was stopped on request after a checkpoint, `.numerical` when the guard stopped it.
    public func run(_ communicator: any Communicator) throws(Failure) {
        StopRequest.install()
        let clock = ContinuousClock.now
        let plan = try RunPlan(configuration, loaded: source, communicator)
        let summary = RunSummary(plan, folder: folder, chosen: chosen, communicator)
        try communicator.agree { try summary.checkMemory(communicator.node) }
        let lock = try openFolder(communicator)
        defer { withExtendedLifetime(lock) {} }
        let trainer = Trainer(plan, threads: summary.threads, communicator)
        let store = CheckpointStore(plan, folder)
        let loaded = try store.loadNewest(trainer, communicator)
        if loaded == nil { try trainer.restore(try plan.initialState(communicator)) }
        // Not before: a run of which nothing could begin must not bind the folder to its configuration.
        try writeConfiguration(communicator)
        let terminal = Terminal(isSilent: isQuiet || communicator.rank != 0, listener: communicator.rank == 0 ? listener : nil)
        let session = try TrainingSession(
            plan: plan, folder: folder, trainer: trainer, store: store, continuing: loaded?.manifest, start: clock, terminal: terminal)
        session.tell(summary.text)
        for damage in loaded?.passedOver ?? [] {
            session.tell("passed over the checkpoint of step \(damage.step): \(damage.failure.message)")
        }
        try session.run(continuing: loaded != nil)
    }

    /// Collective. Makes or opens the run folder; the configuration must be the one of the run. Only rank 0 holds the lock.
    private func openFolder(_ communicator: any Communicator) throws(Failure) -> RunLock? {
        var lock: RunLock?
        try communicator.onRoot {
            try folder.create()
            lock = try RunLock(folder)
            try folder.removeLeftovers()
            if folder.exists { try refuseDifferences() }
        }
        return lock
    }

    private func writeConfiguration(_ communicator: any Communicator) throws(Failure) {
        try communicator.onRoot {
            let text = try configuration.encodedJSON5(header: BuildInformation.lines(ranks: communicator.size) + chosen)
            try AtomicFile.write(Array(text.utf8), to: folder.configuration)
        }
    }

    private func refuseDifferences() throws {
        let differences = try configuration.differences(from: TrainedModel.configuration(of: folder))
        guard !differences.isEmpty else { return }
        throw Failure(
            .runFolder,
            "\(folder.path): the folder holds a run with another configuration:\n"
                + differences.map { "  \($0)" }.joined(separator: "\n")
                + "\nTo continue it as it is: ebm-dist train \(folder.configuration) --out \(folder.path)")
    }
}

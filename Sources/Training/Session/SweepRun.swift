import Configuration
import Distributed
import Failures
import Formats
import Foundation

/// Runs of a sweep in one folder, one after another: each is started, or continued where it was, and one that diverges ends no other.
public struct SweepRun: Sendable {
    private let sweep: Sweep
    private let folder: String
    /// The only cell, where a Slurm array deals them to its jobs.
    private let only: Int?
    /// As of a run.
    public var isStopRequested: @Sendable () -> Bool = { false }
    package var reporter: (@Sendable (RunFolder) -> any RunReporter)?
    package var listener: (@Sendable (String) -> Void)?

    /// - Parameter task: the number of a Slurm array's task, from 1; nil outside of one.
    /// - Throws: `.usage` for a task without a cell.
    public init(_ sweep: Sweep, folder: String, task: String? = ProcessInfo.processInfo.environment["SLURM_ARRAY_TASK_ID"]) throws(Failure)
    {
        (self.sweep, self.folder) = (sweep, folder)
        guard let task else {
            only = nil
            return
        }
        guard let number = Int(task), sweep.cells.indices.contains(number - 1) else {
            throw Failure(
                .usage,
                "--sweep: expected a Slurm array of the \(sweep.cells.count) cells, --array=1-\(sweep.cells.count), found its task \(task)")
        }
        only = number - 1
    }

    private var cells: [Int] { only.map { [$0] } ?? Array(sweep.cells.indices) }

    private func folder(of cell: Int) -> RunFolder { RunFolder("\(folder)/\(sweep.name(cell))") }

    /// What the configuration of a cell is, from its assignments. Collective.
    public typealias Resolve = (_ assignments: [String]) throws(Failure) -> ChosenConfiguration

    /// Collective. Trains the cells, and compares them when all are there.
    /// - Parameter isDry: only checks the cells, and says what would run.
    /// - Throws: what a run throws, except for a cell that diverges; `.numerical` where every cell does.
    public func run(isDry: Bool, _ communicator: any Communicator, _ resolve: Resolve) throws(Failure) {
        let started = ContinuousClock.now
        let terminal = Terminal(isSilent: listener != nil || communicator.rank != 0, listener: communicator.rank == 0 ? listener : nil)
        // Before the first of them trains: what is wrong with the last one is known at once.
        for cell in cells {
            _ = try resolve(sweep.cells[cell])
            if isDry { terminal.line("\(title(cell)): \(folder(of: cell).path)") }
        }
        guard !isDry else { return }
        var diverged = 0
        for cell in cells {
            terminal.line("\(title(cell)), into \(folder(of: cell).path)")
            let former = try communicator.fromRoot { try formerEnd(of: cell) }
            if let former { terminal.line(former) }
            let isDone = former == nil ? try train(cell, try resolve(sweep.cells[cell]), started, terminal, communicator) : false
            if !isDone { diverged += 1 }
        }
        try communicator.onRoot { if let text = try compared(width: terminal.width.lines) { terminal.line(text) } }
        guard diverged < cells.count else {
            throw Failure(.numerical, "\(folder): every cell of the sweep has diverged: try smaller step sizes and learning rates")
        }
    }

    private func title(_ cell: Int) -> String {
        "cell \(cell + 1) of \(sweep.cells.count): \(sweep.cells[cell].joined(separator: " "))"
    }

    /// Collective. - Returns: whether the run came to its end, and did not diverge.
    private func train(
        _ cell: Int, _ chosen: ChosenConfiguration, _ started: ContinuousClock.Instant, _ terminal: Terminal,
        _ communicator: any Communicator
    ) throws(Failure) -> Bool {
        var run = TrainingRun(chosen, folder: folder(of: cell))
        (run.isStopRequested, run.started, run.listener) = (isStopRequested, started, listener)
        (run.reporter, run.isQuiet) = (reporter, listener != nil)
        // All ranks have met the same end, or the job has to end.
        guard let failure = try communicator.attempt({ () throws(Failure) in try run.run(communicator) }).failure else { return true }
        guard failure.kind == .numerical else { throw failure }
        try communicator.onRoot { try AtomicFile.write(Array((failure.message + "\n").utf8), to: folder(of: cell).diverged) }
        terminal.line("\(title(cell)) has diverged: \(failure.message)")
        return false
    }

    /// Rank 0: what is said of a cell that has diverged before: it would again.
    private func formerEnd(of cell: Int) throws(Failure) -> String? {
        let path = folder(of: cell).diverged
        guard try RunFolder.isFile(path) else { return nil }
        return "it has diverged before, which \(path) says: remove that file to try it again"
    }

    /// Rank 0: the comparison of all cells, which is written beside them; nil as long as some are missing.
    private func compared(width: Int) throws(Failure) -> String? {
        let folders = sweep.cells.indices.map { folder(of: $0) }
        for folder in folders where try !folder.exists { return nil }
        let comparison = try RunComparison(folders.map(\.path))
        let path = "\(folder)/comparison.json"
        try AtomicFile.write(Array((try comparison.json + "\n").utf8), to: path)
        return comparison.text(width: width) + "\nas JSON: \(path)"
    }
}

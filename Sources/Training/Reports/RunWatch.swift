import Distributed
import Failures
import Foundation
import Glibc

/// Follows a run from another terminal until it ends: what its reports say, drawn again and again on a terminal, in lines elsewhere.
public struct RunWatch: Sendable {
    private static let interval: UInt32 = 500_000

    private let folder: RunFolder
    /// Hears every line that is said.
    package var listener: (@Sendable (String) -> Void)?

    public init(_ path: String) { folder = RunFolder(path) }

    /// - Throws: `.missingInput` where there is no run.
    public func run(_ communicator: any Communicator) throws(Failure) {
        guard communicator.size == 1 else {
            throw Failure(.usage, "watch: expected one process, found \(communicator.size) ranks: start it without mpirun")
        }
        let terminal = Terminal(isSilent: listener != nil, listener: listener)
        var run = try RunLines(folder)
        var schedule = ProgressSchedule.lines
        let started = ContinuousClock.now
        // Steps up to which warnings, and lines, were said.
        var (warned, said) = (-1, -1)
        var isBlind = false
        while true {
            // Before its files: what it wrote at its end is read then.
            let sight = RunLock.sight(of: folder)
            communicator.progress.note("watching")
            try run.read()
            let isFinished = try run.isFinished(step: folder.steps().first ?? 0)
            let isRunning = sight == .held || sight == .unknown && !isFinished
            if sight == .unknown, !isBlind {
                isBlind = true
                terminal.line(
                    "\(folder.path): whether somebody trains here cannot be told, since there are no locks: shown until the run is finished, or Ctrl-C"
                )
            }
            if terminal.redraws {
                terminal.panel { run.panel(width: $0) }
            } else {
                for warning in run.warnings(after: warned) { terminal.line("warning, \(warning)") }
                let isDue = schedule.isDue(at: (ContinuousClock.now - started) / .seconds(1))
                if run.step != said, said < 0 || isDue || !isRunning {
                    terminal.line(run.line)
                    said = run.step
                }
                warned = run.step
            }
            guard isRunning else { return terminal.line(try run.end()) }
            usleep(Self.interval)
        }
    }
}

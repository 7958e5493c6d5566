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
        var run = try RunRecord(folder)
        var schedule = ProgressSchedule.lines
        let started = ContinuousClock.now
        // Steps up to which warnings, and lines, were said.
        var (warned, said) = (-1, -1)
        while true {
            // Before its files: what it wrote at its end is read then.
            let isRunning = RunLock.isHeld(folder)
            communicator.progress.note("watching")
            try run.read()
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

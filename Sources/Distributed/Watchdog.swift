import Failures
import Foundation
import Glibc
import Synchronization

/// A thread that ends the job when nothing has moved for too long, with rank, place and reason: one for each process, from before MPI starts
/// to after it has stopped.
///
/// Open MPI notices neither a stopped rank nor ranks that wait in different collectives. What is too long, and how a rank that computes is told from
/// one that stands still: `Expectation`, `StandstillJudge`.
package final class Watchdog: Sendable {
    package let board = ProgressBoard()
    private let limit: WatchdogLimit
    private let environment: [String: String]
    /// What the launcher says before MPI does.
    private let expectedProcesses: Int?
    /// For how long the process may stand still whatever is expected: nobody waits for one that is alone, so its storage may take long everywhere.
    private let leastStanding: Double
    private let crew: Mutex<Crew>

    /// The ranks of the job as far as they are known.
    private struct Crew {
        /// What this process shows, and where; nil where there is no room for the file.
        var own: ProgressReport
        var file: ProgressFile?
        var peers: [ProgressFile] = []
        var size: Int?
    }

    /// - Throws: `.usage` when the environment asks for a limit that there is not.
    package init(_ launch: LaunchEnvironment, environment: [String: String] = ProcessInfo.processInfo.environment) throws(Failure) {
        limit = try WatchdogLimit(environment: environment)
        self.environment = environment
        expectedProcesses = launch.expectedProcesses
        let isAlone = !launch.startsMPI || launch.expectedProcesses == 1
        leastStanding = (isAlone ? Expectation.storing("") : .usual).standing
        let report = ProgressReport(rank: launch.processIndex ?? 0, process: getpid())
        crew = Mutex(Crew(own: report, file: nil))
    }

    /// From now on; until `stop`.
    package func start() {
        Thread { [self] in watch() }.start()
    }

    /// The process has left MPI: nobody waits for it any more.
    package func stop() {
        crew.withLock { crew in
            crew.own.hasEnded = true
            crew.file?.write(crew.own)
        }
    }

    // MARK: the other ranks

    /// Says which rank this process is, and where others find what it shows. Before `join`.
    func introduce(rank: Int) -> ProgressFile.Address {
        crew.withLock { crew in
            crew.own.rank = rank
            crew.file = ProgressFile.make(crew.own)
            return ProgressFile.Address(rank: rank, process: crew.own.process, descriptor: crew.file?.descriptor ?? -1)
        }
    }

    /// Watches the ranks of this host too, as far as they can be seen. All of them must have introduced themselves.
    func join(_ addresses: [ProgressFile.Address], size: Int) {
        crew.withLock { crew in
            crew.peers = addresses.filter { $0.rank != crew.own.rank }.compactMap { ProgressFile.open($0) }
            crew.size = size
        }
    }

    // MARK: the thread

    private func watch() {
        var judge = StandstillJudge(limit: limit)
        var last = ContinuousClock.now
        while true {
            usleep(UInt32(limit.interval * 1e6))
            let now = ContinuousClock.now
            // Of a longer time this process did not run for the rest.
            let seconds = min((now - last) / .seconds(1), 2 * limit.interval)
            last = now
            guard let look = look() else { return }
            if let standstill = judge.judge(own: look.own, peers: look.peers, seesAll: look.seesAll, seconds: seconds) {
                alarm(standstill, ranks: look.size)
            }
        }
    }

    /// Shows this rank, and reads what the others show; nil after the end.
    private func look() -> (own: ProgressReport, peers: [ProgressReport], seesAll: Bool, size: Int?)? {
        // Before the count: whoever sees a lower limit sees the sign before it.
        let expectation = board.expectation
        return crew.withLock { crew in
            guard !crew.own.hasEnded else { return nil }
            crew.own.beat += 1
            crew.own.count = Int64(board.count)
            crew.own.isWaiting = board.isInside
            crew.own.work = ProcessorTime.ofOtherThreads
            crew.own.computing = limit.scaled(expectation.computing)
            crew.own.standing = limit.scaled(max(leastStanding, expectation.standing))
            (crew.own.place, crew.own.activity) = (board.lastPlace, expectation.activity)
            crew.file?.write(crew.own)
            let peers = crew.peers.compactMap { $0.read() }
            return (crew.own, peers, crew.size == peers.count + 1, crew.size)
        }
    }

    private func alarm(_ standstill: Standstill, ranks: Int?) -> Never {
        // One rank of a host speaks; the others wait for the end that it brings, for the case that it does not.
        if standstill.speaker != standstill.own.rank { sleep(3) }
        let strangers = ranks == nil ? JobProcesses.stopped(environment: environment) : []
        let text = standstill.text(
            ranks: ranks ?? expectedProcesses, step: board.step, condition: JobProcesses.condition, strangers: strangers)
        Console.write("ebm-dist: \(text)")
        _exit(Failure.Kind.watchdog.rawValue)
    }
}

/// Processor time of this process.
private enum ProcessorTime {
    /// Seconds of all threads but the calling one.
    static var ofOtherThreads: Double { seconds(CLOCK_PROCESS_CPUTIME_ID) - seconds(CLOCK_THREAD_CPUTIME_ID) }

    private static func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        guard unsafe clock_gettime(clock, &time) == 0 else { return 0 }
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}

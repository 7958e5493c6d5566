import Distributed
import Failures
import Foundation
import Glibc
import Synchronization

/// A thread that ends the job when nothing has moved for too long, with rank, step and the place.
///
/// Open MPI notices neither a stopped rank nor ranks that wait in different collectives. A job that was suspended as a whole and continued is
/// no alarm: time in which this thread did not run either does not count.
package final class Watchdog: Sendable {
    /// Progress allowed to be absent before the first step is known, and between steps.
    private static let longLimit = 600.0
    private static let minimumLimit = 60.0
    private static let interval = 1.0

    private let step = Atomic<Int>(0)
    /// Seconds without progress that end the job, as the bits of a Double.
    private let bits = Atomic<UInt64>(Watchdog.longLimit.bitPattern)
    private let finished = Atomic<Bool>(false)
    private let progress: ProgressBoard
    private let rank: Int

    package init(_ communicator: any Communicator) {
        progress = communicator.progress
        rank = communicator.rank
    }

    /// From now on; until `stop`.
    func start() {
        Thread { [self] in watch() }.start()
    }

    /// Says which step runs, and how long one takes: the job may stand still for max(60 s, 10 steps).
    package func note(step: Int, typicalSeconds: Double) {
        self.step.store(step, ordering: .relaxed)
        limit = max(Self.minimumLimit, 10 * typicalSeconds)
    }

    /// Does work between steps, in which ranks may wait for long for one that computes or writes alone: the job may stand still for
    /// max(600 s, 10 times `seconds`).
    package func allow<T>(_ seconds: Double = 0, _ work: () throws(Failure) -> T) throws(Failure) -> T {
        let before = limit
        limit = max(Self.longLimit, 10 * seconds)
        defer {
            // The standstill that was allowed does not count against what follows.
            progress.note("between steps")
            limit = before
        }
        return try work()
    }

    /// Seconds without progress that end the job now.
    package private(set) var limit: Double {
        get { Double(bitPattern: bits.load(ordering: .acquiring)) }
        set { bits.store(newValue.bitPattern, ordering: .releasing) }
    }

    func stop() { finished.store(true, ordering: .relaxed) }

    private func watch() {
        var seen = progress.count
        var idle = 0.0
        var last = ContinuousClock.now
        while !finished.load(ordering: .relaxed) {
            usleep(UInt32(Self.interval * 1e6))
            let now = ContinuousClock.now
            let slept = Double((now - last).components.seconds)
            last = now
            // Before the count: whoever sees a lower limit sees the progress before it.
            let limit = limit
            if progress.count != seen {
                seen = progress.count
                idle = 0
            } else if slept < 5 * Self.interval {
                idle += Self.interval
            }
            if idle > limit { alarm(idle) }
        }
    }

    private func alarm(_ idle: Double) {
        let place = progress.lastPlace.isEmpty ? "the start" : progress.lastPlace
        let message =
            "ebm-dist: watchdog: rank \(rank) made no progress for \(Int(idle)) s at step \(step.load(ordering: .relaxed)), last in \(place). "
            + "Another rank stopped, or the network did. Start the same command again to continue from the last checkpoint.\n"
        FileHandle.standardError.write(Foundation.Data(message.utf8))
        _exit(76)
    }
}

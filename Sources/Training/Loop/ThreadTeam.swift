import Foundation
import Synchronization

/// A fixed number of threads that share out a range of items, again and again; the calling thread is one of them.
///
/// Which thread takes which item is left to chance: everything computed per item must not depend on it.
package final class ThreadTeam: Sendable {
    package let count: Int
    private let board = Board()

    /// - Parameter count: threads, the calling one included.
    package init(count: Int) {
        precondition(count >= 1, "a team of \(count) threads")
        self.count = count
        for index in 1..<max(1, count) {
            let thread = Thread { [board] in board.serve(as: index) }
            thread.stackSize = 8 << 20
            thread.start()
        }
    }

    deinit { board.dismiss() }

    /// Calls `work(thread, item)` once for each item, on any of the threads, and returns when all are done.
    package func forEach(_ items: Range<Int>, _ work: @escaping @Sendable (_ thread: Int, _ item: Int) -> Void) {
        if count == 1 || items.count <= 1 {
            for item in items { work(0, item) }
        } else {
            let job = Job(items, work)
            board.post(job, helpers: count - 1)
            job.run(as: 0)
            board.wait()
        }
    }

    /// Items that threads take one by one.
    private final class Job: Sendable {
        let next: Atomic<Int>
        let end: Int
        let work: @Sendable (Int, Int) -> Void

        init(_ items: Range<Int>, _ work: @escaping @Sendable (Int, Int) -> Void) {
            next = Atomic(items.lowerBound)
            end = items.upperBound
            self.work = work
        }

        func run(as thread: Int) {
            while true {
                let item = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard item < end else { return }
                work(thread, item)
            }
        }
    }

    /// Where the helpers wait for a job and say that they have finished it.
    private final class Board: @unchecked Sendable {
        private let condition = NSCondition()
        private var job: Job?
        private var number = 0
        private var busy = 0
        private var dismissed = false

        func post(_ job: Job, helpers: Int) {
            condition.withLock {
                self.job = job
                number += 1
                busy = helpers
                condition.broadcast()
            }
        }

        func wait() {
            condition.withLock {
                while busy > 0 { condition.wait() }
                job = nil
            }
        }

        func dismiss() {
            condition.withLock {
                dismissed = true
                condition.broadcast()
            }
        }

        func serve(as thread: Int) {
            var done = 0
            while let (job, current) = take(after: done) {
                job.run(as: thread)
                done = current
                condition.withLock {
                    busy -= 1
                    if busy == 0 { condition.broadcast() }
                }
            }
        }

        private func take(after done: Int) -> (Job, Int)? {
            condition.withLock {
                while !dismissed {
                    if number > done, let job { return (job, number) }
                    condition.wait()
                }
                return nil
            }
        }
    }
}

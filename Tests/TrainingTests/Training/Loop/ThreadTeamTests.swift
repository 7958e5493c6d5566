import Synchronization
import Training
import Testing

/// Every item is done once, whatever the threads do.
struct ThreadTeamTests {
    /// How often each item was done, and by which threads.
    final class Tally: Sendable {
        private let counts: Mutex<[Int]>
        private let threads = Mutex<Set<Int>>([])

        init(_ items: Int) { counts = Mutex(Array(repeating: 0, count: items)) }

        func note(_ thread: Int, _ item: Int) {
            counts.withLock { $0[item] += 1 }
            threads.withLock { _ = $0.insert(thread) }
        }

        var all: [Int] { counts.withLock { $0 } }
        var seen: Set<Int> { threads.withLock { $0 } }
    }

    @Test(arguments: [1, 2, 3, 5], [0, 1, 2, 3, 4, 17, 100])
    func `every item is done exactly once, for any number of threads and items`(threads: Int, items: Int) {
        let team = ThreadTeam(count: threads)
        let tally = Tally(items)
        for _ in 0..<10 { team.forEach(0..<items) { tally.note($0, $1) } }
        #expect(tally.all == Array(repeating: 10, count: items))
        #expect(tally.seen.isSubset(of: Set(0..<threads)))
    }

    @Test func `a range that does not begin at 0 keeps its numbers`() {
        let team = ThreadTeam(count: 3)
        let tally = Tally(10)
        team.forEach(4..<9) { tally.note($0, $1) }
        #expect(tally.all == [0, 0, 0, 0, 1, 1, 1, 1, 1, 0])
    }

    @Test func `a team of one, and a single item, run on the calling thread`() {
        let (single, tally) = (Tally(3), Tally(1))
        ThreadTeam(count: 1).forEach(0..<3) { single.note($0, $1) }
        ThreadTeam(count: 4).forEach(0..<1) { tally.note($0, $1) }
        #expect(single.seen == [0] && tally.seen == [0])
    }

    @Test func `10,000 rounds end, each with all of its work done when forEach returns`() {
        let team = ThreadTeam(count: 3)
        let sum = Counter()
        var missing = 0
        for round in 1...10_000 {
            team.forEach(0..<5) { _, item in sum.value.wrappingAdd(item + 1, ordering: .relaxed) }
            if sum.value.load(ordering: .relaxed) != 15 * round { missing += 1 }
        }
        #expect(missing == 0)
    }

    /// An atomic that a closure can hold.
    final class Counter: Sendable {
        let value = Atomic<Int>(0)
    }

    @Test func `teams that are made and dropped do not disturb each other`() {
        for _ in 0..<200 {
            let tally = Tally(6)
            ThreadTeam(count: 2).forEach(0..<6) { tally.note($0, $1) }
            #expect(tally.all == Array(repeating: 1, count: 6))
        }
    }
}

import Distributed
import Foundation
import Synchronization
import Testing
import Training

/// How long ranks wait for each other.
struct WaitingTimeTests {
    @Test func `a rank that comes early waits, the one that comes late does not; steps that are not sampled say nothing`() throws {
        let isWaiting = Atomic<Bool>(false)
        let shares = try ThreadRanks.run(2) { communicator -> Double? in
            var time = WaitingTime(sharesCores: false)
            try time.meet(step: 1, communicator)
            time.note(step: 1, seconds: 1)
            #expect(time.share == nil)
            if communicator.rank == 0 {
                isWaiting.store(true, ordering: .releasing)
            } else {
                while !isWaiting.load(ordering: .acquiring) { Thread.sleep(forTimeInterval: 0.001) }
                Thread.sleep(forTimeInterval: 0.2)
            }
            try time.meet(step: 2, communicator)
            // A tenth of what the other rank sleeps: the early one cannot have waited for less.
            time.note(step: 2, seconds: 0.02)
            return time.share
        }
        #expect(shares[0] == 1 && (shares[1] ?? 2) <= 1)
        var alone = WaitingTime(sharesCores: false)
        try alone.meet(step: 2, SoloCommunicator())
        alone.note(step: 2, seconds: 1)
        #expect(alone.share == 0)
    }

    @Test func `where ranks share cores the sum is what it took at its fastest`() {
        var time = WaitingTime(sharesCores: true)
        for (step, seconds) in [(2, 3.0), (3, 0.1), (18, 1), (34, 2)] { time.note(step: step, seconds: seconds) }
        #expect(time.share == 0.5, "3 steps of 1 s, of 6 s")
    }
}

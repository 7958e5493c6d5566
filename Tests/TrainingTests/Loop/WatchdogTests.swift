import Distributed
import Failures
import Testing
import Training

/// How long a job may stand still.
@Suite struct WatchdogTests {
    @Test func `Between steps a job may stand still for longer than in a step, and afterwards as before`() throws {
        let communicator = SoloCommunicator()
        let watchdog = Watchdog(communicator)
        #expect(watchdog.limit == 600)
        watchdog.note(step: 1, typicalSeconds: 0.1)
        #expect(watchdog.limit == 60)
        try watchdog.allow(30) { () throws(Failure) in #expect(watchdog.limit == 600) }
        let before = communicator.progress.count
        #expect(try watchdog.allow(120) { () throws(Failure) in watchdog.limit } == 1200)
        // What stood still there is no reason for an alarm under the lower limit.
        #expect(watchdog.limit == 60 && communicator.progress.count > before)
        watchdog.note(step: 2, typicalSeconds: 7)
        #expect(watchdog.limit == 70)
        #expect(throws: Failure.self) { try watchdog.allow { () throws(Failure) in throw Failure(.data, "no rows") } }
        #expect(watchdog.limit == 70)
    }

    @Test func `Every evaluation of a chain is progress, however long the chains of one shard are`() throws {
        let communicator = SoloCommunicator()
        let trainer = try ScratchRun.trainer(["run.shards=1", "sampler.steps=300"], on: communicator)
        let before = communicator.progress.count
        _ = try trainer.step(stop: false)
        #expect(communicator.progress.count - before >= 300)
    }
}

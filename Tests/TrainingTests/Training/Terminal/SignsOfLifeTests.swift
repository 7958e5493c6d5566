import Distributed
import Failures
import Testing
import Training

/// Signs of life that a training gives.
@Suite struct SignsOfLifeTests {
    @Test func `every evaluation of a chain is progress, however long the chains of one shard are`() throws {
        let communicator = SoloCommunicator()
        let trainer = try ScratchRun.trainer(["run.shards=1", "sampler.steps=300"], on: communicator)
        let before = communicator.progress.count
        _ = try trainer.step(stop: false)
        #expect(communicator.progress.count - before >= 300)
    }
}

import Distributed
import Learning
import Numerics
import Testing
import Training

/// What is a sample of the model, and what is not.
struct ModelSamplesTests {
    @Test func `on a ladder of temperatures the cold chains alone are samples, wherever they are, in shard order`() throws {
        let arguments = ["exchange.temperatures=[1, 2]", "samples.count=12"]
        let trainer = try ScratchRun.trainer(arguments)
        for _ in 0..<3 { _ = try trainer.step(stop: false) }
        let found = try SampleGathering(trainer.plan).gather(trainer)
        let cold = trainer.shards.flatMap { shard in (0..<6).filter(shard.isNegative).flatMap { shard.negatives.rows($0..<$0 + 1).values } }
        #expect(found == cold && found.count == 24)
    }
}

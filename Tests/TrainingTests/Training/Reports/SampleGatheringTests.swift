import Distributed
import Learning
import Numerics
import Testing
import Training

/// The samples of a picture.
struct SampleGatheringTests {
    @Test func `the samples are the first chains of each shard in shard order, the same on any number of ranks`() throws {
        let arguments = ["samples.count=8"]
        let trainer = try ScratchRun.trainer(arguments)
        _ = try trainer.step(stop: false)
        let alone = try SampleGathering(trainer.plan).gather(trainer)
        // Two of each of the four shards, of two values each.
        #expect(alone == trainer.shards.flatMap { $0.negatives.rows(0..<2).values } && alone.count == 16)
        for size in [2, 3] {
            let found = try ThreadRanks.run(size) { communicator in
                let trainer = try ScratchRun.trainer(arguments, on: communicator)
                _ = try trainer.step(stop: false)
                return try SampleGathering(trainer.plan).gather(trainer)
            }
            #expect(found == Array(repeating: alone, count: size))
        }
    }
}

import Testing
import Training

/// How near to the data the samples of a run are.
struct SampleQualityTests {
    @Test(arguments: [
        (0.51, "no use"), (0.49, "hardly better than noise"), (0.30, "on their way"), (0.15, "near the data"),
        (0.11, "close to the data"),
        (0.09, "close to the data"),
    ])
    func `the samples are judged by where they stand between noise and data`(samples: Double, words: String) {
        let text = SampleQuality(samples: samples, data: 0.1, noise: 0.5).text
        #expect(text.contains(words) && text.contains("0.100") && text.contains("0.500"), "\(text)")
    }

    @Test func `without noise, or with noise as near as data, the distances stand alone`() {
        #expect(SampleQuality(samples: 0.2, data: 0.1, noise: nil).progress == nil)
        let text = SampleQuality(samples: 0.2, data: 0.1, noise: 0.05).text
        #expect(text.hasPrefix("sliced Wasserstein distance from data 0.200"), "\(text)")
    }

    @Test func `half way between noise and data is one half`() throws {
        let progress = try #require(SampleQuality(samples: 0.3, data: 0.1, noise: 0.5).progress)
        #expect(abs(progress - 0.5) < 1e-12)
    }

    @Test func `samples of a run are measured where that is little work, the same on any number of ranks, and change nothing of it`() throws
    {
        let arguments = ["model.widths=[8]", "report.every=1000"]
        let trainer = try ScratchRun.trainer(arguments)
        let before = trainer.state.replicaDigest
        let alone = try #require(try SampleQuality.measure(trainer))
        #expect(trainer.state.replicaDigest == before)
        let several = try ThreadRanks.run(2) { try SampleQuality.measure(ScratchRun.trainer(arguments, on: $0)) }
        #expect(several == [alone, alone])
        // Two moons from uniform noise: what has not been trained is noise, and data are nearer to data.
        let (noise, progress) = (try #require(alone.noise), try #require(alone.progress))
        #expect(alone.data < noise && progress < 0.5)
        #expect(!SampleQuality.isCheap(trainer.plan, steps: 8) && SampleQuality.isCheap(trainer.plan, steps: 1_000_000))
    }
}

import Configuration
import Learning
import Numerics
import Testing
import Training

/// Objectives on the levels of a noise ladder.
@Suite("Noise levels")
struct NoiseConditionalTests {
    private static let levels = [
        "objective.kind=diffusionCD", "objective.noise=0.8", "objective.levels=3", "objective.lowNoise=0.1", "model.activation=softplus",
    ]

    @Test(arguments: ["importance", "oneStep", "recovery"])
    func `gradient and loss of a level count with its weight`(estimator: String) throws {
        let arguments = Self.levels + ["objective.estimator=\(estimator)"]
        let equal = LearnerBench(try ScratchRun.trainer(arguments))
        let weighted = LearnerBench(try ScratchRun.trainer(arguments + ["objective.levelWeight=inverseVariance"]))
        let weights = try #require(NoiseLadder(levels: 3, low: 0.1, high: 0.8)).inverseVarianceWeights
        var seen: Set<Int> = []
        for step in 0..<4 {
            for shard in equal.shards.indices {
                let stream = RandomStream(seed: equal.plan.configuration.run.seed, purpose: .noiseLevel, step: step, index: shard)
                let level = stream.integer(below: 3, at: 0)
                seen.insert(level)
                for bench in [equal, weighted] { bench.sampleNegatives(shard, step: step) }
                let plain = equal.gradient(shard, step: step)
                #expect(weighted.gradient(shard, step: step) == plain.map { weights[level] * $0 } && plain.contains { $0 != 0 })
                let reports = [equal, weighted].map { $0.shards[shard].report }
                #expect(reports[1][.loss] == Double(weights[level]) * reports[0][.loss])
                #expect(reports[1][.dataEnergy] == reports[0][.dataEnergy])
            }
        }
        #expect(seen == [0, 1, 2])
    }
}

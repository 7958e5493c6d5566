import Distributed
import Learning
import Numerics
import Sampling
import Testing
import Training

/// A training whose chains stand on a ladder of temperatures.
struct ReplicaExchangeTests {
    static let ladder = ["exchange.temperatures=[1, 2, 4]", "run.shards=12", "run.chainsPerShard=4", "chains.buffer=96"]

    /// The levels of all shards, slot by slot.
    static func levels(_ trainer: Trainer) -> [[UInt8]] { trainer.shards.map { $0.replay?.levels ?? [] } }

    /// The chains of the step at temperature 1.
    static func coldest(_ trainer: Trainer) -> [[Float]] {
        var rows: [[Float]] = []
        for shard in trainer.shards {
            for row in 0..<4 where shard.levels[row] == 0 { rows.append(shard.negatives.rows(row..<row + 1).values) }
        }
        return rows
    }

    @Test func `every ladder keeps one chain of each temperature, chains change temperature, and positions do not move by it`() throws {
        // Steps so small that no chain moves in single precision.
        let trainer = try ScratchRun.trainer(Self.ladder + ["sampler.stepSize=1e-30", "sampler.steps=1", "chains.restartProbability=0"])
        #expect(Self.levels(trainer) == (0..<12).map { Array(repeating: UInt8($0 % 3), count: 8) })
        let positions = ContrastiveDivergenceTests.buffer(trainer)
        for _ in 0..<20 {
            let before = Self.levels(trainer)
            _ = try trainer.step(stop: false)
            let after = Self.levels(trainer)
            for block in 0..<4 {
                let members = block * 3..<block * 3 + 3
                // The shards of a block draw the same slots, and only these are swapped.
                let slots = Set(members.map { trainer.shards[$0].slots })
                #expect(slots.count == 1)
                for slot in 0..<8 {
                    #expect(Set(members.map { after[$0][slot] }) == [0, 1, 2])
                    if slots.first?.contains(slot) == false { #expect(members.allSatisfy { after[$0][slot] == before[$0][slot] }) }
                }
            }
        }
        #expect(Self.levels(trainer) != (0..<12).map { Array(repeating: UInt8($0 % 3), count: 8) })
        #expect(ContrastiveDivergenceTests.buffer(trainer) == positions)
    }

    @Test(arguments: [0.0, 0.3])
    func `the gradient and the report take the coldest chains alone, with the n of their number`(alpha: Double) throws {
        let trainer = try ScratchRun.trainer(
            Self.ladder + ContrastiveDivergenceTests.linear + ["objective.energyRegularization=\(alpha)", "optimizer.learningRate=1"])
        for step in 0..<4 {
            let before = trainer.state.parameters.map(Double.init)
            let result = try trainer.step(stop: false)
            let negatives = Self.coldest(trainer)
            #expect(negatives.count == 16)
            let positives = try ContrastiveDivergenceTests.data(trainer, step: step)
            let (expected, energies) = LinearEnergy(before).gradient(positives, negatives, alpha: alpha)
            // As in ContrastiveDivergenceTests.
            for (index, after) in trainer.state.parameters.enumerated() {
                #expect(abs(before[index] - Double(after) - expected[index]) < 1e-5, "parameter \(index) at step \(step)")
            }
            #expect(abs(result.report[.dataEnergy] - energies[0]) < 1e-4 && abs(result.report[.sampleEnergy] - energies[1]) < 1e-4)
            #expect(abs((result.gap ?? .nan) - (energies[0] / 48 - energies[1] / 16)) < 1e-5)
            // Chains that take part for the first time have the age of this step's four transitions.
            if step == 0 { #expect(result.report[.age] == 16 * 4) }
        }
    }

    @Test func `chains at each temperature have the variance of exp(-E/T) while they swap`() throws {
        let stepSize = 0.1
        let trainer = try ScratchRun.trainer(
            ContrastiveDivergenceTests.linear + [
                "exchange.temperatures=[1, 2, 4]", "run.shards=6", "run.chainsPerShard=128", "chains.buffer=768",
                "optimizer.learningRate=0",
                "chains.restartProbability=0", "sampler.steps=20", "sampler.stepSize=\(stepSize)",
            ])
        let mean = trainer.state.parameters.prefix(2).map { -Double($0) }
        var (sums, counts) = ([0.0, 0, 0], [0.0, 0, 0])
        for step in 0..<100 {
            _ = try trainer.step(stop: false)
            // The hottest chains forget by (1 - a/4)^20 = 0.6 a step: their start is gone to 4e-3 after 10 steps.
            guard step >= 10 else { continue }
            for shard in trainer.shards {
                for row in 0..<128 {
                    for column in 0..<2 {
                        let deviation = Double(shard.negatives[row, column]) - mean[column]
                        sums[Int(shard.levels[row])] += deviation * deviation
                        counts[Int(shard.levels[row])] += 1
                    }
                }
            }
        }
        for (level, temperature) in [1.0, 2, 4].enumerated() {
            // x' - m = (1 - a/T) (x - m) + √(2a) ξ is stationary with the variance T/(1 - a/2T). Swaps by exact energies move it by less than that
            // bias, 5 % for T = 1. 46,080 values, of which a correlation of up to (1 + .36)/(1 - .36) leaves 21,000: 5.5 √(2/21000) is 5.4 %.
            let expected = temperature / (1 - stepSize / (2 * temperature))
            #expect(
                abs(sums[level] / counts[level] / expected - 1) < 0.054 + 0.05 / temperature,
                "T = \(temperature): \(sums[level] / counts[level])")
        }
    }

    @Test
    func
        `a training on a ladder has the same bits on 1, 2, 3 and 8 ranks, swapped at every step or every second one, and restarted chains too`()
        throws
    {
        for extra in [[], ["exchange.every=2"], ["chains.storage=byte", "sampler.low=-5", "sampler.high=5"]] {
            let arguments = Self.ladder + extra + ["chains.restartProbability=0.3"]
            let alone = try Self.run(arguments, ranks: 1)
            for ranks in [2, 3, 8] { #expect(try Self.run(arguments, ranks: ranks) == alone, "\(ranks) ranks, \(extra)") }
            #expect(try Self.run(arguments + ["exchange.every=0"], ranks: 1) != alone)
        }
    }

    struct Outcome: Hashable, Sendable {
        let digest: UInt64
        let levels: [[UInt8]]
        let rates: [Double]
    }

    static func run(_ arguments: [String], ranks: Int) throws -> Outcome {
        let parts = try ThreadRanks.run(ranks) { communicator -> Outcome in
            let trainer = try ScratchRun.trainer(arguments, threads: ranks == 3 ? 2 : 1, on: communicator)
            for _ in 0..<6 { _ = try trainer.step(stop: false) }
            let rates = try #require(try trainer.replicas?.swapRates(trainer.shards, communicator))
            return Outcome(digest: trainer.state.replicaDigest, levels: levels(trainer), rates: rates)
        }
        #expect(Set(parts.map(\.digest)).count == 1 && Set(parts.map(\.rates)).count == 1)
        #expect(parts[0].rates.count == 2 && parts[0].rates.allSatisfy { $0 > 0 && $0 <= 1 })
        return Outcome(digest: parts[0].digest, levels: parts.flatMap(\.levels), rates: parts[0].rates)
    }

    @Test func `pictures show the coldest chains alone, the same on any number of ranks`() throws {
        let arguments = Self.ladder + ["samples.count=10"]
        let found = try [1, 3].map { ranks in
            try ThreadRanks.run(ranks) { communicator -> (gathered: [Float], cold: [[Float]]) in
                let trainer = try ScratchRun.trainer(arguments, on: communicator)
                for _ in 0..<5 { _ = try trainer.step(stop: false) }
                let cold = Self.coldest(trainer)
                return (try SampleGathering(trainer.plan).gather(trainer), cold)
            }
        }
        let rows = stride(from: 0, to: found[0][0].gathered.count, by: 2).map { Array(found[0][0].gathered[$0..<$0 + 2]) }
        #expect(rows.count == 10 && Set(rows).count == 10 && Set(rows).isSubset(of: found[0][0].cold))
        #expect(found[1].allSatisfy { $0.gathered == found[0][0].gathered })
    }
}

import Commands
import Datasets
import Distributed
import Failures
import Formats
import Foundation
import Learning
import Numerics
import Sampling
import Testing
import Training

/// Runs with exchange from outside: reports, checkpoints, what other commands see.
struct ExchangeRunTests {
    static let ladder = [
        "data.source=25gaussians", "exchange.temperatures=[1, 3]", "chains.noiseLow=-3", "chains.noiseHigh=3",
        "chains.restartProbability=0.1",
    ]

    @Test func `reports tell swap rates, bytes and modes, the same on any number of ranks and stopped in between`() throws {
        for arguments in [Self.ladder, ["data.source=25gaussians", "exchange.policy=shuffle", "exchange.every=3"]] {
            let scratch = ScratchFolder()
            let folders = (0..<3).map { scratch.run("run\($0)") }
            try ScratchRun.train(arguments, in: folders[0])
            _ = try ThreadRanks.run(3) { try ScratchRun.train(arguments, in: folders[1], on: $0) }
            try ScratchRun.train(arguments + ["run.steps=5"], in: folders[2])
            try ScratchRun.train(arguments, in: folders[2])
            let lines = try folders.map { try $0.reports() }
            #expect(lines[0].map(\.step) == [2, 4, 6, 8] && lines[2].map(\.step) == [2, 4, 5, 6, 8])
            for other in [lines[1], lines[2].filter { $0.step != 5 }] {
                for (line, expected) in zip(other, lines[0]) {
                    #expect(line.swapRates == expected.swapRates && line.exchangedBytes == expected.exchangedBytes)
                    #expect(line.modesCovered == expected.modesCovered && line.modesPerShard == expected.modesPerShard)
                    #expect(line.energyGap == expected.energyGap && line.chainGradientNorm == expected.chainGradientNorm)
                }
            }
            for line in lines[0] {
                let (all, one) = (try #require(line.modesCovered), try #require(line.modesPerShard))
                #expect((1...25).contains(all) && one > 0 && one <= Double(all))
                if arguments == Self.ladder {
                    // An energy and a level of 24 chains, as doubles.
                    #expect(line.exchangedBytes == 24 * 16 && line.swapRates?.count == 1)
                } else {
                    #expect(line.swapRates == nil && (line.exchangedBytes == 0) == (line.step < 3))
                }
            }
            #expect(try folders[0].contents(ofStep: 8)["chains.safetensors"] == folders[1].contents(ofStep: 8)["chains.safetensors"])
            #expect(try folders[0].contents(ofStep: 8)["chains.safetensors"] == folders[2].contents(ofStep: 8)["chains.safetensors"])
        }
    }

    @Test func `sample takes the coldest chains of a checkpoint alone`() throws {
        let scratch = ScratchFolder()
        let folder = scratch.run()
        try ScratchRun.train(Self.ladder, in: folder)
        let file = try Safetensors(folder.checkpoint(8) + "/chains.safetensors")
        let (levels, chains) = (try file.array("level").values.floats, try file.array("chains").values.floats)
        #expect(levels.count == 48 && levels.count { $0 == 0 } == 24 && Set(levels) == [0, 1])
        let output = "\(scratch.path)/samples.npy"
        let command = SampleCommand(folder: folder.path, count: 24, steps: 0, output: output)
        _ = try command.run(SoloCommunicator())
        let cold = levels.indices.filter { levels[$0] == 0 }.flatMap { chains[2 * $0..<2 * $0 + 2] }
        #expect(try NPY.decode(FileBytes.read(output), name: output).values.floats == cold)
        let refused = failure { _ = try SampleCommand(folder: folder.path, count: 25, steps: 0, output: output).run(SoloCommunicator()) }
        #expect(refused?.kind == .usage && refused?.message.contains("24 chains") == true)
    }

    @Test func `an evaluation during training looks at the coldest chains alone`() throws {
        let trainer = try ScratchRun.trainer(Self.ladder)
        for _ in 0..<4 { _ = try trainer.step(stop: false) }
        let found = try EvaluationChains(trainer.plan).gather(trainer, count: 1000)
        var cold: Set<[Float]> = []
        for shard in trainer.shards {
            let replay = try #require(shard.replay)
            let row = Matrix(rows: 1, columns: 2)
            for slot in 0..<replay.capacity where replay.levels[slot] == 0 {
                replay.read(slot, into: row, dither: RandomStream(seed: 1, purpose: .test, step: 0, index: 0), from: 0)
                cold.insert(row.values)
            }
        }
        #expect(found.rows == 24 && Set((0..<24).map { found.rows($0..<$0 + 1).values }) == cold)
        #expect(try EvaluationChains(trainer.plan).gather(trainer, count: 4).rows == 4)
    }

    @Test func `levels of a file that are no ladders are refused with the place`() throws {
        let ladder = TemperatureLadder(temperatures: [1, 2], seed: 1)
        let storage = ChainStorage(capacity: 2, options: ReplayOptions(), ladder: ladder)
        let file = ChainsFile(shards: 4, SampleLayout.stored(storage).tensors(shape: ImageShape(vector: 2), rows: 2))
        #expect(file.header["level"]?.shape == [8])
        try file.checkLadders("here") { _ in [0, 1, 1, 0, 1, 1, 0, 0] }
        for wrong in [[0, 1, 0, 0, 1, 1, 0, 0], [0, 1, 1, 2, 1, 1, 0, 0]] as [[UInt8]] {
            let refused = failure { try file.checkLadders("here") { _ in wrong } }
            #expect(refused?.kind == .checkpoint && refused?.message.contains("here: shards 0 to 1, slot") == true)
        }
    }

    @Test func `a run starts from the parameters that model.initial names, and continues without the file`() throws {
        let scratch = ScratchFolder()
        let (first, second) = (scratch.run("first"), scratch.run("second"))
        try ScratchRun.train([], in: first)
        let path = "\(scratch.path)/start.safetensors"
        try FileManager.default.copyItem(atPath: first.checkpoint(8) + "/model.safetensors", toPath: path)
        let arguments = ["model.initial=\(path)", "run.seed=9", "optimizer.learningRate=0"]
        _ = try ThreadRanks.run(2) { try ScratchRun.train(arguments, in: second, on: $0) }
        let weights = try Safetensors(path).array("layers.0.weight").values.floats
        func current(_ step: Int) throws -> [Float] {
            try Safetensors(second.checkpoint(step) + "/optimizer.safetensors").array("current.layers.0.weight").values.floats
        }
        #expect(try current(8) == weights)
        // The average begins there too.
        let average = try Safetensors(second.checkpoint(8) + "/model.safetensors").array("layers.0.weight").values.floats
        // v <- d v + (1 - d) v rounds by a bit at each of eight updates.
        #expect(zip(average, weights).allSatisfy { abs($0 - $1) <= 8 * $1.ulp } && Set(weights).count > 10)
        try FileManager.default.removeItem(atPath: path)
        try ScratchRun.train(arguments + ["run.steps=10"], in: second)
        #expect(try current(10) == weights)
        let missing = failure { try ScratchRun.train(arguments, in: scratch.run("third")) }
        #expect(missing?.kind == .missingInput && missing?.message.contains(path) == true)
        let other = failure {
            try ScratchRun.train(
                ["model.initial=\(first.checkpoint(8))/model.safetensors", "model.widths=[12, 8]"], in: scratch.run("fourth"))
        }
        #expect(other?.kind == .checkpoint && other?.message.contains("another energy") == true)
    }
}

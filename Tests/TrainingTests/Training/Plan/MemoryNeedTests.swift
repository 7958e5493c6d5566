import Configuration
import Distributed
import Foundation
import Learning
import Model
import Numerics
import Sampling
import Testing
import Training

/// What a run says it needs is what it takes.
struct MemoryNeedTests {
    /// A tile of rows outweighs the objects that hold all of them.
    private static let large = [
        "data.source=digits", "run.chainsPerShard=192", "run.shards=2", "model.widths=[64]", "sampler.steps=1",
    ]

    /// Bytes that the engines, states and scratch of a plan take, and how many the plan says they do.
    private static func bytes(_ arguments: [String]) throws -> (taken: Int, said: Int) {
        let buffer = try ScratchRun.configuration(arguments).chainStorage == nil ? [] : ["chains.buffer=768"]
        let plan = try RunPlan(ScratchRun.configuration(large + buffer + arguments), SoloCommunicator())
        let (shards, threads) = (plan.configuration.run.shards, 2)
        let before = LiveMemory.bytes
        let engines = plan.makeEngines(threads: threads)
        let made = plan.makeLearner(0..<shards, engines)
        let taken = withExtendedLifetime((engines, made)) { LiveMemory.bytes - before }
        let need = MemoryNeed(plan, threads: threads, shards: shards)
        let shared = Engines.bytes(
            plan.networks, plan.configuration.precisions, rows: plan.configuration.run.chainsPerShard, needs: plan.profile.engine
        ).shared
        // The integers of the sum are not made here.
        return (taken, need.threads - 8 * threads * plan.networks.layout.count + need.chains + shared)
    }

    /// Every objective, and precisions of networks.
    private static let forms =
        ObjectiveVariants.all + [["sampler"], ["gradient"], ["sampler", "gradient"]].map { $0.map { "\($0).precision=bfloat16" } }

    @Test func `engines, states and scratch of every objective take what their declarations say`() async throws {
        // A process of its own: other tests take memory meanwhile.
        let result = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
            // The first one also makes what lasts for the process.
            for arguments in [Self.forms[0]] + Self.forms {
                let (taken, said) = try Self.bytes(arguments)
                print("\(taken) \(said) \(arguments)")
            }
        }
        let lines = String(decoding: try #require(result).standardOutputContent, as: UTF8.self).split(separator: "\n").dropFirst()
        #expect(lines.count == Self.forms.count)
        for line in lines {
            let numbers = line.split(separator: " ").prefix(2).compactMap { Int($0) }
            // Objects around some hundred matrices; a tile has 49,152 bytes.
            #expect(numbers.count == 2 && (0..<40_000).contains(numbers[0] - numbers[1]), "takes, says: \(line)")
        }
    }

    @Test(arguments: [0, 3])
    func `tiles, chains and buffers that are only counted are counted as they are made`(scratch: Int) throws {
        let networks = try ScratchRun.trainer().plan.networks
        let storage = ChainStorage(capacity: 10, options: .init(storage: .byte(-1...1)), hasCentres: true)
        let counts = [true, false].map { onlyCounts in
            let make = TileMaker(rows: 7, networks: networks, onlyCounts: onlyCounts)
            let (tile, chains, replay) = (make.tile(5), make.chains(scratch: scratch), make.replay(storage))
            #expect((tile.rows, chains.positions.rows, replay.capacity) == (onlyCounts ? (0, 0, 0) : (7, 7, 10)))
            return make.bytes
        }
        #expect(counts[0] == counts[1])
        // 140 bytes are 192 whole lines of a cache; 7 x 2 floats are one, and so are 7; ten samples of two bytes with two floats and an age.
        #expect(counts[0] == 192 + (2 + scratch) * 64 + 64 + 10 * (2 + 8 + 4))
    }

    /// MiB of a part, from the line before the first step.
    private func part(_ name: String, _ arguments: [String]) throws -> Double {
        let folder = ScratchFolder()
        let text = try ScratchRun.train(arguments + ["run.steps=1"], in: folder.run()).joined(separator: "\n")
        let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        let places = words.indices.dropLast(2).filter { words[$0].hasSuffix(name) && words[$0 + 2].hasPrefix("MiB") }
        let place = try #require(places.first)
        return try #require(Double(words[place + 1]))
    }

    @Test func `a buffer twice as large takes twice the memory of its chains, as bytes a quarter`() throws {
        let buffer = ["data.source=digits", "run.shards=1"]
        let (once, twice) = (
            try part("chains", buffer + ["chains.buffer=20000"]), try part("chains", buffer + ["chains.buffer=40000"])
        )
        // 20,000 chains of 64 floats and an age: 5.0 MiB, told to a tenth.
        let expected = 20_000.0 * 260 / 1_048_576
        #expect(abs(once - expected) < 0.11 && abs(twice - 2 * once) < 0.16)
        let bytes = try part("chains", buffer + ["chains.buffer=20000", "chains.storage=byte", "sampler.low=-1", "sampler.high=1"])
        #expect(abs(bytes - expected * 68 / 260) < 0.11)
    }

    @Test func `a rank needs the less memory for what updates parameters the more ranks share it`() throws {
        let arguments = ["model.widths=[300, 300]", "optimizer.average=0.99", "run.shards=8"]
        func need(_ ranks: Int, _ sum: String) throws -> (need: Int, parameters: Int) {
            try ThreadRanks.run(ranks) { communicator in
                let plan = try RunPlan(ScratchRun.configuration(arguments + ["run.sum=\(sum)"]), communicator)
                return (MemoryNeed(plan, threads: 1, shards: 1).parameters, plan.slices.most)
            }[0]
        }
        let (whole, sliced) = (try need(4, "whole"), try need(4, "sliced"))
        // Gradient, two moments and an average of the parameters of the others.
        #expect(sliced.parameters <= whole.parameters / 4 + 1024 && whole.need - sliced.need == 16 * (whole.parameters - sliced.parameters))
    }

    @Test func `activations are counted once for each thread that has shards`() throws {
        let wide = ["model.widths=[40000]", "chains.buffer=null"]
        let (one, two) = (try part("threads", wide + ["run.threads=1"]), try part("threads", wide + ["run.threads=2"]))
        #expect(one > 3 && abs(two - 2 * one) < 0.16, "\(one), \(two)")
        #expect(try part("threads", wide + ["run.threads=2", "run.shards=1"]) <= one + 0.06)
    }
}

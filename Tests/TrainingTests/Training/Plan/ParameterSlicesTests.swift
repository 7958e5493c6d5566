import Configuration
import Distributed
import Failures
import Learning
import Testing
import Training

/// Who updates which parameters, and how that is decided.
struct ParameterSlicesTests {
    /// The parameters of a rank, by what is asked for.
    private func own(_ ranks: Int, _ arguments: [String]) throws -> [Range<Int>] {
        try ThreadRanks.run(ranks) { communicator in
            try RunPlan(ScratchRun.configuration(["run.shards=8"] + arguments), communicator).slices.own(communicator.rank)
        }
    }

    @Test func `automatic deals slices where they spare a rank a mebibyte, and not before`() throws {
        func isSliced(_ ranks: Int, _ arguments: [String]) throws -> Bool { try own(ranks, arguments).contains { $0.lowerBound > 0 } }
        // 2 · 300 + 300 + 300 · 301 + 300 + 301 = 91,501 parameters of 16 bytes: half of them are .7 MiB, three quarters 1.05.
        let large = ["model.widths=[300, 300]", "optimizer.average=0.99"]
        #expect(try !isSliced(1, large) && !isSliced(2, large) && isSliced(4, large))
        // The state of SGD without an average is half of it.
        let small = ["optimizer.kind=sgd", "optimizer.average=null"]
        #expect(try !isSliced(4, ["model.widths=[300, 300]"] + small))
        #expect(try isSliced(4, ["model.widths=[430, 430]"] + small))
        #expect(try !isSliced(8, []))
    }

    /// A network whose state would be dealt automatically, too: the plain sum does not know the key.
    @Test(arguments: [
        ["model.spectralNormalization=true", "run.sum=sliced"], ["model.spectralNormalization=true", "model.widths=[700, 700]"],
        ["run.reduction=float", "model.widths=[700, 700]"],
    ])
    func `what needs the whole gradient has it, whatever is asked for`(arguments: [String]) throws {
        let owns = try own(2, arguments)
        #expect(owns[0].lowerBound == 0 && owns[0] == owns[1])
    }

    @Test func `slices that were asked for and cannot be are named before the first step, and nothing else is said`() throws {
        func lines(_ arguments: [String]) throws -> String {
            try ScratchRun.train(["run.steps=1"] + arguments, in: ScratchFolder().run()).joined(separator: " ").split(
                whereSeparator: \.isWhitespace
            ).joined(separator: " ")
        }
        let sentence = "run.sum=sliced has no effect: spectral normalization needs the whole gradient"
        #expect(try lines(["run.sum=sliced", "model.spectralNormalization=true"]).contains(sentence))
        for arguments in [["model.spectralNormalization=true"], ["run.sum=sliced"], []] {
            #expect(try !lines(arguments).contains("run.sum"))
        }
    }

    @Test func `a moment that is not finite on one rank is seen by all`() throws {
        for broken in 0..<3 {
            let found = try ThreadRanks.run(3) { communicator in
                let plan = try RunPlan(ScratchRun.configuration(["run.sum=sliced", "model.widths=[48, 48]"]), communicator)
                var state = plan.initialState(ofRank: communicator.rank)
                let before = try plan.slices.isFinite(state, communicator)
                if communicator.rank == broken { state.optimizer.second[state.optimizer.second.count - 1] = .infinity }
                return [before, try plan.slices.isFinite(state, communicator)]
            }
            #expect(found == Array(repeating: [true, false], count: 3))
        }
    }

    /// Slices that the ranks of a run may have, before and after it is continued.
    static let continuations: [(saving: Int, first: String, continuing: Int, second: String)] = [
        (3, "sliced", 2, "whole"), (2, "whole", 4, "sliced"), (4, "sliced", 3, "sliced"), (4, "sliced", 1, "whole"),
    ]

    /// 2,545 parameters in three blocks, and 163 in one, which one rank owns.
    @Test(arguments: continuations, ["model.widths=[48, 48]", "model.widths=[12, 9]"])
    func `a run saved in one way and continued in another on other ranks leaves the files of a run on one rank`(
        run: (saving: Int, first: String, continuing: Int, second: String), network: String
    ) throws {
        let scratch = ScratchFolder()
        let arguments = [network, "optimizer.clipNorm=0.1", "optimizer.average=0.9", "run.shards=8", "guard.replicaCheckEvery=1"]
        let (alone, parts) = (scratch.run("alone"), scratch.run("parts"))
        try ScratchRun.train(arguments, in: alone)
        _ = try ThreadRanks.run(run.saving, perNode: 2) {
            try ScratchRun.train(arguments + ["run.sum=\(run.first)", "run.steps=4"], in: parts, on: $0)
        }
        _ = try ThreadRanks.run(run.continuing, perNode: 3) {
            try ScratchRun.train(arguments + ["run.sum=\(run.second)"], in: parts, on: $0)
        }
        let (expected, found) = (try alone.contents(ofStep: 8), try parts.contents(ofStep: 8))
        for name in ["model.safetensors", "optimizer.safetensors", "chains.safetensors"] {
            #expect(found[name] == expected[name], "\(name)")
        }
        #expect(try parts.timelessLines() == alone.timelessLines())
    }
}

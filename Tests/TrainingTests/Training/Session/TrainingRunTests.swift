import Distributed
import Failures
import Foundation
import Testing
import Training

/// A run from its start to its end: intervals, stops, the guard's policies.
struct TrainingRunTests {
    let scratch = ScratchFolder()

    private func pictures(_ folder: RunFolder) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.samples).sorted()
    }

    @Test func `checkpoints, reports and pictures appear at their intervals and at the end`() throws {
        let folder = scratch.run()
        try ScratchRun.train(["run.steps=7", "checkpoint.every=3", "checkpoint.keep=9", "report.every=2", "samples.every=5"], in: folder)
        #expect(try folder.steps() == [7, 6, 3])
        #expect(try folder.reports().map(\.step) == [2, 4, 6, 7])
        #expect(try pictures(folder) == ["step-00000005.png", "step-00000007.png"])
    }

    @Test func `an interval of 0 means only at the end`() throws {
        let folder = scratch.run()
        try ScratchRun.train(
            ["run.steps=5", "checkpoint.every=0", "samples.every=0", "guard.replicaCheckEvery=0", "report.every=100"], in: folder)
        #expect(try folder.steps() == [5])
        #expect(try pictures(folder) == ["step-00000005.png"])
        #expect(try folder.reports().map(\.step) == [5])
    }

    @Test func `a completed run says so and changes nothing; with run.steps raised it goes on`() throws {
        let folder = scratch.run()
        let first = try ScratchRun.train(in: folder)
        #expect(first.contains { $0.contains("starting 8 steps") } && !first.contains { $0.contains("nothing to do") })
        let before = (try folder.contents(ofStep: 8), try folder.files(in: folder.samples), try folder.reports().count)
        let again = try ScratchRun.train(in: folder)
        #expect(again.contains { $0.hasPrefix("finished: step 8 of 8") && $0.contains("nothing to do") && $0.contains("run.steps=16") })
        #expect(again.contains { $0.contains(folder.sample(8)) && $0.contains("sample --run \(folder.path)") })
        #expect(
            try folder.contents(ofStep: 8) == before.0 && folder.files(in: folder.samples) == before.1 && folder.reports().count == before.2
        )
        let raised = try ScratchRun.train(["run.steps=10"], in: folder)
        #expect(raised.contains { $0.contains("continuing at step 8 of 10") })
        #expect(try folder.steps().first == 10)
    }

    @Test func `a run with another configuration is refused and names the keys; keys that are free may change`() throws {
        let folder = scratch.run()
        try ScratchRun.train(in: folder)
        let refused = failure { try ScratchRun.train(["sampler.steps=5", "optimizer.learningRate=0.5"], in: folder) }
        #expect(refused?.kind == .runFolder)
        for key in ["sampler.steps", "optimizer.learningRate"] { #expect(refused?.message.contains(key) == true) }
        try ScratchRun.train(
            ["run.steps=9", "report.every=1", "checkpoint.every=1", "run.threads=2", "guard.replicaCheckEvery=1"], in: folder)
        #expect(try folder.steps().first == 9)
    }

    @Test(arguments: [1, 2])
    func `a file of initial parameters that cannot be read leaves the folder free for the right one`(ranks: Int) throws {
        let (first, folder) = (scratch.run("first"), scratch.run())
        try ScratchRun.train(in: first)
        let refused = failure {
            _ = try ThreadRanks.run(ranks) { try ScratchRun.train(["model.initial=/absent.safetensors"], in: folder, on: $0) }
        }
        #expect(refused?.kind == .missingInput && refused?.message.contains("/absent.safetensors") == true)
        let path = "\(first.checkpoint(8))/model.safetensors"
        _ = try ThreadRanks.run(ranks) { try ScratchRun.train(["model.initial=\(path)"], in: folder, on: $0) }
        #expect(try folder.steps().first == 8)
    }

    @Test func `what was logged after the checkpoint is cut off and logged again`() throws {
        let folder = scratch.run()
        try ScratchRun.train(in: folder)
        // As if killed at step 8 before its checkpoint: the log has the lines of steps 6 and 8 already.
        try FileManager.default.removeItem(atPath: folder.checkpoint(8))
        try ScratchRun.train(in: folder)
        #expect(try folder.reports().map(\.step) == [2, 4, 6, 8])
    }

    @Test(arguments: [1, 2])
    func `a time limit saves and ends with the requeue code, and the same command continues to the same bits`(ranks: Int) throws {
        let (whole, folder) = (scratch.run("whole"), scratch.run())
        try ScratchRun.train(["run.steps=5"], in: whole)
        let stop = ["run.steps=5", "run.maxHours=1e-9"]
        for step in 1...4 {
            let stopped = failure { _ = try ThreadRanks.run(ranks) { try ScratchRun.train(stop, in: folder, on: $0) } }
            #expect(stopped?.kind == .requeue && stopped?.message.contains("step \(step) of 5") == true, "\(stopped?.message ?? "")")
            #expect(try folder.steps().first == step)
        }
        // A request in the last step changes nothing.
        _ = try ThreadRanks.run(ranks) { try ScratchRun.train(stop, in: folder, on: $0) }
        #expect(try folder.contents(ofStep: 5)["model.safetensors"] == whole.contents(ofStep: 5)["model.safetensors"])
        #expect(try folder.contents(ofStep: 5)["chains.safetensors"] == whole.contents(ofStep: 5)["chains.safetensors"])
    }

    @Test func `a request that stands before the start is met at the end of the first step`() throws {
        let folder = scratch.run()
        var run = TrainingRun(configuration: try ScratchRun.configuration(["run.steps=1000"]), folder: folder, isQuiet: true)
        run.isStopRequested = { true }
        #expect(failure { try run.run(SoloCommunicator()) }?.kind == .requeue)
        #expect(try folder.steps() == [1])
    }

    // MARK: the guard

    @Test(arguments: ["stop", "skip"])
    func `a gap beyond the limit stops the run, or after ten steps left out, and no checkpoint is written`(policy: String) throws {
        let folder = scratch.run()
        let lines = ScratchRun.Lines()
        let stopped = failure {
            var run = TrainingRun(
                configuration: try ScratchRun.configuration(
                    ["guard.policy=\(policy)", "guard.maximumGap=1e-12", "run.steps=50", "checkpoint.every=0"]), folder: folder,
                isQuiet: true)
            run.listener = { lines.append($0) }
            try run.run(SoloCommunicator())
        }
        #expect(stopped?.kind == .numerical && stopped?.message.contains("guard.maximumGap") == true)
        #expect(stopped?.message.contains("after 10 steps") == (policy == "skip"))
        #expect(lines.all.filter { $0.contains("the update is left out") }.count == (policy == "skip" ? 10 : 0))
        #expect(try folder.steps() == [])
    }

    /// E = w·x + |x|²/2 by CD-5 with steps of 0.1: the gradient's slope is s = 1 - 0.9^5 = 0.41, so the error of w is multiplied by 1 - 8 s = -2.3 a
    /// step, and by 1 - 4 s = -0.6 once the learning rate is halved.
    private static let growing =
        ContrastiveDivergenceTests.linear + [
            "objective.kind=cd", "sampler.steps=5", "sampler.stepSize=0.1", "optimizer.learningRate=8", "run.steps=12", "report.every=1",
            "checkpoint.every=3", "checkpoint.keep=9",
        ]

    @Test(arguments: [1, 2], [4, 5, 6])
    func `rollback goes back to the last point before the step with half the learning rate, and continues; the log has every step once`(
        ranks: Int, step: Int
    ) throws {
        let free = scratch.run("free")
        try ScratchRun.train(Self.growing + ["guard.maximumGap=null", "samples.every=1"], in: free)
        let gaps = try free.reports().map { abs($0.energyGap ?? .nan) }
        // The limit lies between two neighbours. From the point of the step itself nothing would change, so 6 goes back to 3.
        #expect(zip(gaps[2...], gaps[3...]).allSatisfy { $1 > 2 * $0 }, "\(gaps)")
        let checkpoint = (step - 1) / 3 * 3
        let limit = (gaps[step - 1] + gaps[step]) / 2
        let folder = scratch.run()
        let arguments = Self.growing + ["guard.policy=rollback", "guard.rollbackEvery=3", "guard.maximumGap=\(limit)", "samples.every=1"]
        let lines = try ThreadRanks.run(ranks) { try ScratchRun.train(arguments, in: folder, on: $0) }[0]
        let back = lines.filter { $0.contains("back to step") }
        #expect(back.count == 1, "\(lines)")
        let first = back.first ?? ""
        #expect(first.hasPrefix("step \(step): ") && first.contains("back to step \(checkpoint) ") && first.contains("0.5"), "\(first)")
        #expect(try folder.reports().map(\.step) == Array(1...12))
        let manifest = try JSONDecoder().decode(Manifest.self, from: Data(try folder.contents(ofStep: 12)["manifest.json"] ?? []))
        #expect(manifest.guardState.rollbacks == 1)
        let rates = try folder.reports().map { Float($0.learningRate) }
        #expect(rates == (1...12).map { $0 <= checkpoint ? 8 : 4 })
        // Neither the picture of the step gone back to nor its checkpoint is made again, from chains that have diverged.
        let (picture, chains) = ("step-0000000\(checkpoint).png", "chains.safetensors")
        #expect(try folder.files(in: folder.samples)[picture] == free.files(in: free.samples)[picture])
        #expect(try folder.contents(ofStep: checkpoint)[chains] == free.contents(ofStep: checkpoint)[chains])
    }

    @Test func `a rollback from the first step stops the run`() throws {
        let arguments = Self.growing + ["guard.policy=rollback", "guard.maximumGap=1e-9", "checkpoint.every=1"]
        let stopped = failure { try ScratchRun.train(arguments, in: scratch.run()) }
        #expect(stopped?.kind == .numerical && stopped?.message.contains("no step before it to go back to") == true)
    }

    @Test(arguments: ["stop", "skip", "rollback"])
    func `an update that breaks the parameters never enters a checkpoint`(policy: String) throws {
        let folder = scratch.run()
        let stopped = failure {
            try ScratchRun.train(
                [
                    "guard.policy=\(policy)", "checkpoint.every=1", "checkpoint.keep=99", "optimizer.kind=sgd",
                    "optimizer.learningRate=3e38", "objective.energyRegularization=10",
                    "optimizer.warmupSteps=0", "run.steps=20",
                ], in: folder)
        }
        #expect(stopped?.kind == .numerical, "\(stopped?.message ?? "")")
        for step in try folder.steps() {
            let model = try TrainedModel(folder, step: .step(step), weights: .current)
            #expect(model.parameters.allSatisfy { $0.isFinite }, "step \(step)")
        }
    }

    @Test func `chains that leave all bounds are left out under skip until there are too many, and the run then stops`() throws {
        let folder = scratch.run()
        let lines = ScratchRun.Lines()
        let stopped = failure {
            // x <- x - 1e9 x/4 + ...: infinite after a few of the 20 sampler steps, in every chain and every training step.
            var run = TrainingRun(
                configuration: try ScratchRun.configuration([
                    "guard.policy=skip", "sampler.stepSize=1e9", "sampler.steps=20", "run.steps=50",
                ]),
                folder: folder, isQuiet: true)
            run.listener = { lines.append($0) }
            try run.run(SoloCommunicator())
        }
        #expect(
            stopped?.kind == .numerical && stopped?.message.contains("not finite") == true && stopped?.message.contains("after 10") == true)
        #expect(lines.all.filter { $0.contains("the update is left out") }.count == 10)
    }

    @Test(arguments: [(1, 1), (3, 3), (0, 4)])
    func `ranks that hold different parameters are found after replicaCheckEvery steps`(every: Int, expected: Int) throws {
        let folder = scratch.run()
        let found = failure {
            _ = try ThreadRanks.run(2) { communicator in
                // One rank sums floats that differ in the last bits: as a machine would that computes wrongly.
                let wrong = communicator.rank == 1 ? WrongSums(communicator) : communicator
                try ScratchRun.train(
                    ["guard.replicaCheckEvery=\(every)", "run.reduction=float", "checkpoint.every=4"], in: folder, on: wrong)
            }
        }
        #expect(
            found?.kind == .numerical && found?.message.contains("step \(expected): the ranks hold different parameters") == true,
            "\(found?.message ?? "")")
        #expect(try folder.steps() == [])
    }
}

/// A rank whose sums of floats are wrong in one bit.
private final class WrongSums: Communicator {
    private let right: any Communicator

    init(_ right: any Communicator) { self.right = right }

    var rank: Int { right.rank }
    var size: Int { right.size }
    var node: NodeInfo { right.node }
    var nodes: NodeMap { right.nodes }
    var traffic: Traffic { right.traffic }
    var progress: ProgressBoard { right.progress }
    var agreedFailure: Failure? {
        get { right.agreedFailure }
        set { right.agreedFailure = newValue }
    }

    func sum(_ values: inout [Float]) throws(Failure) {
        try right.sum(&values)
        values[0] = values[0].nextUp
    }

    func barrier() throws(Failure) { try right.barrier() }
    func sum(_ values: inout [Int64]) throws(Failure) { try right.sum(&values) }
    func sum(_ values: inout [Int64], slices: SliceLayout) throws(Failure) { try right.sum(&values, slices: slices) }
    func gather(_ values: inout [Float], slices: SliceLayout) throws(Failure) { try right.gather(&values, slices: slices) }
    func maximum(_ values: inout [Double]) throws(Failure) { try right.maximum(&values) }
    func minimum(_ values: inout [Double]) throws(Failure) { try right.minimum(&values) }
    func broadcast(_ bytes: inout [UInt8], from root: Int) throws(Failure) { try right.broadcast(&bytes, from: root) }
    func gather(_ mine: [Double], perShard: Int, layout: ShardLayout) throws(Failure) -> [Double] {
        try right.gather(mine, perShard: perShard, layout: layout)
    }
    func beginExchange(_ bytes: [UInt8], sending: [Int], receiving: [Int]) throws(Failure) -> any PendingExchange {
        try right.beginExchange(bytes, sending: sending, receiving: receiving)
    }
    func write(_ pieces: [FilePiece], to path: String, size: Int) throws(Failure) { try right.write(pieces, to: path, size: size) }
    func abort(_ failure: Failure) -> Never { right.abort(failure) }
}

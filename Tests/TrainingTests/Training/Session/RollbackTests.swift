import Configuration
import Distributed
import Failures
import Foundation
import Testing
import Training

/// A run with rollbacks: stops, kills and the interval of checkpoints leave no trace.
struct RollbackTests {
    let scratch = ScratchFolder()

    /// As `TrainingRunTests.growing`: the error of w is multiplied by 1 - .41 η a step. With η = 8 it shrinks once the learning rate is halved; with 16 and 32
    /// it goes on growing.
    private static func arguments(learningRate: Int, gap: Double?) -> [String] {
        ContrastiveDivergenceTests.linear + [
            "objective.kind=cd", "sampler.steps=5", "sampler.stepSize=0.1", "optimizer.learningRate=\(learningRate)", "run.steps=14",
            "report.every=1", "guard.policy=rollback", "guard.rollbackEvery=3", "guard.maximumGap=\(gap.map { "\($0)" } ?? "null")",
        ]
    }

    /// What a run comes to: the files of its last checkpoint, what its guard remembers, and its log without times.
    private struct Result: Equatable {
        let files: [String: [UInt8]]
        let state: GuardState
        let lines: [String]
    }

    private func result(_ folder: RunFolder) throws -> Result {
        var files = try folder.contents(ofStep: 14)
        let manifest = try JSONDecoder().decode(Manifest.self, from: Data(files["manifest.json"] ?? []))
        files["manifest.json"] = nil
        let lines = try folder.reports().map { report in
            var report = report
            (report.seconds, report.wallSeconds, report.rankSeconds, report.chainStepsPerSecond, report.evaluationsPerSecond) = (
                [:], nil, nil, nil, 0
            )
            return try report.line()
        }
        return Result(files: files, state: manifest.guardState, lines: lines)
    }

    /// An undisturbed run, whose guard acts when the gap has grown for some steps.
    private func reference(learningRate: Int) throws -> (arguments: [String], folder: RunFolder, told: [String]) {
        let (free, whole) = (scratch.run("free"), scratch.run("whole"))
        try ScratchRun.train(Self.arguments(learningRate: learningRate, gap: nil) + ["run.steps=9"], in: free)
        let gaps = try free.reports().map { abs($0.energyGap ?? .nan) }
        let arguments = Self.arguments(learningRate: learningRate, gap: (gaps[6] + gaps[7]) / 2)
        return (arguments, whole, try ScratchRun.train(arguments, in: whole).filter { $0.contains("back to step") })
    }

    @Test(arguments: [(8, [6]), (32, [6, 3])])
    func `stops at every step, kills, other ranks and other intervals of checkpoints give the same bits`(_ rate: Int, _ targets: [Int])
        throws
    {
        let (arguments, whole, told) = try reference(learningRate: rate)
        let expected = try result(whole)
        #expect(zip(told, targets).allSatisfy { $0.contains("back to step \($1) ") } && told.count == targets.count, "\(told)")
        #expect(expected.state.rollbacks == targets.count && expected.state.returnedTo == targets.last)
        #expect(expected.lines.count == 14)

        for interval in ["checkpoint.every=1", "checkpoint.every=5"] {
            let folder = scratch.run(interval)
            try ScratchRun.train(arguments + [interval], in: folder)
            #expect(try result(folder) == expected, "\(interval)")
        }
        let ranks = scratch.run("ranks")
        _ = try ThreadRanks.run(3) { try ScratchRun.train(arguments, in: ranks, on: $0) }
        #expect(try result(ranks) == expected)

        // Every start makes one step and stops, and some are killed: what they saved last is gone.
        let stopped = scratch.run("stopped")
        var starts = 0
        while try stopped.steps().first != 14, starts < 100 {
            starts += 1
            do { try ScratchRun.train(arguments + ["run.maxHours=1e-9"], in: stopped) } catch let error as Failure {
                guard error.kind == .requeue else { throw error }
            }
            let steps = try stopped.steps()
            if starts % 7 == 0, let newest = steps.first, newest % 3 != 0 {
                try FileManager.default.removeItem(atPath: stopped.checkpoint(newest))
            }
        }
        #expect(try result(stopped) == expected, "\(starts) starts")
    }

    @Test func `step 0 and the newest two points are kept, whatever checkpoint.keep says`() throws {
        let (arguments, _, _) = try reference(learningRate: 8)
        let folder = scratch.run("kept")
        for (end, kept) in [(2, [2, 1, 0]), (5, [5, 4, 3, 0]), (6, [6, 5, 3])] {
            try ScratchRun.train(arguments + ["checkpoint.every=1", "run.steps=\(end)"], in: folder)
            #expect(try folder.steps() == kept, "at \(end)")
        }
    }

    @Test(arguments: [1, 2]) func `a damaged or missing point ends the run and names it, and once it is removed the run recomputes it`(
        _ ranks: Int
    ) throws {
        let (arguments, whole, told) = try reference(learningRate: 8)
        let point = try #require(told.first?.firstMatch(of: /back to step (\d+)/).flatMap { Int($0.1) })
        let folder = scratch.run("damaged")
        try ScratchRun.train(arguments + ["run.steps=\(point + 1)"], in: folder)
        let path = "\(folder.checkpoint(point))/chains.safetensors"
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: path))
        let refused = failure { _ = try ThreadRanks.run(ranks) { try ScratchRun.train(arguments, in: folder, on: $0) } }
        #expect(refused?.kind == .checkpoint && refused?.message.contains(path) == true, "\(refused?.message ?? "")")
        #expect(refused?.message.contains("Remove it and the newer ones") == true)
        for step in try folder.steps() where step >= point { try FileManager.default.removeItem(atPath: folder.checkpoint(step)) }
        _ = try ThreadRanks.run(ranks) { try ScratchRun.train(arguments, in: folder, on: $0) }
        #expect(try result(folder) == result(whole))
    }

    @Test func `guard.rollbackEvery is part of the mathematics, and runs of programs without it go on`() throws {
        let plain = try ScratchRun.configuration(["guard.policy=rollback"]).mathematics()
        #expect(!plain.contains("rollbackEvery"))
        #expect(try ScratchRun.configuration(["guard.policy=rollback", "guard.rollbackEvery=7"]).mathematics() != plain)
        expectRefusal(["guard.rollbackEvery = 7", "guard.policy"]) { _ = try ScratchRun.configuration(["guard.rollbackEvery=7"]) }
    }
}

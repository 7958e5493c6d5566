import Commands
import Distributed
import Failures
import Foundation
import Learning
import Measures
import Numerics
import Sampling
import Testing
import Training

/// evaluation.jsonl of a run: its steps, its values, stops and ranks.
@Suite struct IntervalEvaluationTests {
    let scratch = ScratchFolder()

    private static let quiet = ["report.every=100"]
    private static let interval = ["evaluate.every=3", "evaluate.count=20"] + quiet

    /// Vectors of three values: a run without density. Measures of a density of the plane take a second.
    private func numbers(_ more: [String] = Self.interval) throws -> [String] {
        let rows = (0..<60).map { "\(Double($0 % 7) / 7),\(Double($0 % 5) / 5),\(Double($0 % 3) / 3)" }
        let path = "\(scratch.path)/numbers.csv"
        try Data(rows.joined(separator: "\n").utf8).write(to: URL(filePath: path))
        return more + ["data.source=\(path)"]
    }

    private func lines(_ folder: RunFolder) throws -> [EvaluationLine] {
        try String(contentsOfFile: folder.evaluation, encoding: .utf8).split(separator: "\n").map {
            try JSONDecoder().decode(EvaluationLine.self, from: Data($0.utf8))
        }
    }

    private func timeless(_ lines: [EvaluationLine]) -> [EvaluationLine] {
        lines.map { line in
            var line = line
            line.trainingSeconds = 0
            return line
        }
    }

    @Test func `lines come at their interval and at the end, with what the run has cost so far`() throws {
        let folder = scratch.run()
        try ScratchRun.train(try numbers(), in: folder)
        let found = try lines(folder)
        #expect(found.map(\.step) == [3, 6, 8])
        // 4 shards of 6 chains, each with 4 Langevin steps, and the gradient at as many data rows and negatives.
        #expect(found.map(\.energyEvaluations) == [3, 6, 8].map { $0 * 24 * (4 + 2) })
        #expect(found.allSatisfy { $0.plane == nil && $0.samples?.count == 20 && $0.samples?.notFinite == 0 })
        #expect(zip(found, found.dropFirst()).allSatisfy { $0.trainingSeconds < $1.trainingSeconds } && found[0].trainingSeconds > 0)
        #expect(Set(found.map { $0.samples?.slicedWasserstein }).count == 3)
        // Sixty rows, and twenty chains.
        #expect(found.allSatisfy { $0.smoothness?.data.points == 60 && $0.smoothness?.samples?.points == 20 })
        #expect(Set(found.map { $0.smoothness?.data.gradient }).count == 3)
    }

    @Test(arguments: ["pcd", "cd"]) func `every number of ranks writes the same measures, and so does a run that was stopped`(
        objective: String
    ) throws {
        let arguments = try numbers() + ["objective.kind=\(objective)"]
        let (whole, split) = (scratch.run("whole"), scratch.run("split"))
        try ScratchRun.train(arguments, in: whole)
        let expected = timeless(try lines(whole))
        for ranks in [2, 3] {
            let folder = scratch.run("on-\(ranks)")
            _ = try ThreadRanks.run(ranks) { try ScratchRun.train(arguments, in: folder, on: $0) }
            #expect(try timeless(lines(folder)) == expected, "\(ranks) ranks")
        }
        try ScratchRun.train(arguments + ["run.steps=6"], in: split)
        let before = try lines(split)
        try ScratchRun.train(arguments, in: split)
        #expect(try timeless(lines(split)) == expected)
        // The clock goes on where it stopped.
        #expect(try lines(split)[2].trainingSeconds > before[1].trainingSeconds)
    }

    @Test func `what was written after the checkpoint is cut off and written again`() throws {
        let folder = scratch.run()
        let arguments = try numbers()
        try ScratchRun.train(arguments, in: folder)
        let expected = timeless(try lines(folder))
        // As if killed before the checkpoint of step 8; that of step 4 remains.
        try FileManager.default.removeItem(atPath: folder.checkpoint(8))
        try ScratchRun.train(arguments, in: folder)
        #expect(try timeless(lines(folder)) == expected)
        // Also by a run that evaluates no more.
        try FileManager.default.removeItem(atPath: folder.checkpoint(8))
        try ScratchRun.train(try numbers(Self.quiet), in: folder)
        #expect(try timeless(lines(folder)) == Array(expected.prefix(1)))
    }

    @Test func `the chains that are looked at are evenly chosen from every shard's buffer`() throws {
        let trainer = try ScratchRun.trainer()
        let found = try EvaluationChains(trainer.plan).gather(trainer, count: 15)
        // 4 chains of each of 4 shards, which hold 12.
        let (row, dither) = (Matrix(rows: 1, columns: 2), RandomStream(seed: 1, purpose: .test, step: 0, index: 0))
        let expected = try trainer.shards.flatMap { shard in
            try [0, 3, 6, 9].flatMap { slot in
                try #require(shard.replay).read(slot, into: row, dither: dither, from: 0)
                return row.values
            }
        }
        #expect(found.rows == 16 && found.values == expected)
    }

    @Test func `evaluations change nothing else, may begin later, and are off by default`() throws {
        let (plain, folder) = (scratch.run("plain"), scratch.run())
        let arguments = try numbers(Self.quiet)
        try ScratchRun.train(arguments, in: plain)
        #expect(try !RunFolder.isFile(plain.evaluation))
        try ScratchRun.train(arguments + ["run.steps=4"], in: folder)
        try ScratchRun.train(try numbers(), in: folder)
        #expect(try lines(folder).map(\.step) == [6, 8])
        for name in ["model.safetensors", "optimizer.safetensors", "chains.safetensors"] {
            #expect(try folder.contents(ofStep: 8)[name] == plain.contents(ofStep: 8)[name])
        }
    }

    @Test func `an objective without chains has only the measures of the energy`() throws {
        let folder = scratch.run()
        try ScratchRun.train(
            ["data.source=8gaussians", "objective.kind=denoisingScore", "evaluate.every=8", "model.widths=[4]", "chains.buffer=null"],
            in: folder)
        let line = try #require(try lines(folder).last)
        #expect(line.samples == nil && line.plane?.coverage == nil && (line.plane?.fit.squaredError ?? 0) > 0)
        #expect((line.smoothness?.data.gradient ?? 0) > 0 && line.smoothness?.samples == nil)
    }

    @Test func `data that nothing can be compared with are refused before the first step`() throws {
        let path = "\(scratch.path)/same.csv"
        let row = Array(repeating: "0.5", count: 65).joined(separator: ",")
        try Data("\(row)\n\(row)\n\(row)\n".utf8).write(to: URL(filePath: path))
        let folder = scratch.run()
        let arguments = ["data.source=\(path)", "data.standardize=false"]
        let refused = failure { try ScratchRun.train(arguments + Self.interval, in: folder) }
        #expect(refused?.kind == .data && refused?.message.contains("components") == true, "\(refused?.message ?? "")")
        #expect(try folder.steps() == [] && folder.reports().isEmpty)
        try ScratchRun.train(arguments, in: folder)
    }

    @Test func `for a density of the plane the last line has the measures of evaluate`() throws {
        let folder = scratch.run()
        try ScratchRun.train(
            ["data.source=8gaussians", "evaluate.every=8", "evaluate.count=1000", "optimizer.average=0.5", "model.widths=[4]"], in: folder)
        let newest = try #require(try lines(folder).last)
        let line = try #require(newest.plane)
        let output = "\(scratch.path)/measures.json"
        _ = try EvaluateCommand(folder: folder.path, output: output).run(SoloCommunicator())
        let report = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: output))) as? [String: Any])
        let measured = try #require(report["measures"] as? [String: Any])
        let measures = try JSONDecoder().decode(PlaneEvaluation.self, from: JSONSerialization.data(withJSONObject: measured))
        // All 48 chains of the buffer are looked at by both.
        #expect(line == measures && line.coverage?.samples == 48)
        let smoothness = try JSONDecoder().decode(
            EnergySmoothness.self, from: JSONSerialization.data(withJSONObject: try #require(report["smoothness"])))
        #expect(newest.smoothness?.data == smoothness.data && newest.smoothness?.between == smoothness.between)
        #expect(smoothness.samples != nil)
    }
}

import Commands
import Configuration
import Datasets
import Distributed
import Failures
import Foundation
import Numerics
import Testing
import Training

/// Held-out rows of a run, the best checkpoint by a measure, and runs that end early.
@Suite struct ValidationTests {
    let scratch = ScratchFolder()

    private static let bits = ["model.safetensors", "optimizer.safetensors", "chains.safetensors"]

    private func file(_ name: String, _ rows: [Int]) throws -> String {
        let path = "\(scratch.path)/\(name)"
        let text = rows.map { "\(Double($0 * 29 % 17) / 17),\(Double($0 * 11 % 5) / 5)" }.joined(separator: "\n")
        try Data(text.utf8).write(to: URL(filePath: path))
        return path
    }

    private func arguments(_ more: [String]) throws -> [String] {
        let isEvaluated = more.contains { $0.hasPrefix("evaluate.every") }
        return ["data.source=\(try file("data.csv", Array(0..<60)))"] + (isEvaluated ? ["evaluate.count=20"] : []) + more
    }

    private func lines(_ folder: RunFolder) throws -> [[String: Any]] {
        try String(contentsOfFile: folder.evaluation, encoding: .utf8).split(separator: "\n").map { line in
            var values = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            values["trainingSeconds"] = nil
            return values
        }
    }

    private func texts(_ folder: RunFolder) throws -> [String] {
        try lines(folder).map { String(decoding: try JSONSerialization.data(withJSONObject: $0, options: .sortedKeys), as: UTF8.self) }
    }

    @Test func `reports and evaluations compare energies of held-out rows with those of rows that were trained on`() throws {
        let folder = scratch.run()
        let arguments = try arguments(["data.validation=0.25", "evaluate.every=4", "optimizer.average=null"])
        let said = try ScratchRun.train(arguments, in: folder)
        #expect(said.contains { $0.contains("45 rows of") && $0.contains("15 further rows held out") }, "\(said)")
        let plan = try ScratchRun.trainer(arguments).plan
        #expect(plan.source.dataset?.count == 45 && plan.heldOut?.dataset?.count == 15)
        // As many of both, under the parameters of the checkpoint, by another way.
        let trained = try TrainedModel(folder, step: 8, weights: .current)
        func energies(_ rows: [Float]) -> [Double] {
            let scores = RowScores(energy: trained.model, weights: trained.prepared())
            return scores.scores(of: Matrix(rows: rows.count / 2, columns: 2, rows), tile: 0).map { $0[0] }
        }
        let report = try #require(try folder.reports().last?.validation)
        guard case .floats(let rows)? = plan.heldOut?.dataset?.values else { return #expect(Bool(false), "no rows are held out") }
        let found = energies(rows)
        #expect(abs(report.heldOut - found.reduce(0, +) / 15) < 1e-5)
        #expect(abs(report.gap - (report.heldOut - report.training)) < 1e-12 && report.gapError > 0 && report.training != report.heldOut)
        #expect(try folder.reports().allSatisfy { $0.validation != nil })
        let line = try #require(try lines(folder).last?["validation"] as? [String: [String: Double]])
        #expect(line["energies"]?["heldOut"].map { abs($0 - report.heldOut) < 1e-12 } == true)
        #expect((line["samples"]?["slicedWasserstein"] ?? 0) > 0 && line["samples"]?["count"] == 20)
    }

    @Test func `every number of ranks measures the same, and so does a run that was killed and continued`() throws {
        let arguments = try arguments([
            "data.validation=0.2", "evaluate.every=2", "optimizer.average=0.5", "checkpoint.keepBest=frechetDistance",
        ])
        let whole = scratch.run("whole")
        try ScratchRun.train(arguments, in: whole)
        let (expected, reports) = (try texts(whole), try whole.timelessLines())
        for ranks in [2, 3] {
            let folder = scratch.run("on-\(ranks)")
            _ = try ThreadRanks.run(ranks) { try ScratchRun.train(arguments, in: folder, on: $0) }
            #expect(try texts(folder) == expected && folder.timelessLines() == reports && folder.steps() == whole.steps(), "\(ranks) ranks")
        }
        let steps = try whole.steps()
        try FileManager.default.removeItem(atPath: whole.checkpoint(8))
        try ScratchRun.train(arguments, in: whole)
        #expect(try texts(whole) == expected && whole.timelessLines() == reports && whole.steps() == steps)
    }

    @Test func `rows of a file of their own change no bit of the training, and must conform`() throws {
        let (plain, folder) = (scratch.run("plain"), scratch.run())
        try ScratchRun.train(try arguments([]), in: plain)
        let held = try file("held.csv", Array(100..<120))
        try ScratchRun.train(try arguments(["data.validation=\(held)"]), in: folder)
        #expect(try folder.reports().allSatisfy { $0.validation != nil })
        for name in Self.bits { #expect(try folder.contents(ofStep: 8)[name] == plain.contents(ofStep: 8)[name]) }
        let wide = "\(scratch.path)/wide.csv"
        try Data("1,2,3\n4,5,6\n".utf8).write(to: URL(filePath: wide))
        let refused = failure { try ScratchRun.train(try arguments(["data.validation=\(wide)"]), in: scratch.run("wide")) }
        #expect(refused?.kind == .data && refused?.message.contains("data.validation \(wide)") == true, "\(refused?.message ?? "")")
    }

    @Test func `a share of a density is refused, and so is another share when a run continues`() throws {
        let density = failure { try ScratchRun.train(["data.validation=0.1"], in: scratch.run("density")) }
        #expect(density?.kind == .configuration && density?.message.contains("fresh rows") == true, "\(density?.message ?? "")")
        let folder = scratch.run()
        try ScratchRun.train(try arguments(["data.validation=0.2"]), in: folder)
        let other = failure { try ScratchRun.train(try arguments(["data.validation=0.3", "run.steps=12"]), in: folder) }
        #expect(other?.kind == .runFolder && other?.message.contains("data.validation: the run folder has 0.2, asked for 0.3") == true)
        // Commands find the rows that were trained on among the data.
        let output = "\(scratch.path)/m.json"
        _ = try EvaluateCommand(folder: folder.path, count: 8, output: output).run(SoloCommunicator())
        #expect(try String(contentsOfFile: output, encoding: .utf8).contains("slicedWasserstein"))
    }

    /// A run whose samples become worse: the step size is far too large from the start.
    private func worsening(_ more: [String]) throws -> [String] {
        try arguments(
            ["evaluate.every=1", "checkpoint.every=1", "run.steps=8", "optimizer.learningRate=0.5", "optimizer.warmupSteps=0"] + more)
    }

    /// The evaluation with the least distance.
    private func best(_ folder: RunFolder) throws -> Int {
        let values = try lines(folder).map {
            (($0["samples"] as? [String: Double])?["slicedWasserstein"] ?? .infinity, $0["step"] as? Int ?? 0)
        }
        return try #require(values.min { $0.0 < $1.0 }?.1)
    }

    @Test func `the best checkpoint by a measure stays, and commands open it by that name`() throws {
        let folder = scratch.run()
        let arguments = try worsening(["checkpoint.keepBest=slicedWasserstein"])
        try ScratchRun.train(arguments, in: folder)
        let best = try best(folder)
        #expect(best < 7, "the best one would be among the newest")
        #expect(try folder.steps() == [8, 7, best])
        #expect(try TrainedModel(folder, step: .best).step == best)
        let told = try SampleCommand(folder: folder.path, step: .best, count: 4, output: "\(scratch.path)/s.npy").run(SoloCommunicator())
        #expect(told.contains("step \(best)"))
        // As if killed before the last checkpoints: what was best is known to those that are left.
        for step in [7, 8] { try FileManager.default.removeItem(atPath: folder.checkpoint(step)) }
        try ScratchRun.train(arguments, in: folder)
        #expect(try folder.steps() == [8, 7, best])
        let plain = scratch.run("plain")
        try ScratchRun.train(try worsening([]), in: plain)
        for name in Self.bits { #expect(try folder.contents(ofStep: 8)[name] == plain.contents(ofStep: 8)[name]) }
        let none = failure { _ = try TrainedModel(plain, step: .best) }
        #expect(none?.kind == .missingInput && none?.message.contains("checkpoint.keepBest") == true)
    }

    @Test func `a run without patience left ends in words, is finished when it is started again, and goes on with more patience`() throws {
        let (folder, whole) = (scratch.run(), scratch.run("whole"))
        let kept = ["checkpoint.keepBest=slicedWasserstein"]
        try ScratchRun.train(try worsening(kept), in: whole)
        let best = try best(whole)
        #expect(best <= 5)
        let said = try ScratchRun.train(try worsening(kept + ["run.patience=2"]), in: folder)
        #expect(said.last?.contains("stopped early, at step \(best + 2) of 8") == true, "\(said.last ?? "")")
        #expect(said.last?.contains("run.patience=4") == true && said.last?.contains(folder.checkpoint(best)) == true)
        #expect(try folder.steps().first == best + 2 && RunFolder.isFile(folder.sample(best + 2)))
        let again = try ScratchRun.train(try worsening(kept + ["run.patience=2"]), in: folder)
        #expect(again.last?.hasPrefix("finished: stopped early, at step \(best + 2) of 8") == true, "\(again.last ?? "")")
        #expect(try folder.steps().first == best + 2)
        try ScratchRun.train(try worsening(kept + ["run.patience=null"]), in: folder)
        for name in Self.bits { #expect(try folder.contents(ofStep: 8)[name] == whole.contents(ofStep: 8)[name]) }
    }

    @Test func `a measure that a run has not is refused before the first step, and samples are drawn where training leaves none`() throws {
        let folder = scratch.run()
        let plane = failure {
            try ScratchRun.train(try arguments(["evaluate.every=4", "checkpoint.keepBest=divergence"]), in: folder)
        }
        #expect(plane?.kind == .configuration && plane?.message.contains("density of the plane") == true, "\(plane?.message ?? "")")
        #expect(try folder.steps() == [])
        let score = scratch.run("score")
        try ScratchRun.train(
            try arguments(
                ["objective.kind=denoisingScore", "objective.noise=0.5", "chains.buffer=null", "evaluate.every=4", "data.validation=0.2"]),
            in: score)
        let line = try #require(try lines(score).last?["validation"] as? [String: [String: Double]])
        #expect((line["samples"]?["slicedWasserstein"] ?? 0) > 0 && line["energies"] != nil)
    }

    private static let score = ["objective.kind=denoisingScore", "objective.noise=0.5", "chains.buffer=null", "data.validation=0.2"]

    /// The losses of held-out rows, by step.
    private func losses(_ folder: RunFolder) throws -> [(step: Int, mean: Double, error: Double)] {
        try lines(folder).map { line in
            let found = try #require((line["validation"] as? [String: Any])?["loss"] as? [String: Double])
            return (try #require(line["step"] as? Int), try #require(found["mean"]), try #require(found["error"]))
        }
    }

    /// mean σ²/2 |∇E(y) - ξ/σ|² of a tile of rows, y = x + σ ξ, the slopes by differences.
    private func scoreLoss(_ energies: RowScores, _ rows: Matrix, _ noise: Matrix) -> Double {
        let (deviation, width): (Float, Float) = (0.5, 0.01)
        let noised = Matrix(rows: rows.rows, columns: 2, zip(rows.values, noise.values).map { $0 + deviation * $1 })
        var sum = 0.0
        for column in 0..<2 {
            func moved(_ distance: Float) -> [Double] {
                let values = noised.values.enumerated().map { $0 % 2 == column ? $1 + distance : $1 }
                return energies.scores(of: Matrix(rows: rows.rows, columns: 2, values), tile: 0).map { $0[0] }
            }
            let (above, below) = (moved(width), moved(-width))
            for row in 0..<rows.rows {
                let slope = (above[row] - below[row]) / Double(2 * width)
                let error = slope - Double(noise[row, column] / deviation)
                sum += Double(deviation * deviation) / 2 * error * error
            }
        }
        return sum / Double(rows.rows)
    }

    @Test func `the objective's loss of held-out rows is that of the averaged parameters with the same noise at every evaluation`() throws {
        let folder = scratch.run()
        let arguments = try arguments(Self.score + ["evaluate.every=4", "data.noise=0", "optimizer.average=0.5"])
        try ScratchRun.train(arguments, in: folder)
        let plan = try ScratchRun.trainer(arguments).plan
        let trained = try TrainedModel(folder, step: 8, weights: .average)
        let energies = RowScores(energy: trained.model, weights: trained.prepared())
        let (seed, heldOut) = (plan.configuration.run.seed, try #require(plan.heldOut))
        let stream = try DataStream(source: heldOut, seed: seed, shards: 1, rowsPerShard: 6)
        // Twelve rows in tiles of six: eight times each.
        let tiles = (0..<16).map { tile -> Double in
            let (rows, noise) = (Matrix(rows: 6, columns: 2), Matrix(rows: 6, columns: 2))
            stream.fill(rows, step: tile, shard: 0)
            RandomStream(seed: seed, purpose: .scoreNoise, step: tile, index: 0).fillNormals(noise)
            return scoreLoss(energies, rows, noise)
        }
        let mean = tiles.reduce(0, +) / 16
        let error = (tiles.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (16 * 15)).squareRoot()
        let found = try #require(try losses(folder).last)
        // Slopes by differences of floats have 1e-5 of the energies, which are below 10.
        #expect(found.step == 8 && abs(found.mean - mean) < 1e-3 * mean && abs(found.error - error) < 1e-2 * error, "\(found), \(mean)")
    }

    @Test func `runs end by the loss of held-out rows without samples, alike on any number of ranks and after a kill`() throws {
        let more = Self.score + ["checkpoint.keepBest=heldOutLoss", "optimizer.average=0.5", "run.steps=12"]
        let whole = scratch.run("whole")
        try ScratchRun.train(try worsening(more), in: whole)
        let all = try losses(whole)
        #expect(all.count == 12)
        #expect(try lines(whole).allSatisfy { $0["samples"] == nil && ($0["validation"] as? [String: Any])?["samples"] == nil })
        let arguments = try worsening(more + ["run.patience=2"])
        let folder = scratch.run()
        let said = try ScratchRun.train(arguments, in: folder)
        let end = try #require(try folder.steps().first)
        #expect(said.last?.contains("stopped early, at step \(end) of 12") == true, "\(said.last ?? "")")
        let first = try losses(folder)
        let least = try #require(first.min { $0.mean < $1.mean })
        #expect(end == least.step + 2 && end < 12 && first.map(\.mean) == all.prefix(end).map(\.mean))
        #expect(try TrainedModel(folder, step: .best).step == least.step)
        let expected = try texts(folder)
        for ranks in [2, 3, 4] {
            let shared = scratch.run("on-\(ranks)")
            _ = try ThreadRanks.run(ranks) { try ScratchRun.train(arguments, in: shared, on: $0) }
            #expect(try texts(shared) == expected && shared.steps() == folder.steps(), "\(ranks) ranks")
        }
        try FileManager.default.removeItem(atPath: folder.checkpoint(end))
        try ScratchRun.train(arguments, in: folder)
        #expect(try texts(folder) == expected)
    }

    @Test(arguments: [
        ["objective.kind=pcd", "data.validation=0.2"], ["objective.kind=denoisingScore", "objective.noise=0.5", "chains.buffer=null"],
    ]) func `a loss that is not one of held-out rows is refused before the first step`(arguments: [String]) throws {
        let folder = scratch.run()
        let refused = failure {
            try ScratchRun.train(try self.arguments(arguments + ["evaluate.every=4", "checkpoint.keepBest=heldOutLoss"]), in: folder)
        }
        let found = arguments.count == 2 ? "found objective.kind = \"pcd\"" : "found no held-out rows"
        #expect(refused?.kind == .configuration && refused?.message.contains(found) == true, "\(refused?.message ?? "")")
        #expect(try folder.steps() == [])
    }
}

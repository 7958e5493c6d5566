import Commands
import Distributed
import Formats
import Foundation
import Learning
import Numerics
import Testing
import Training

/// Diagnostics during training and by `diagnose`.
@Suite struct DiagnosticsRunTests {
    let scratch = ScratchFolder()

    private static let window = ["diagnostics.every=3", "diagnostics.draws=10", "diagnostics.chains=2"]

    /// The lines of metrics.jsonl without what depends on time.
    private func lines(_ folder: RunFolder) throws -> [String] {
        try String(contentsOfFile: folder.metrics, encoding: .utf8).split(separator: "\n").map { line in
            var values = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            for key in ["seconds", "chainStepsPerSecond", "evaluationsPerSecond"] { values[key] = nil }
            return String(decoding: try JSONSerialization.data(withJSONObject: values, options: .sortedKeys), as: UTF8.self)
        }
    }

    @Test(arguments: [["objective.kind=pcd"], ["objective.kind=short-run"], ["chains.storage=byte", "sampler.low=-2", "sampler.high=2"]])
    func `Diagnostics do not touch the training`(_ arguments: [String]) throws {
        let (with, without) = (scratch.run("with"), scratch.run("without"))
        try ScratchRun.train(arguments + Self.window, in: with)
        try ScratchRun.train(arguments, in: without)
        let (one, other) = (try with.contents(ofStep: 8), try without.contents(ofStep: 8))
        for name in ["model.safetensors", "optimizer.safetensors", "chains.safetensors"] { #expect(one[name] == other[name], "\(name)") }
        let reports = try with.reports()
        #expect(reports.filter { $0.diagnostics != nil }.map(\.step) == [3, 6])
        #expect(try without.reports().allSatisfy { $0.diagnostics == nil })
        let shared = reports.filter { $0.step % 2 == 0 }
        #expect(try without.reports().map(\.gradientNorm) == shared.map(\.gradientNorm))
        let digest = try #require(reports.first { $0.diagnostics != nil }?.diagnostics)
        #expect(digest.chains == 8 && digest.draws == 10 && digest.thin == 4 && (digest.rHat ?? 0) > 0.9 && digest.displacement > 0)
    }

    @Test func `Windows of too few draws have no R-hat and no effective sample sizes, and training and diagnose say why`() throws {
        let folder = scratch.run()
        let lines = try ScratchRun.train(["diagnostics.every=3", "diagnostics.draws=9", "diagnostics.chains=2"], in: folder)
        #expect(lines.count { $0.contains("warning, step 3") && $0.contains("diagnostics.draws = 9") } == 1, "\(lines)")
        let digest = try #require(try folder.reports().first { $0.diagnostics != nil }?.diagnostics)
        #expect(digest.rHat == nil && digest.bulkESS == nil && digest.tailESS == nil && digest.autocorrelationTime == nil)
        #expect(digest.displacement > 0 && digest.energyDrift.isFinite)
        let command = DiagnoseCommand(folder: folder.path, draws: 9, output: "\(scratch.path)/d.json")
        let text = try command.run(SoloCommunicator())
        #expect(text.contains("cannot be told from 9 draws of a chain"))
        let row = try #require(text.split(separator: "\n").first { $0.hasPrefix("energy") }).split(separator: " ")
        #expect(row[3...] == ["-", "-", "-", "-", "-", "-"], "\(row)")
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: "\(scratch.path)/d.json"))) as? [String: Any])
        let functionals = try #require((json["diagnostics"] as? [String: Any])?["functionals"] as? [[String: Any]])
        let energy = try #require(functionals[0]["summary"] as? [String: Any])
        #expect(energy["bulkESS"] is NSNull && energy["rHat"] is NSNull && energy["mean"] is Double)
    }

    @Test func `Every number of ranks and threads writes the same lines, and so does a run that was stopped`() throws {
        let arguments = Self.window + ["run.steps=10"]
        let (whole, split) = (scratch.run("whole"), scratch.run("split"))
        try ScratchRun.train(arguments, in: whole)
        let expected = try lines(whole)
        #expect(expected.count == 7)
        for ranks in [2, 3] {
            let folder = scratch.run("on-\(ranks)")
            _ = try ThreadRanks.run(ranks) { try ScratchRun.train(arguments + ["run.threads=2"], in: folder, on: $0) }
            #expect(try lines(folder) == expected, "\(ranks) ranks")
        }
        // Behind a report and a window, in the middle of the interval of the next ones.
        try ScratchRun.train(arguments + ["report.every=4", "run.steps=7"], in: split)
        try ScratchRun.train(arguments + ["report.every=4"], in: split)
        let other = scratch.run("other")
        try ScratchRun.train(arguments + ["report.every=4"], in: other)
        // The end of the first part has a line of its own.
        #expect(try lines(split).filter { !$0.contains("\"step\":7,") && !$0.contains("\"step\":7}") } == lines(other))
    }

    @Test func `Reports of runs with chains have health, others have none of it`() throws {
        let (chains, score) = (scratch.run("chains"), scratch.run("score"))
        try ScratchRun.train(in: chains)
        let report = try #require(try chains.reports().last)
        #expect(report.gapSignChanges != nil && (report.energySpread ?? 0) > 0 && (report.driftToNoise ?? 0) > 0)
        // 8 steps of 6 of 12 chains a shard: with chance 2^-8 a chain has never been drawn.
        #expect((report.bufferCoverage ?? 0) > 0.8)
        #expect(try #require(chains.reports()[0].bufferCoverage) < 1)
        // √mean|∇E|² a/(σ√d), σ = √(2a), d = 2, a = .05.
        let expected = try #require(report.chainGradientNorm) * 0.05 / (0.1.squareRoot() * 2.0.squareRoot())
        #expect(abs(try #require(report.driftToNoise) / expected - 1) < 1e-12)
        try ScratchRun.train(["objective.kind=sliced-score", "diagnostics.every=4"], in: score)
        let other = try #require(try score.reports().last)
        #expect(other.gapSignChanges == nil && other.energySpread == nil && other.driftToNoise == nil && other.diagnostics == nil)
        #expect(other.warnings == [])
    }

    /// Three numbers between 0 and 1, and steps with which chains lie at about 0 +- 3.3: sqrt(2 a) / sqrt(1 - (1 - a / 2²)²) for a = 5.
    private func leaving() throws -> [String] {
        let rows = (0..<60).map { "\(Double($0 % 7) / 7),\(Double($0 % 5) / 5),\(Double($0 % 3) / 3)" }
        let path = "\(scratch.path)/numbers.csv"
        try Data(rows.joined(separator: "\n").utf8).write(to: URL(filePath: path))
        return ["data.source=\(path)", "sampler.stepSize=5", "evaluate.every=3", "evaluate.count=20", "report.every=1", "run.steps=10"]
    }

    @Test func `Chains that leave the data are named in training, at its end, by diagnose and by evaluate, on any ranks and through stops`()
        throws
    {
        let arguments = try leaving()
        let (whole, split) = (scratch.run("whole"), scratch.run("split"))
        let told = try ScratchRun.train(arguments, in: whole)
        #expect(told.count { $0.contains("warning, step 1: the chains have left the data") } == 1, "\(told)")
        #expect(told.count { $0.contains("warning, step 3: the samples are farther from the data than noise is") } == 1, "\(told)")
        let end = try #require(told.last)
        #expect(end.contains("health   the chains have left the data"), "\(told)")
        #expect(end.contains("the samples are farther from the data than noise is"), "\(told)")
        let expected = try lines(whole)
        #expect(expected.count == 10 && expected.count { $0.contains("farther from the data") } == 8)
        for ranks in [2, 3] {
            let folder = scratch.run("on-\(ranks)")
            _ = try ThreadRanks.run(ranks) { try ScratchRun.train(arguments, in: folder, on: $0) }
            #expect(try lines(folder) == expected, "\(ranks) ranks")
        }
        // Between two evaluations; the end of the first part is one of its own, from which nothing goes on.
        try ScratchRun.train(arguments + ["run.steps=2"], in: split)
        try ScratchRun.train(arguments + ["run.steps=5"], in: split)
        try ScratchRun.train(arguments, in: split)
        #expect(try lines(split) == expected)

        let diagnosis = try DiagnoseCommand(folder: whole.path, draws: 20).run(SoloCommunicator())
        #expect(diagnosis.contains("bad:  the chains have left the data: x"), "\(diagnosis)")
        let evaluation = try EvaluateCommand(folder: whole.path, count: 20).run(SoloCommunicator())
        #expect(evaluation.contains("look: the samples are farther from the data than noise is"), "\(evaluation)")
        try FileManager.default.removeItem(atPath: "\(scratch.path)/numbers.csv")
        let without = try DiagnoseCommand(folder: whole.path, draws: 20).run(SoloCommunicator())
        #expect(without.contains("look: the training data are not here"), "\(without)")
    }

    @Test func `The places of the chains are those of the negatives`() throws {
        let trainer = try ScratchRun.trainer()
        let result = try trainer.step(stop: false)
        let values = trainer.shards.flatMap { $0.negatives.values.map { Double($0) } }
        #expect(abs(result.report.sampleValues - values.reduce(0, +)) < 1e-9 && values.count == 48)
        #expect(abs(result.report.squaredSampleValues - values.reduce(0) { $0 + $1 * $1 }) < 1e-9)
    }

    @Test func `Columns of a table have their names in diagnose`() throws {
        let scratch = ScratchFolder()
        let (table, folder) = ("\(scratch.path)/t.csv", scratch.run())
        let rows = (0..<20).map { "\($0 % 3),\($0 % 7)\n" }
        try AtomicFile.write(Array(("age,income\n" + rows.joined()).utf8), to: table)
        try ScratchRun.train(["data.source=\(table)", "data.noise=0"], in: folder)
        let text = try DiagnoseCommand(folder: folder.path, draws: 10, thin: 1, chains: 2).run(SoloCommunicator())
        let named = text.split(separator: "\n").map { $0.prefix { $0 != " " } }
        #expect(named.contains("age") && named.contains("income"), "\(text)")
    }

    @Test func `A warning is told once`() throws {
        let lines = try ScratchRun.train(
            ["sampler.low=-0.01", "sampler.high=0.01", "sampler.noise=1", "report.every=1"], in: scratch.run())
        let told = lines.filter { $0.contains("warning, step") && $0.contains("walls of the box") }
        #expect(told.count == 1)
        #expect(try scratch.run().reports().allSatisfy { ($0.warnings ?? []).contains { $0.contains("walls of the box") } })
    }

    @Test func `diagnose finds the window that training would have found, and writes files`() throws {
        let folder = scratch.run()
        // Without an average and with exact storage, both see the same chains and parameters.
        try ScratchRun.train(["optimizer.average=null", "run.steps=6", "report.every=6"] + Self.window, in: folder)
        let digest = try #require(try folder.reports().last?.diagnostics)
        let command = DiagnoseCommand(
            folder: folder.path, draws: 10, chains: 2, output: "\(scratch.path)/d.json", npy: "\(scratch.path)/c.npy",
            arviz: "\(scratch.path)/a.json")
        let text = try command.run(SoloCommunicator())
        #expect(text.contains("R-hat") && text.contains("in training:") && text.contains("4 shards x 2 chains, 10 draws"))
        struct Report: Decodable { let diagnostics: ChainDiagnostics }
        let found = try JSONDecoder().decode(Report.self, from: Data(contentsOf: URL(filePath: "\(scratch.path)/d.json"))).diagnostics
            .digest
        #expect(found.displacement == digest.displacement && found.energyDrift == digest.energyDrift && found.rHat == digest.rHat)
    }
}

import Commands
import Distributed
import Foundation
import Learning
import Numerics
import Testing
import Training

/// The health that lines of a run say.
struct HealthReporterTests {
    let scratch = ScratchFolder()

    @Test func `reports of runs with chains have health, others have none of it`() throws {
        let (chains, score) = (scratch.run("chains"), scratch.run("score"))
        try ScratchRun.train(in: chains)
        let report = try #require(try chains.reports().last)
        #expect(report.gapSignChanges != nil && (report.energySpread ?? 0) > 0 && (report.driftToNoise ?? 0) > 0)
        // 8 steps of 6 of 12 chains a shard: with chance 2^-8 a chain has never been drawn.
        #expect((report.bufferCoverage ?? 0) > 0.8)
        #expect(try #require(chains.reports()[0].bufferCoverage) < 1)
        // √mean|∇E|² a/(σ√d), σ = √(2a), d = 2, a = .05, both as floats.
        let expected = try #require(report.chainGradientNorm) * 0.05 / (0.1.squareRoot() * 2.0.squareRoot())
        #expect(abs(try #require(report.driftToNoise) / expected - 1) < 1e-6)
        try ScratchRun.train(["objective.kind=slicedScore", "diagnostics.every=4"], in: score)
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

    @Test func `chains that leave the data are named in training, at its end, by diagnose and by evaluate, on any ranks and through stops`()
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
        let expected = try whole.timelessLines()
        #expect(expected.count == 10 && expected.count { $0.contains("farther from the data") } == 8)
        for ranks in [2, 3] {
            let folder = scratch.run("on-\(ranks)")
            _ = try ThreadRanks.run(ranks) { try ScratchRun.train(arguments, in: folder, on: $0) }
            #expect(try folder.timelessLines() == expected, "\(ranks) ranks")
        }
        // Between two evaluations; the end of the first part is one of its own, from which nothing goes on.
        try ScratchRun.train(arguments + ["run.steps=2"], in: split)
        try ScratchRun.train(arguments + ["run.steps=5"], in: split)
        try ScratchRun.train(arguments, in: split)
        #expect(try split.timelessLines() == expected)

        let diagnosis = try DiagnoseCommand(folder: whole.path, draws: 20).run(SoloCommunicator())
        #expect(diagnosis.contains("bad:  the chains have left the data: x"), "\(diagnosis)")
        let evaluation = try EvaluateCommand(folder: whole.path, count: 20).run(SoloCommunicator())
        #expect(evaluation.contains("look: the samples are farther from the data than noise is"), "\(evaluation)")
        try FileManager.default.removeItem(atPath: "\(scratch.path)/numbers.csv")
        let without = try DiagnoseCommand(folder: whole.path, draws: 20).run(SoloCommunicator())
        #expect(without.contains("look: the training data are not here"), "\(without)")
    }

    @Test func `energy matching whose chains run far below the data is not called healthy, in training, at its end and on its page`() throws
    {
        let folder = scratch.run("matching")
        let lines = try ScratchRun.train(
            [
                "objective.kind=energyMatching", "objective.sharpenAfter=1", "objective.sharpenSteps=60", "objective.sharpenStepSize=0.2",
                "objective.pairing=random", "model.kind=layers", #"model.layers=[{kind: "dense", outputs: 1}]"#,
                "model.referenceDeviation=null",
                "model.outputFactor=30", "guard.maximumGap=null", "sampler.stepSize=0.1",
                "optimizer.learningRate=1e-5",
                "run.steps=30", "report.every=30",
            ], in: folder)
        #expect(lines.contains { $0.contains("warning,") && $0.contains("exp(-E)") }, "\(lines)")
        #expect(lines.last?.contains("health") == true && lines.last?.contains("exp(-E)") == true, "\(lines.last ?? "")")
        let reports = try folder.reports()
        #expect(reports[0].warningKinds == ["calibration"])
        #expect(HealthWarning.finding(reports[0].warnings?.first ?? "", kind: "calibration").levelOfRun == .look)
    }

    @Test func `the places of the chains are those of the negatives`() throws {
        let trainer = try ScratchRun.trainer()
        let result = try trainer.step(stop: false)
        let values = trainer.shards.flatMap { $0.negatives.values.map { Double($0) } }
        #expect(abs(result.report[.sampleValues] - values.reduce(0, +)) < 1e-9 && values.count == 48)
        #expect(abs(result.report[.squaredSampleValues] - values.reduce(0) { $0 + $1 * $1 }) < 1e-9)
    }

    @Test func `a warning is told once`() throws {
        let lines = try ScratchRun.train(
            ["sampler.low=-0.01", "sampler.high=0.01", "sampler.noise=1", "report.every=1"], in: scratch.run())
        let told = lines.filter { $0.contains("warning, step") && $0.contains("walls of the box") }
        #expect(told.count == 1)
        #expect(try scratch.run().reports().allSatisfy { ($0.warnings ?? []).contains { $0.contains("walls of the box") } })
    }
}

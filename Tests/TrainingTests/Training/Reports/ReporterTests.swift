import Distributed
import Learning
import Testing
import Training

/// What the steps leave behind becomes lines and a table.
struct ReporterTests {
    @Test func `a run of several ranks has the row`() throws {
        let (folder, lines) = (ScratchFolder(), ScratchRun.Lines())
        _ = try ThreadRanks.run(2) { communicator in
            var run = TrainingRun(configuration: try ScratchRun.configuration(), folder: folder.run(), isQuiet: true)
            run.listener = { lines.append($0) }
            try run.run(communicator)
        }
        #expect(lines.all.contains { $0.contains("\nwaiting ") && $0.contains("\nsum ") })
    }

    @Test func `a line has the means of its step: the gap is that of the energies, and a loss only where the objective has one`() throws {
        let scratch = ScratchFolder()
        try ScratchRun.train(in: scratch.run("chains"))
        let reports = try scratch.run("chains").reports()
        #expect(reports.map(\.step) == [2, 4, 6, 8])
        for report in reports {
            let dataEnergy = try #require(report.dataEnergy)
            let gap = try dataEnergy - #require(report.sampleEnergy)
            // Sums are divided before they are subtracted, or after.
            #expect(abs(try #require(report.energyGap) - gap) < 1e-12 * max(1, abs(dataEnergy)))
            #expect(report.loss == nil && report.gradientNorm > 0 && report.saturation == nil && report.acceptance == nil)
            #expect(report.seconds.count == Phase.allCases.count)
        }
        try ScratchRun.train(["objective.kind=denoisingScore", "objective.noise=0.5"], in: scratch.run("score"))
        #expect(try scratch.run("score").reports().allSatisfy { $0.loss != nil && $0.energyGap == nil && $0.displacement == nil })
    }
}

import Distributed
import Testing
import Training

/// The lines about progress.
struct ProgressReporterTests {
    let scratch = ScratchFolder()

    @Test(arguments: [1, 2])
    func `the last step has its line, and what the line's names mean stands below the first one alone`(ranks: Int) throws {
        let (folder, lines) = (scratch.run(), ScratchRun.Lines())
        _ = try ThreadRanks.run(ranks) { communicator in
            // Reports are rarer than the run is long: lines do not wait for them.
            var run = TrainingRun(
                configuration: try ScratchRun.configuration(["report.every=1000"]), folder: folder, isQuiet: true)
            run.listener = { lines.append($0) }
            try run.run(communicator)
        }
        let last = try #require(lines.all.last { $0.hasPrefix("step 8/8") })
        #expect(last.contains("  gap ") && last.contains("  |∇E| ") && last.contains("chain steps/s"))
        #expect(lines.all.count { $0.contains("gap:") && $0.contains("mean energy of data") && $0.contains("|∇E|:") } == 1)
    }

    @Test(arguments: [40, 80, 120]) func `on a narrow terminal a line keeps how far the training is and what is left`(width: Int) {
        let line = ProgressLine(
            step: "step 1234/10000", share: 0.1234, measures: ["gap +0.0123", "|∇θ| 1.234", "|∇E| 0.123"], speed: "12.3k chain steps/s",
            left: "12 min left")
        let text = line.text(width: width)
        let shown = text.split(separator: "  ").filter { !$0.isEmpty }
        #expect(text.count <= width && shown.first == "step 1234/10000" && shown.last == "12 min left", "\(text)")
        #expect(text.contains("gap +0.0123") == (width > 40) && text.contains("] 12 %") == (width > 40), "\(text)")
        #expect(text.contains("chain steps/s") == (width == 120), "\(text)")
        #expect(line.text(width: 10) == "step 1234/10000  12 min left", "what matters most is never left out")
    }

    @Test func `objectives with a loss show it, those with chains their gap, and both what the names mean`() throws {
        let score = try ScratchRun.train(["objective.kind=denoisingScore"], in: scratch.run("score"))
        let line = try #require(score.last { $0.hasPrefix("step 8/8") })
        #expect(line.contains("  loss ") && !line.contains("  gap ") && !line.contains("chain steps/s") && line.contains("evaluations/s"))
        #expect(score.count { $0.contains("loss:") } == 1 && !score.contains { $0.contains("gap:") })
    }
}

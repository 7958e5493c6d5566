import Commands
import Distributed
import Foundation
import Testing
import Training

/// The course of a training, as `diagnose` reads it from metrics.jsonl.
struct HealthHistoryTests {
    let scratch = ScratchFolder()

    private func diagnosis(_ folder: RunFolder) throws -> String {
        try DiagnoseCommand(folder: folder.path, draws: 10).run(SoloCommunicator())
    }

    @Test func `first, middle and last values are said, and a line that a crash cut short says nothing`() throws {
        let folder = scratch.run()
        try ScratchRun.train(in: folder)
        let reports = try folder.reports()
        func value(_ index: Int) throws -> String { String(format: "%.4f", try #require(reports[index].energyGap)) }
        let course = "energy gap: \(try value(0)) at first, \(try value(2)) half way, \(try value(3)) at last"
        let text = try diagnosis(folder)
        #expect(text.contains("4 reports, the last one of step 8") && text.contains(course), "\(text)")
        let whole = try String(contentsOfFile: folder.metrics, encoding: .utf8)
        try Data((whole + "{\"step\": 10, \"dataEn").utf8).write(to: URL(filePath: folder.metrics))
        #expect(try diagnosis(folder).contains("4 reports, the last one of step 8"))
    }

    @Test func `without the file nothing is said of the training`() throws {
        let folder = scratch.run()
        try ScratchRun.train(in: folder)
        try FileManager.default.removeItem(atPath: folder.metrics)
        let text = try diagnosis(folder)
        #expect(!text.contains("in training:") && !text.contains("reports, the last one") && text.contains("R-hat"), "\(text)")
    }
}

import Configuration
import Failures
import Formats
import Foundation
import Testing
import Training

@Suite struct RunComparisonTests {
    let scratch = ScratchFolder()

    @Test func `runs are told apart by the keys that differ and count, with what they have measured`() throws {
        let (one, two) = (scratch.run("one"), scratch.run("two"))
        let path = "\(scratch.path)/numbers.csv"
        let rows = (0..<60).map { "\(Double($0 % 7) / 7),\(Double($0 % 5) / 5)" }
        try Data(rows.joined(separator: "\n").utf8).write(to: URL(filePath: path))
        let shared = ["data.source=\(path)", "evaluate.every=4"]
        try ScratchRun.train(shared + ["run.name=a"], in: one)
        try ScratchRun.train(shared + ["run.name=b", "run.steps=4", "optimizer.learningRate=0.5"], in: two)
        let comparison = try RunComparison([one.path, two.path])
        let lines = comparison.text.split(separator: "\n").map {
            $0.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
        }
        #expect(lines[0].starts(with: ["run", "run.steps", "optimizer.learningRate", "step", "gap"]), "\(comparison.text)")
        #expect(lines[1].starts(with: [one.path, "8"]) && lines[1][3] == "8" && lines[2].starts(with: [two.path, "4", "0.5", "4"]))
        #expect(
            comparison.text.contains("slicedWasserstein") && comparison.text.contains("least frechetDistance")
                && !comparison.text.contains("run.name"))
        let json = try JSON5Parser.parse(Array(comparison.json.utf8), name: "comparison")
        guard case .object(let members) = json, case .array(let runs)? = members["runs"], case .object(let first) = runs[0],
            case .object(let measures)? = first["measures"], case .object(let report)? = first["report"]
        else { return #expect(Bool(false), "no runs") }
        #expect(report["step"] == .integer(8) && measures["slicedWasserstein"]?.number != nil)
    }

    @Test func `equal runs are said to be so, and a folder without a run is named`() throws {
        let folder = scratch.run()
        try ScratchRun.train(in: folder)
        #expect(try RunComparison([folder.path, folder.path]).text.contains("the configurations are the same"))
        #expect(failure { _ = try RunComparison([folder.path, scratch.path]) }?.message.contains(scratch.path) == true)
    }
}

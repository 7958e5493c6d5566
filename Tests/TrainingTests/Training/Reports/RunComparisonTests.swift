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
        let lines = comparison.text(width: .max).split(separator: "\n").map {
            $0.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
        }
        #expect(lines[0].starts(with: ["run", "run.steps", "optimizer.learningRate", "step", "gap"]), "\(comparison.text(width: .max))")
        #expect(lines[1].starts(with: [one.path, "8"]) && lines[1][3] == "8" && lines[2].starts(with: [two.path, "4", "0.5", "4"]))
        #expect(
            comparison.text(width: .max).contains("slicedWasserstein") && comparison.text(width: .max).contains("least frechetDistance")
                && !comparison.text(width: .max).contains("run.name"))
        let json = try JSON5Parser.parse(Array(comparison.json.utf8), name: "comparison")
        guard case .object(let members) = json, case .array(let runs)? = members["runs"], case .object(let first) = runs[0],
            case .object(let measures)? = first["measures"], case .object(let report)? = first["report"]
        else { return #expect(Bool(false), "no runs") }
        #expect(report["step"] == .integer(8) && measures["slicedWasserstein"]?.number != nil)
    }

    @Test(arguments: [40, 80, 120]) func `no line is wider than the terminal, and nothing is lost`(width: Int) throws {
        let folders = try (1...3).map { seed in
            let folder = scratch.run("\(seed)")
            try ScratchRun.train(["run.seed=\(seed)"], in: folder)
            return folder.path
        }
        let comparison = try RunComparison(folders)
        func words(_ text: String) -> Set<Substring> { Set(text.split(whereSeparator: \.isWhitespace)) }
        for (text, whole) in [
            (comparison.text(width: width), comparison.text(width: .max)),
            (comparison.phases(width: width), comparison.phases(width: .max)),
        ] {
            for line in text.split(separator: "\n") {
                #expect(line.count <= width || line.hasSuffix("/\(line.suffix(1))") && line.split(separator: " ").count == 2, "\(line)")
            }
            #expect(words(whole).subtracting(words(text)).isSubset(of: ["run"]), "\(text)")
        }
    }

    @Test func `phases are the sums over all lines, with their shares`() throws {
        let folder = scratch.run()
        try ScratchRun.train(["report.every=1", "run.steps=3"], in: folder)
        let lines = try String(contentsOfFile: folder.metrics, encoding: .utf8).split(separator: "\n").enumerated().map { place, line in
            line.replacing(/"seconds":\{[^}]*\}/, with: "\"seconds\":{\"sampling\":\(place + 1),\"report\":0.5}")
        }
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: folder.metrics))
        let comparison = try RunComparison([folder.path])
        let rows = comparison.phases(width: .max).split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
        #expect(
            rows.dropFirst() == ["sampling 6.00 s 80.0 %", "report 1.50 s 20.0 %", "all 7.50 s 100.0 %", "steps 3", "ranks 1"], "\(rows)")
        #expect(try comparison.json.contains(#""sampling": 6.0"#))
    }

    @Test func `equal runs are said to be so, and a folder without a run is named`() throws {
        let folder = scratch.run()
        try ScratchRun.train(in: folder)
        #expect(try RunComparison([folder.path, folder.path]).text(width: .max).contains("the configurations are the same"))
        #expect(failure { _ = try RunComparison([folder.path, scratch.path]) }?.message.contains(scratch.path) == true)
    }
}

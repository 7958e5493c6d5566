import Distributed
import Failures
import Foundation
import Testing
import Training

/// A run as another process sees it.
@Suite struct RunRecordTests {
    let scratch = ScratchFolder()

    private func numbers() throws -> String {
        let path = "\(scratch.path)/numbers.csv"
        let rows = (0..<60).map { "\(Double($0 % 7) / 7),\(Double($0 % 5) / 5)" }
        try Data(rows.joined(separator: "\n").utf8).write(to: URL(filePath: path))
        return path
    }

    @Test func `only whole lines are read, each once, and all anew where the file was cut or is another one`() throws {
        let path = "\(scratch.path)/lines"
        func write(_ text: String) throws { try Data(text.utf8).write(to: URL(filePath: path)) }
        var follower = LineFollower(path)
        func look() throws -> [String] {
            let (new, startsAnew) = try follower.lines()
            return (startsAnew ? ["anew"] : []) + new
        }
        #expect(try look() == [])
        try write("one\ntw")
        #expect(try look() == ["one"])
        #expect(try look() == [])
        try write("one\ntwo\nthree\n")
        #expect(try look() == ["two", "three"])
        try write("one\n")
        #expect(try look() == ["anew", "one"])
        try write("uno\ndue\n")
        #expect(try look() == ["anew", "uno", "due"])
        // Cut and grown to the same length, with a line that ends alike.
        let words = String(repeating: "the chains have left the data, ", count: 8)
        try write("uno\n1 \(words)\n")
        #expect(try look() == ["anew", "uno", "1 \(words)"])
        try write("uno\n2 \(words)\n3\n")
        #expect(try look() == ["anew", "uno", "2 \(words)", "3"])
    }

    @Test func `a finished run is shown with curves, shares of time and what is left, and said to be finished`() throws {
        let folder = scratch.run()
        try ScratchRun.train(["report.every=1", "data.source=\(try numbers())", "evaluate.every=4"], in: folder)
        var run = try RunLines(folder)
        try run.read()
        let panel = run.panel(width: 400)
        #expect(
            panel[0].hasPrefix("\(folder.path): pcd on \(scratch.path)/numbers.csv, step 8 of 8")
                && panel[1].hasPrefix("[====================] 100 %"))
        // Not a word of it is lost where the terminal is narrow.
        let narrow = run.panel(width: 44)
        func words(_ lines: [String]) -> [Substring] {
            lines.joined(separator: " ").split(separator: " ").filter { $0.contains { $0.isLetter } }
        }
        for width in [40, 80, 120] {
            let lines = run.panel(width: width - 1)
            #expect(lines.allSatisfy { $0.count < width || $0.contains(scratch.path) }, "\(lines)")
            // Numbers are whole.
            #expect(words(lines).map(String.init).sorted() == words(panel).map(String.init).sorted(), "\(lines)")
        }
        #expect(words(narrow) == words(panel) && narrow.allSatisfy { $0.count <= 44 || $0.contains(scratch.path) }, "\(narrow)")
        for name in ["gap", "|∇θ|", "|∇E|", "slicedWasserstein", "time"] {
            #expect(panel.contains { $0.hasPrefix("\(name) ") }, "\(name): \(panel)")
        }
        #expect(panel.contains { $0.hasPrefix("gap ") && ($0.contains("█") || $0.contains("▅")) && ($0.contains("+") || $0.contains("-")) })
        #expect(run.line.hasPrefix("step 8/8  gap ") && !run.line.contains("left"))
        #expect(try run.end() == "the run is finished: step 8 of 8")
    }

    @Test func `a run on its way says how long it takes, and what goes on from where when nobody trains`() throws {
        let folder = scratch.run()
        try ScratchRun.train(["report.every=1", "run.steps=8"], in: folder)
        // As a run of 80 steps that was stopped.
        let text = try String(contentsOfFile: folder.configuration, encoding: .utf8).replacing(
            "steps: 8,", with: "steps: 80,", maxReplacements: 1)
        try Data(text.utf8).write(to: URL(filePath: folder.configuration))
        var run = try RunLines(folder)
        try run.read()
        #expect(run.line.hasPrefix("step 8/80") && run.line.hasSuffix(" left") && run.panel(width: 400)[1].contains("10 %"))
        #expect(try run.end().contains("the newest checkpoint is of step 8 of 80"))
    }

    @Test func `watching a run that nobody trains says how it stands and ends, and changes nothing`() throws {
        let folder = scratch.run()
        try ScratchRun.train(in: folder)
        let before = try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
        let lines = ScratchRun.Lines()
        var watch = RunWatch(folder.path)
        watch.listener = { lines.append($0) }
        try watch.run(SoloCommunicator())
        #expect(lines.all.first?.hasPrefix("step 8/8") == true && lines.all.last == "the run is finished: step 8 of 8", "\(lines.all)")
        #expect(try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted() == before)
        let none = failure { try RunWatch("\(scratch.path)/none").run(SoloCommunicator()) }
        #expect(none?.kind == .missingInput)
    }

    @Test func `each warning is told once, with the step of its report`() throws {
        let folder = scratch.run()
        try ScratchRun.train(["report.every=1", "run.steps=3"], in: folder)
        let lines = try String(contentsOfFile: folder.metrics, encoding: .utf8).split(separator: "\n").enumerated().map { place, line in
            let warnings = ["[]", "[\"hot: 1\"],\"warningKinds\":[\"h\"]", "[\"hot: 2\",\"cold\"],\"warningKinds\":[\"h\",\"c\"]"]
            return line.replacing("\"warnings\":[]", with: "\"warnings\":\(warnings[place])")
        }
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: folder.metrics))
        var run = try RunLines(folder)
        try run.read()
        #expect(run.warnings(after: -1) == ["step 2: hot: 1", "step 3: cold"] && run.warnings(after: 2) == ["step 3: cold"])
        #expect(run.panel(width: 80).last?.hasSuffix("step 3: cold") == true)
        // A version before wrote no deviation beside the energies of held-out rows: the line is read all the same.
        let old = lines.map {
            $0.replacing("\"warnings\":", with: "\"validation\":{\"gap\":1,\"gapError\":2,\"heldOut\":3,\"training\":2},\"warnings\":")
        }
        try Data((old.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: folder.metrics))
        try run.read()
        #expect(run.reports.count == 3 && run.reports.allSatisfy { $0.validation?.gap == 1 }, "\(run.reports.count)")
    }
}

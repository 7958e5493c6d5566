import Charts
import Failures
import Formats
import Foundation
import RunReport
import TestSupport
import Testing
import Training

@Suite struct ReportPageTests {
    private static let time = Date(timeIntervalSince1970: 1_700_000_000)

    private func page(_ folder: RunFolder, _ library: DygraphsLibrary? = nil) throws -> String {
        var record = try ReportedRun(folder)
        try record.update()
        return ReportPage(record, time: Self.time).text(library)
    }

    @Test func `a run without warnings is healthy, and the page says how far it is`() throws {
        let folder = try TemporaryFolder()
        let run = try Folders.make(in: folder, configuration: "{run: {steps: 200}}", metrics: [50, 100].map { Folders.line($0) })
        let text = try page(run)
        #expect(text.contains("<em>Healthy.</em> Step 100 of 200, 50 %.") && text.contains("class=\"card words good\""))
        try Folders.append([Folders.line(200)], to: run.metrics)
        #expect(try page(run).contains("<em>Healthy.</em> Finished: 200 steps."))
    }

    @Test func `a grave warning of the newest line is the first thing that the page says, with what to try`() throws {
        let folder = try TemporaryFolder()
        let warning =
            ",\"warnings\":[\"the chains have left the data: they lie far away; try a smaller sampler.stepSize\"],\"warningKinds\":[\"departure\"]"
        let line = Folders.line(100).replacingOccurrences(of: ",\"warnings\":[]", with: warning)
        let text = try page(try Folders.make(in: folder, metrics: [line]))
        #expect(text.contains("<em>Not healthy.</em>") && text.contains("class=\"card words bad\""))
        #expect(text.contains("The chains have left the data: they lie far away."))
        #expect(text.contains("<span class=\"try\">a smaller <code>sampler.stepSize</code></span>"))
    }

    @Test func `a mild warning asks for a look, and warnings that are over are not told`() throws {
        let folder = try TemporaryFolder()
        let mild = ",\"warnings\":[\"2 % of the proposals are accepted; try more\"],\"warningKinds\":[\"acceptance\"]"
        let run = try Folders.make(in: folder, metrics: [Folders.line(10).replacingOccurrences(of: ",\"warnings\":[]", with: mild)])
        #expect(try page(run).contains("<em>Healthy, with something to look at.</em>"))
        try Folders.append([Folders.line(20)], to: run.metrics)
        #expect(try page(run).contains("<em>Healthy.</em>"))
    }

    @Test func `every number of the logs has a chart, those that no page knows by their names`() throws {
        let folder = try TemporaryFolder()
        let run = try Folders.make(
            in: folder,
            metrics: [
                Folders.line(50, ",\"newMeasure\":4,\"rankSeconds\":[1,3]"), Folders.line(100, ",\"newMeasure\":5,\"rankSeconds\":[1,3]"),
            ],
            evaluation: ["{\"step\":100,\"trainingSeconds\":5,\"samples\":{\"slicedWasserstein\":0.5,\"somethingElse\":7}}"])
        let text = try page(run)
        let titles = [
            "Energies", "Energy gap", "Changes of sign", "Gradient of the parameters", "Learning rate", "newMeasure",
            "Sliced Wasserstein distance",
            "samples.somethingElse", "Phases", "Imbalance", "Work of each rank", "Chain steps a second",
        ]
        for title in titles { #expect(text.contains("<h3>\(title)</h3>"), "\(title)") }
        #expect(text.contains("[50,1.5],[100,1.5]"), "the busiest of two ranks has 1.5 times the mean")
        #expect(!text.contains("<h3>Updates left out</h3>"), "nothing was left out")
    }

    @Test func `the first screen shows the curves that tell most, if what is wrong leaves room`() throws {
        let folder = try TemporaryFolder()
        func screen(_ line: (Int) -> String) throws -> String {
            let run = try Folders.make(in: folder, UUID().uuidString, metrics: [50, 100].map(line))
            let text = try page(run)
            return String(text[..<(try #require(text.range(of: "<section"))).lowerBound])
        }
        let well = try screen { Folders.line($0) }
        #expect(well.contains("<h3>Energies</h3>") && well.contains("<h3>Energy gap</h3>") && !well.contains("<h3>Gradient"))
        let loss = try screen { Folders.line($0, ",\"loss\":2") }
        #expect(loss.contains("<h3>Loss</h3>") && loss.contains("<h3>Energies</h3>") && !loss.contains("<h3>Energy gap</h3>"))
        let wrong = try screen { Folders.line($0).replacingOccurrences(of: "\"warnings\":[]", with: "\"warnings\":[\"a\",\"b\"]") }
        #expect(wrong.contains("Not healthy") && !wrong.contains("<h3>Energies</h3>"))
    }

    @Test func `what can be done on a screen alone is not printed`() throws {
        let folder = try TemporaryFolder()
        let text = try page(try Folders.make(in: folder, metrics: [50, 100].map { Folders.line($0) }))
        #expect(text.contains("<span class=\"screen\"> Point at a curve"))
        let print = try #require(text.range(of: "@media print"))
        #expect(text[print.upperBound...].contains("nav, .slide input, .screen, details.defaults, .hero .charts { display: none; }"))
    }

    @Test func `a run that samples a formula has its whole text above, and no charts of learning`() throws {
        let folder = try TemporaryFolder()
        let configuration = "{energy: {formula: '(x0^2-1)^2/3 + x1^2/2'}, objective: {kind: 'sampling'}}"
        let text = try page(try Folders.make(in: folder, configuration: configuration, metrics: [Folders.line(100, ",\"treePoints\":7")]))
        #expect(text.contains("samples of (x0^2-1)^2/3 + x1^2/2</span>") && text.contains("<h2>Sampling</h2>"))
        #expect(text.contains("<h3>Energy</h3>") && text.contains("<h3>Trajectories</h3>"))
        for title in ["Energies", "Learning rate", "Gradient of the parameters", "Training"] {
            #expect(!text.contains("<h3>\(title)</h3>"))
        }
    }

    @Test func `a newest value stands with its interval where the log has one`() throws {
        let folder = try TemporaryFolder()
        func line(_ step: Int, _ value: Double) -> String {
            let ends = "{\"low\":\(value - 0.5),\"high\":\(value + 0.5),\"level\":0.95,\"method\":\"percentiles\",\"count\":200,\"seed\":1}"
            let place =
                "{\"points\":128,\"gradient\":\(value),\"curvature\":3,\"greatestCurvature\":4,\"intervals\":{\"gradient\":\(ends)}}"
            return "{\"step\":\(step),\"trainingSeconds\":5,\"smoothness\":{\"data\":\(place)}}"
        }
        let run = try Folders.make(in: folder, metrics: [Folders.line(100)], evaluation: [line(50, 9), line(100, 2)])
        let text = try page(run)
        #expect(text.contains("data <b>2 (1.5 to 2.5)</b>") && text.contains("data <b>3</b>"))
        // Ends are no curves of their own.
        #expect(!text.contains("smoothness.data.intervals") && !text.contains("8.5 to 9.5"))
    }

    @Test func `bars of many ranks say that they are those of the busiest of groups`() throws {
        let folder = try TemporaryFolder()
        let run = try Folders.make(in: folder, metrics: [Folders.line(50, ",\"ranks\":128,\"rankSeconds\":[1,3]")])
        let text = try page(run)
        #expect(text.contains("128 ranks in 2 groups of neighbours") && text.contains("<h3>Work of the busiest ranks</h3>"))
        #expect(!text.contains("<h3>Work of each rank</h3>") && !text.contains("<h3>ranks</h3>"))
    }

    @Test func `lines that were taken back are forgotten`() throws {
        let folder = try TemporaryFolder()
        let run = try Folders.make(in: folder, metrics: [Folders.line(10), Folders.line(20, ",\"lost\":4")])
        var record = try ReportedRun(run)
        try record.update()
        #expect(ReportPage(record, time: Self.time).text(nil).contains("<h3>lost</h3>"))
        try FileManager.default.removeItem(atPath: run.metrics)
        try Folders.append([Folders.line(10), Folders.line(20, ",\"kept\":4")], to: run.metrics)
        try record.update()
        let text = ReportPage(record, time: Self.time).text(nil)
        #expect(text.contains("<h3>kept</h3>") && !text.contains("<h3>lost</h3>"))
    }

    @Test func `keys that differ from their defaults come first, with the default`() throws {
        let folder = try TemporaryFolder()
        let configuration = "// ebm-dist 9, program x\n// CPU: quick\n// ranks of this start: 3\n{run: {seed: 77}}"
        let text = try page(try Folders.make(in: folder, configuration: configuration))
        let changed = try #require(text.range(of: "Differs from the defaults")), others = try #require(text.range(of: "As by default"))
        #expect(
            text[changed.upperBound..<others.lowerBound].contains("<code>run.seed</code></td><td><code>77</code></td><td><code>1</code>"))
        #expect(!text[changed.upperBound..<others.lowerBound].contains("run.shards"))
        #expect(text.contains("quick") && text.contains("ranks of this start"))
    }

    @Test func `lines that are cut short, foreign or not finite do no harm`() throws {
        let folder = try TemporaryFolder()
        let run = try Folders.make(
            in: folder,
            metrics: [
                Folders.line(10), "{\"step\": 20, \"energyGap\":", "[1]", "{\"step\":1e300}", "{\"step\":25,\"gapSignChanges\":1e300}",
                "{\"step\":30,\"energyGap\":\"nan\"}",
            ])
        var record = try ReportedRun(run)
        try record.update()
        #expect(ReportPage(record).text(nil).contains("not finite in 1 reports"))
        // A line that is still being written is read once it is whole.
        let handle = try #require(FileHandle(forWritingAtPath: run.metrics))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("{\"step\":40,".utf8))
        try record.update()
        try handle.write(contentsOf: Data("\"late\":1}\n".utf8))
        try record.update()
        #expect(ReportPage(record).text(nil).contains("<h3>late</h3>"))
    }

    @Test func `a page of 100,000 steps and of many pictures has less than 2 MB`() throws {
        let folder = try TemporaryFolder()
        let more = (0..<30).map { ",\"measure\($0)\":0.123456" }.joined()
        let run = try Folders.make(
            in: folder, configuration: "{run: {steps: 100000}}",
            metrics: stride(from: 50, through: 100_000, by: 50).map {
                Folders.line($0, more.replacingOccurrences(of: "0.123456", with: "0.1\($0 * 7919 % 100_003)"))
            })
        // Pictures that cannot be compressed.
        var random = SplitMix64(state: 1)
        var picture = Picture(width: 240, height: 240, channels: 3)
        for index in picture.pixels.indices { picture.pixels[index] = UInt8(truncatingIfNeeded: random.next()) }
        let png = Data(try picture.png())
        for step in stride(from: 1000, through: 40_000, by: 1000) { try png.write(to: URL(fileURLWithPath: run.sample(step))) }
        let text = try page(run, .embedded)
        #expect(text.utf8.count < 2_000_000, "\(text.utf8.count) bytes")
        #expect(text.contains("measure29") && text.contains("step 40\u{202f}000"))
    }

    @Test func `a folder without a run is refused`() throws {
        let folder = try TemporaryFolder()
        #expect(throws: Failure.self) { try ReportedRun(RunFolder(folder.path)) }
    }

    @Test func `several runs are told apart by their keys, measures and curves`() throws {
        let folder = try TemporaryFolder()
        let first = try Folders.make(
            in: folder, "one", configuration: "{run: {seed: 5, threads: 2}}",
            metrics: [Folders.line(50), Folders.line(100, ",\"validation\":{\"training\":1,\"heldOut\":3,\"gap\":2,\"gapError\":0.5}")],
            evaluation: [
                "{\"step\":100,\"smoothness\":{\"data\":{\"gradient\":7.5,\"points\":128}},\"newMeasure\":6,\"notFinite\":0,\"validation\":{\"energies\":{\"gap\":2.5}}}"
            ])
        let second = try Folders.make(in: folder, "two", configuration: "{run: {seed: 6}}", metrics: [Folders.line(60)])
        let records = try [first, second].map { run -> ReportedRun in
            var record = try ReportedRun(run)
            try record.update()
            return record
        }
        let text = ComparisonPage(records, time: Self.time).text(nil)
        #expect(text.contains("<code>run.seed</code></td><td><code>5</code></td><td><code>6</code></td>"))
        #expect(!text.contains("<code>run.shards</code>"))
        #expect(text.contains("\"labels\":[\"step\",\"one\",\"two\"]"))
        #expect(text.contains("<td>Steps</td><td class=\"number\">100</td><td class=\"number\">60</td>"))
        #expect(!text.contains("run.threads</code></td><td>"), "it touches nothing that is learned")
        #expect(!text.contains("notFinite") && !text.contains("Updates left out"), "nothing went wrong in either run")
        for (title, value) in [
            ("Gap of held-out rows", "2.5"), ("Gap of held-out rows", "2"), ("Slope of the energy: data", "7.5"), ("newMeasure", "6"),
        ] {
            #expect(text.contains("<td>\(title)</td><td class=\"number\">\(value)</td><td class=\"number\">-</td>"), "\(title)")
            #expect(text.contains("<h3>\(title)</h3>"), "\(title)")
        }
    }
}

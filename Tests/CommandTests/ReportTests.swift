import Formats
import Foundation
import TestSupport
import Testing

extension CommandTests {
    /// The report of a run, as a person makes it and as a browser shows it.
    @Suite(.serialized) struct ReportTests {
        /// Images, several pictures and reports.
        private static let arguments = [
            "report.every=1", "samples.every=2", "checkpoint.every=4", "evaluate.every=4", "evaluate.count=16", "diagnostics.every=6",
            "diagnostics.draws=8",
        ]

        @Test func `training leaves a report, on any number of ranks, and says where it is`() {
            let folder = Scratch()
            for ranks in [nil, 2, 3] {
                let run = Training("run\(ranks ?? 1)", in: folder, Self.arguments)
                let result = run.run(ranks: ranks)
                let text = Folder.text("\(run.path)/report.html")
                #expect(text.contains("Finished: 12 steps.") && text.contains("<h3>Energy gap</h3>"), "\(result.summary)")
                #expect(text.contains("<h3>Work of each rank</h3>") == (ranks != nil))
                #expect(result.output.contains("\(run.path)/report.html"), "\(result.summary)")
            }
        }

        @Test func `a run that became no better is finished, and its own held-out rows are shown`() {
            let folder = Scratch()
            let ending = [
                "run.steps=400", "evaluate.every=1", "evaluate.count=16", "checkpoint.keepBest=slicedWasserstein", "run.patience=2",
            ]
            let run = Training("run", in: folder, ["data.validation=0.2"] + ending)
            let result = run.run()
            let text = Folder.text("\(run.path)/report.html")
            #expect(text.contains("Finished: it became no better and stopped at step "), "\(result.summary)")
            #expect(text.contains("Energies of rows") && !text.contains("would tell whether the energy memorizes"))
        }

        @Test(arguments: [[], ["objective.kind=energyDiscrepancy", "sampler.noise=null"]])
        func `a finished run whose last report was not written writes it when it is started again, and no other time`(
            _ arguments: [String]
        ) throws {
            let folder = Scratch()
            let run = Training("run", in: folder, Self.arguments + arguments)
            run.run()
            let (report, path) = (run.report, "\(run.path)/report.html")
            try FileManager.default.removeItem(atPath: path)
            run.run(ranks: 2)
            let isSame = run.report == report
            #expect(isSame && report.contains("Finished: 12 steps."), "the report that was missing is another one")
            try Data("newer".utf8).write(to: URL(filePath: path))
            run.run()
            #expect(run.report == "newer", "a report that is newer than the checkpoint was written over")
            try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSince1970: 1e9)], ofItemAtPath: path)
            run.run()
            let isRenewed = run.report == report
            #expect(isRenewed, "a report older than the checkpoint was left")
        }

        @Test func `a finished run of which the last chains were not kept says how its last report is made`() throws {
            let folder = Scratch()
            let run = Training("run", in: folder, Self.arguments + ["objective.kind=cd"])
            #expect(!run.run().output.contains("was not written"))
            try FileManager.default.removeItem(atPath: "\(run.path)/report.html")
            #expect(run.run().output.contains("the report of the last step was not written; ebm-dist report --run \(run.path)"))
            #expect(!FileManager.default.fileExists(atPath: "\(run.path)/report.html"))
        }

        @Test func `report tells of the newest checkpoint, of held-out rows, and of several runs`() throws {
            let folder = Scratch()
            let run = Training("run", in: folder, Self.arguments + ["report.html=false"])
            run.run()
            #expect(!FileManager.default.fileExists(atPath: "\(run.path)/report.html"))
            let single = Program.run(["report", "--run", run.path, "--draws", "8", "--data", "digits"], ranks: 2, in: folder)
            #expect(single.exitCode == 0, "\(single.summary)")
            let text = Folder.text("\(run.path)/report.html")
            for part in ["held-out", "The newest checkpoint", "Energies of rows", "Through training"] {
                #expect(text.contains(part), "\(part)")
            }
            let other = Training("other", in: folder, Self.arguments + ["run.seed=2"])
            other.run()
            let several = Program.run(["report", "--run", run.path, "--run=\(other.path)", "--out", folder.at("both.html")], in: folder)
            #expect(several.exitCode == 0, "\(several.summary)")
            let both = Folder.text(folder.at("both.html"))
            #expect(both.contains("2 runs") && both.contains("<code>run.seed</code>") && !both.contains("<code>run.shards</code>"))
        }

        @Test(arguments: ["0.2", "digits"]) func `report finds the rows that the run held out by itself, a share or a file`(
            _ validation: String
        ) {
            let folder = Scratch()
            let run = Training("run", in: folder, ["data.validation=\(validation)", "report.html=false"])
            run.run()
            let made = Program.run(["report", "--run", run.path, "--draws", "0"], in: folder)
            let text = Folder.text("\(run.path)/report.html")
            #expect(made.exitCode == 0 && text.contains("Energies of rows"), "\(made.summary)")
            #expect(!text.contains("would tell whether the energy memorizes"), "\(made.summary)")
        }

        /// What a training does, and the words of its first screen.
        struct Course: Sendable, CustomTestStringConvertible {
            let testDescription: String
            let arguments: [String]
            let verdict: String
            var sentence: String?

            static let all = [
                Course(
                    testDescription: "a good one",
                    arguments: ["data.source=moons", "model.widths=[64,64]", "run.steps=600", "chains.buffer=2000"],
                    verdict: "<em>Healthy"),
                Course(
                    testDescription: "chains that ran off",
                    arguments: [
                        "data.source=moons", "model.widths=[16]", "sampler.stepSize=2", "sampler.noise=1.5", "chains.buffer=256",
                        "optimizer.learningRate=0.01",
                    ], verdict: "<em>Not healthy", sentence: "The chains have left the data"),
                Course(
                    testDescription: "an energy that memorizes",
                    arguments: [
                        "data.source=rows.csv", "data.validation=0.3", "data.standardize=true", "data.noise=0.01", "model.widths=[128,128]",
                        "objective.kind=denoisingScore", "objective.noise=0.3", "optimizer.learningRate=0.003", "run.steps=600",
                    ], verdict: "<em>Not healthy", sentence: "the energy memorizes these"),
                Course(
                    testDescription: "a teaching whose generator has collapsed",
                    arguments: [
                        "objective.kind=variationalTeaching", "data.source=digits", "encoder.widths=[12]", "model.widths=[32]",
                        "model.referenceDeviation=null", "generator.latent=1", "generator.widths=[4]", "sampler.steps=1",
                        "sampler.stepSize=0.001",
                        "sampler.noise=0.01", "optimizer.learningRate=0.003", "run.steps=300",
                    ], verdict: "<em>Not healthy", sentence: "so the model has collapsed"),
            ]
        }

        @Test(arguments: Course.all) func `the first screen recognises how a training has gone`(_ course: Course) throws {
            let folder = Scratch()
            var random = SplitMix64(state: 1)
            let rows = (0..<90).map { _ in (0..<6).map { _ in String(random.next() % 1000) }.joined(separator: ",") }
            try folder.write(Array(rows.joined(separator: "\n").utf8), to: "rows.csv")
            let shared =
                "{ run: { shards: 4, chainsPerShard: 16, steps: 100, threads: 1 }, checkpoint: { every: 1000 }, report: { every: 20 }, "
                + "samples: { every: 1000, count: 16 } }"
            try folder.write(Array(shared.utf8), to: "shared.json5")
            let result = Program.run(["train", "shared.json5", "--out", folder.at("run")] + course.arguments, in: folder)
            let text = Folder.text(folder.at("run/report.html"))
            let screen = text.range(of: "<section").map { String(text[..<$0.lowerBound]) } ?? ""
            #expect(screen.contains(course.verdict), "\(result.summary)")
            if let sentence = course.sentence { #expect(screen.contains(sentence)) }
        }

        @Test func `report refuses a folder without a run, and options that have no effect`() {
            let folder = Scratch()
            let missing = Program.run(["report", "--run", folder.path], in: folder)
            #expect(missing.exitCode == 66 && missing.messages.count == 1, "\(missing.summary)")
            for arguments in [
                ["report"], ["report", "--run", "a", "--draws", "2"], ["report", "--run", "a", "--run", "b", "--data", "digits"],
            ] {
                let result = Program.run(arguments, in: folder)
                #expect(result.exitCode == 64 && result.messages.count == 1, "\(result.summary)")
            }
        }

        @Test func `a browser shows it without errors, network and overflow, wide and narrow, and its slider and charts work`() throws {
            let folder = Scratch()
            let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            let asked = Program.runOther([root.appendingPathComponent("Harness/browser").path], in: folder, timeout: 600)
            guard asked.exitCode == 0 else { return print("skipped: \(asked.errors)") }
            let browser = asked.output.trimmingCharacters(in: .whitespacesAndNewlines)
            let run = Training("run", in: folder, Self.arguments)
            run.run()
            // Errors are noted from the first script on.
            let probe = try String(contentsOf: root.appendingPathComponent("Harness/page-probe.js"), encoding: .utf8)
            let notes =
                "<head><script>window.probeErrors=[];addEventListener('error',e=>probeErrors.push(String(e.message)));"
                + "for(const f of ['error','warn'])console[f]=(...a)=>probeErrors.push(a.join(' '));</script>"
            let page = Folder.text("\(run.path)/report.html").replacingOccurrences(of: "<head>", with: notes)
            try folder.write(Array((page + "<script>\(probe)</script>").utf8), to: "page.html")
            let shots = root.deletingLastPathComponent().appendingPathComponent(".build/report-screenshots").path
            try FileManager.default.createDirectory(atPath: shots, withIntermediateDirectories: true)
            for width in [1280, 400] {
                let found = try Self.probe(browser, folder, width)
                #expect(found.errors == [] && found.requests == [] && found.wide == [], "\(width): \(found)")
                #expect(found.width == width && found.content <= width, "\(width): \(found)")
                #expect(found.frames == 6 && found.shown == ["step 2"], "\(found)")
                #expect(found.label == found.shown?.first)
                let shot = "\(shots)/digits-\(width).png"
                let taken = Program.runOther(
                    Self.command(browser, folder, width) + ["--screenshot=\(shot)", "file://\(folder.at("page.html"))"], in: folder)
                #expect(try Picture(png: FileBytes.read(shot), name: shot).width == width, "\(taken.summary)")
                // Without the library charts are static.
                guard page.contains("Dygraph.synchronize") else { continue }
                #expect(found.live > 8)
                #expect(found.first?.hasPrefix("step 1") == true && found.last?.hasPrefix("step 12") == true, "\(found)")
                #expect(found.axis != found.zoomed && found.axis == found.unzoomed, "\(found)")
            }
        }

        /// What the probe writes.
        private struct Found: Decodable {
            let errors, requests, wide: [String]
            let width, content, live: Int
            let frames: Int?
            let shown: [String]?
            let label, first, last, axis, zoomed, unzoomed: String?
        }

        private static func command(_ browser: String, _ folder: Scratch, _ width: Int) -> [String] {
            [
                browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=1",
                "--user-data-dir=\(folder.at("browser"))", "--virtual-time-budget=2000", "--window-size=\(width),900",
            ]
        }

        private static func probe(_ browser: String, _ folder: Scratch, _ width: Int) throws -> Found {
            let frame = "<iframe src=\"page.html\" style=\"width:\(width)px;height:900px;border:0\"></iframe>"
            try folder.write(Array("<title></title><script>onmessage=e=>document.title=e.data</script>\(frame)".utf8), to: "frame.html")
            let result = Program.runOther(command(browser, folder, 1400) + ["--dump-dom", "file://\(folder.at("frame.html"))"], in: folder)
            let start = try #require(result.output.range(of: "<title>probe "), "\(result.summary)")
            let end = try #require(result.output.range(of: " end</title>"))
            let text = result.output[start.upperBound..<end.lowerBound].replacingOccurrences(of: "&lt;", with: "<").replacingOccurrences(
                of: "&amp;", with: "&"
            )
            .replacingOccurrences(of: "&gt;", with: ">")
            return try JSONDecoder().decode(Found.self, from: Data(text.utf8))
        }
    }
}

import Foundation
import Testing

extension CommandTests {
    /// `diagnose`: the same text and files on any number of ranks; ArviZ reads what it writes.
    @Suite(.serialized) struct DiagnoseTests {
        private func diagnose(_ run: Training, ranks: Int?, _ more: [String]) -> [[UInt8]] {
            let files = ["d.json", "c.npy", "a.json"].map { run.folder.at("\(ranks ?? 0)-\($0)") }
            let result = Program.run(
                ["diagnose", "--run", run.path, "--draws", "12", "--out", files[0], "--npy", files[1], "--arviz", files[2]] + more,
                ranks: ranks, in: run.folder)
            #expect(result.exitCode == 0 && result.output.contains("R-hat"), "\(result.summary)")
            return [Array(result.output.utf8)] + files.map { Folder.bytes($0) }
        }

        @Test func `diagnose gives the same text and files on 1, 2 and 3 ranks, from chains and from noise`() throws {
            let folder = Scratch()
            let run = Training("digits", in: folder, ["run.steps=3", "diagnostics.every=2", "diagnostics.draws=6"])
            run.run()
            for start in ["chains", "noise"] {
                let alone = diagnose(run, ranks: nil, ["--from", start, "--chains", "3"])
                #expect(alone.allSatisfy { !$0.isEmpty })
                for ranks in [1, 2, 3] {
                    #expect(diagnose(run, ranks: ranks, ["--from", start, "--chains", "3"]) == alone, "\(ranks) ranks from \(start)")
                }
            }
        }

        @Test(arguments: [
            ["sampler.kind=mala", "sampler.stepSize=0.02"], ["data.source=8gaussians", "sampler.stepSize=0.05", "sampler.noise=null"],
        ])
        func `ArviZ opens the file and finds the same R-hat and effective sample sizes`(_ arguments: [String]) throws {
            let folder = Scratch()
            let run = Training("run", in: folder, arguments)
            run.run()
            let files = diagnose(run, ranks: nil, [])
            let script = URL(fileURLWithPath: #filePath).appendingPathComponent("../../Interop/diagnostics.py").standardized.path
            let python = ProcessInfo.processInfo.environment["EBM_DIST_PYTHON"] ?? "python3"
            let opened = Program.runOther([python, script, "open", folder.at("0-a.json")], in: folder)
            if opened.exitCode == 127 || opened.output.contains("skipped") {
                print("skipped: \(python) has no ArviZ; name one that has with EBM_DIST_PYTHON")
                return
            }
            #expect(opened.exitCode == 0, "\(opened.summary)")
            #expect(opened.output.contains("48 chains, 12 draws"))
            let report = try #require(try JSONSerialization.jsonObject(with: Data(files[1])) as? [String: Any])
            let diagnostics = try #require(report["diagnostics"] as? [String: Any])
            let functionals = try #require(diagnostics["functionals"] as? [[String: Any]])
            let energy = try #require(functionals[0]["summary"] as? [String: Any])
            let line = try #require(opened.output.split(separator: "\n").first { $0.hasPrefix("energy ") })
            for (text, key) in zip(line.split(separator: " ").dropFirst(), ["rHat", "bulkESS", "tailESS"]) {
                let (theirs, ours) = (try #require(Double(text)), try #require(energy[key] as? Double))
                #expect(abs(theirs / ours - 1) < 1e-9, "\(key): \(theirs), ours \(ours)")
            }
        }
    }
}

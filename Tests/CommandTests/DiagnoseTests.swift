import Testing

extension CommandTests {
    /// `diagnose`: the same text and files on any number of ranks. What ArviZ finds in them: `python/tests`.
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
    }
}

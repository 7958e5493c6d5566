import Formats
import Foundation
import Testing

extension CommandTests {
    /// A table that is learned as words, gaps and numbers, from training to samples.
    @Suite(.serialized) struct MixedTableTests {
        /// The mark follows from the kind, and so do the mass and how often it is missing.
        private static let table =
            "kind,mark,size,mass\n"
            + (0..<480).map { row -> String in
                let kind = ["a", "b", "c"][row % 3]
                let mass = row % 3 == 2 && row % 2 == 0 ? "" : "\(100 * (row % 3) + row * 37 % 97)"
                return "\(kind),\(row % 3 == 0 ? "x" : "y"),\(["S", "M", "L"][(row % 3 + row / 3 % 2) % 3]),\(mass)\n"
            }.joined()

        private func training(_ folder: Scratch) throws -> Training {
            try folder.write(Array(Self.table.utf8), to: "t.csv")
            return Training(
                "mixed", in: folder,
                [
                    "data.source=\(folder.at("t.csv"))", "data.standardize=true", "data.noise=0", "data.kinds=size=ordered:S<M<L",
                    "data.dequantize=false", "run.steps=1500", "run.shards=2", "run.chainsPerShard=32", "objective.kind=energyDiscrepancy",
                    "objective.noise=0.5", "objective.siteTime=0.5", "objective.samples=8", "model.widths=[32,32]",
                    "optimizer.learningRate=0.002", "samples.every=0", "sampler.steps=100", "sampler.stepSize=0.02", "sampler.noise=null",
                    "chains.noise=gaussian",
                ])
        }

        private func cells(_ path: String) -> [[String]] {
            Folder.text(path).split(separator: "\n").dropFirst().map {
                $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            }
        }

        @Test func `samples have the table's words, orders and gaps, with what belongs to them, alike on 1 and 3 ranks`() throws {
            let folder = Scratch()
            let run = try training(folder)
            run.run()
            var files: Set<[UInt8]> = []
            for ranks in [nil, 3] {
                let drawn = Program.run(
                    ["sample", "--run", run.path, "--count", "300", "--out", folder.at("s.csv")], ranks: ranks, in: folder)
                #expect(drawn.exitCode == 0, "\(drawn.summary)")
                files.insert(Folder.bytes(folder.at("s.csv")))
            }
            let rows = cells(folder.at("s.csv"))
            #expect(files.count == 1 && rows.count == 300)
            #expect(rows.allSatisfy { ["a", "b", "c"].contains($0[0]) && ["S", "M", "L"].contains($0[2]) })
            // A third of the rows each; with 300 rows a standard error is .027, and short training has its own.
            for kind in ["a", "b", "c"] { #expect(abs(Double(rows.count { $0[0] == kind }) / 300 - 1.0 / 3) < 0.15, "\(kind)") }
            #expect(rows.count { ($0[1] == "x") == ($0[0] == "a") } > 260)
            // Half of the rows of c.
            #expect(rows.count { $0[3].isEmpty && $0[0] != "c" } < 25)
            #expect((25..<110).contains(rows.count { $0[3].isEmpty && $0[0] == "c" }))
            let heavy = rows.filter { $0[0] == "b" }.compactMap { Double($0[3]) }
            #expect(abs(heavy.reduce(0, +) / Double(max(1, heavy.count)) - 148) < 25)
        }

        @Test func `measures that integrate over real numbers are refused, and others compare the rows`() throws {
            let folder = Scratch()
            let run = try training(folder)
            run.run(["run.steps=2", "sampler.steps=2"])
            for measure in ["ksd", "smoothness"] {
                let refused = Program.run(["evaluate", "--run", run.path, "--measures", measure], in: folder)
                #expect(refused.exitCode == 64, "\(refused.summary)")
                #expect(refused.messages.first?.contains("found one of words, gaps or angles") == true, "\(refused.summary)")
            }
            let measured = Program.run(["evaluate", "--run", run.path], in: folder)
            #expect(measured.exitCode == 0 && measured.output.contains("sliced Wasserstein"), "\(measured.summary)")
        }
    }
}

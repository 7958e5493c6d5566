import Formats
import Foundation
import Testing

extension CommandTests {
    /// Rows of a table that are completed: what is given stays as it stands, and the rest has the model's law given that.
    @Suite(.serialized) struct CompletionTests {
        private static let (kinds, marks, sizes) = (["a", "b", "c"], ["x", "y"], ["S", "M", "L"])

        /// The mark goes with the kind, and so does the size, which is missing in every fifth row.
        private static let table = (["kind,mark,size,mass,id"] + (0..<480).map(line)).joined(separator: "\n") + "\n"

        private static func line(_ row: Int) -> String {
            let kind = row * 7 % 3
            let mark = row % 4 == 0 ? 1 - kind / 2 : kind / 2
            let size = row % 5 == 4 ? "" : sizes[(row + row / 3 % 2 + kind) % 3]
            let mass = Double(100 * kind + row * 37 % 97) / 10
            return "\(kinds[kind]),\(marks[mark]),\(size),\(mass),\(row)"
        }

        /// A model that has learned little: its law need not be that of the table.
        private static func training(_ folder: Scratch, _ more: [String]) throws -> Training {
            try folder.write(Array(table.utf8), to: "t.csv")
            return Training(
                "model", in: folder,
                [
                    "data.source=\(folder.at("t.csv"))", "data.standardize=true", "data.noise=0", "data.kinds=size=ordered:S<M<L,id=none",
                    "run.steps=60", "model.widths=[16]", "optimizer.learningRate=0.01", "samples.every=0", "sampler.steps=30",
                    "sampler.stepSize=0.05", "sampler.noise=null", "chains.noise=gaussian",
                ] + more)
        }

        private static let mixed = ["objective.kind=energyDiscrepancy", "objective.siteTime=0.5", "data.dequantize=false"]

        private static func cells(_ path: String) -> [[String]] {
            Folder.text(path).split(separator: "\n").dropFirst().map {
                $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            }
        }

        @Test func `words are completed with the probabilities that their energies say, alike on 1, 2, 3 and 8 ranks`() throws {
            let folder = Scratch()
            let run = try Self.training(folder, Self.mixed)
            run.run()
            // In another order than the model's, one column absent, and one that the learned rows have left out.
            try folder.write(Array("mass,id,size,mark\n3.1,1,,y\n17.25,2,M,\n1e1,3,L,x\n".utf8), to: "gaps.csv")
            var files: Set<[UInt8]> = []
            for ranks in [nil, 2, 3, 8] {
                let drawn = Program.run(
                    ["sample", "--run", run.path, "--complete", folder.at("gaps.csv"), "--count", "800", "--out", folder.at("c.csv")],
                    ranks: ranks, in: folder)
                #expect(drawn.exitCode == 0 && drawn.output.contains("complete 5 cells of 3 rows"), "\(drawn.summary)")
                files.insert(Folder.bytes(folder.at("c.csv")))
            }
            let rows = Self.cells(folder.at("c.csv"))
            #expect(files.count == 1 && rows.count == 2400)
            #expect(Folder.text(folder.at("c.csv")).hasPrefix("kind,mark,size,mass\n"))
            // What is given: the mass, and in turn mark, size, both.
            let given: [(mark: String?, size: String?, mass: String)] = [("y", nil, "3.1"), (nil, "M", "17.25"), ("x", "L", "10.0")]
            for (row, own) in given.enumerated() {
                var all: [[String]] = []
                for kind in Self.kinds {
                    for mark in Self.marks where own.mark ?? mark == mark {
                        for size in Self.sizes where own.size ?? size == size { all.append([kind, mark, size, own.mass]) }
                    }
                }
                let found = rows[row * 800..<(row + 1) * 800]
                #expect(found.allSatisfy { all.contains($0) })
                let text = "kind,mark,size,mass\n" + all.map { $0.joined(separator: ",") + "\n" }.joined()
                try folder.write(Array(text.utf8), to: "all.csv")
                let scored = Program.run(
                    ["energy", "--run", run.path, "--input", folder.at("all.csv"), "--out", folder.at("e.csv")], in: folder)
                #expect(scored.exitCode == 0, "\(scored.summary)")
                let energies = Self.cells(folder.at("e.csv")).map { Double($0[0]) ?? .nan }
                let weights = energies.map { exp(-$0) }
                for (cells, weight) in zip(all, weights) {
                    let share = weight / weights.reduce(0, +)
                    let own = Double(found.count { $0 == cells }) / 800
                    // Five standard errors; of rare rows five times 1/800 at least.
                    let error = (max(share, 1.0 / 800) / 800).squareRoot()
                    #expect(abs(own - share) < 5 * error, "\(cells): \(own), not \(share)")
                }
            }
        }

        @Test func `rows are completed by models that learned words as numbers too, and by models of numbers alone`() throws {
            let folder = Scratch()
            let spread = try Self.training(folder, ["objective.kind=denoisingScore", "objective.noise=0.2"])
            spread.run()
            try folder.write(Array("kind,mass\nb,12.3\n,0.1\n".utf8), to: "gaps.csv")
            let drawn = Program.run(
                ["sample", "--run", spread.path, "--complete", folder.at("gaps.csv"), "--count", "40", "--out", folder.at("c.csv")],
                in: folder)
            #expect(drawn.exitCode == 0, "\(drawn.summary)")
            let rows = Self.cells(folder.at("c.csv"))
            #expect(rows.count == 80 && rows.prefix(40).allSatisfy { $0[0] == "b" && $0[3] == "12.3" })
            #expect(rows.suffix(40).allSatisfy { $0[3] == "0.1" })
            #expect(rows.allSatisfy { Self.kinds.contains($0[0]) && Self.marks.contains($0[1]) && Self.sizes.contains($0[2]) })
            // Numbers alone, with a logarithm, from a table without names too.
            let numbers = (0..<200).map { (row: Int) -> String in
                let (u, v) = (Double(row * 37 % 100) / 7 - 3, Double(1 + row * 11 % 50))
                return "\(u),\(v)"
            }
            try folder.write(Array(("u,v\n" + numbers.joined(separator: "\n") + "\n").utf8), to: "n.csv")
            let plain = Training(
                "plain", in: folder,
                [
                    "data.source=\(folder.at("n.csv"))", "data.standardize=true", "data.scale=v=log", "run.steps=5", "sampler.noise=null",
                    "sampler.stepSize=0.05",
                ])
            plain.run()
            for (name, text) in [("named.csv", "v,u\n0.7,\n,0.1\n"), ("bare.csv", ",0.7\n0.1,\n")] {
                try folder.write(Array(text.utf8), to: name)
                let filled = Program.run(
                    ["sample", "--run", plain.path, "--complete", folder.at(name), "--out", folder.at("f.csv")], in: folder)
                #expect(filled.exitCode == 0, "\(filled.summary)")
                let found = Self.cells(folder.at("f.csv"))
                #expect(found.count == 2 && found[0][1] == "0.7" && found[1][0] == "0.1", "\(found)")
                #expect(found.allSatisfy { $0.allSatisfy { Double($0)?.isFinite == true } } && (Double(found[1][1]) ?? 0) > 0)
            }
        }

        @Test(arguments: [nil, 3]) func `a table that does not fit is refused with the place`(ranks: Int?) throws {
            let folder = Scratch()
            let run = try Self.training(folder, Self.mixed)
            run.run(["run.steps=2"])
            let cases: [(text: String, words: String)] = [
                (
                    "kind,marc\na,x\n",
                    "line 1: expected columns of the model, kind, mark, size, mass, found 'marc'. Correct its name, or take it out. "
                        + "Did you mean \"mark\"?"
                ),
                ("kind,mark\na,\nd,x\n", "column 'kind': row 1 from 0: expected one of a, b, c, as the learned data have it, found 'd'"),
                ("mass,size\n,S\n1,XL\n", "column 'size': row 1 from 0: expected one of S, M, L"),
                ("mass,size\nheavy,S\n", "line 2, column 1 (mass): expected a finite decimal number, found 'heavy'"),
                ("kind,mark,size,mass\na,x,S,1\n", "expected empty cells, or a table without some of the model's columns"),
                ("id\n7\n", "expected some of the columns kind, mark, size, mass, found none of them"),
            ]
            for (text, words) in cases {
                try folder.write(Array(text.utf8), to: "wrong.csv")
                let result = Program.run(
                    ["sample", "--run", run.path, "--complete", folder.at("wrong.csv"), "--out", folder.at("x.csv")], ranks: ranks,
                    in: folder)
                #expect(
                    result.exitCode == 65 && result.messages.count == 1 && result.messages[0].contains(words)
                        && result.messages[0].contains("wrong.csv"), "\(result.summary)")
            }
            try folder.write(Array("kind,mark\na,\n".utf8), to: "gaps.csv")
            let complete = ["sample", "--run", run.path, "--complete", folder.at("gaps.csv"), "--out", folder.at("x.csv")]
            let started = Program.run(complete + ["--from", "chains"], ranks: ranks, in: folder)
            #expect(started.exitCode == 64 && started.messages.first?.contains("--complete") == true, "\(started.summary)")
            let images = Training("images", in: folder, ["run.steps=2"])
            images.run()
            let refused = Program.run(
                ["sample", "--run", images.path, "--complete", folder.at("gaps.csv"), "--out", folder.at("x.csv")], ranks: ranks, in: folder
            )
            #expect(
                refused.exitCode == 64 && refused.messages.first?.contains("a table's rows alone, found one of images of 8x8") == true,
                "\(refused.summary)")
        }
    }
}

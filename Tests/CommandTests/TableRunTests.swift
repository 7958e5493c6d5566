import Formats
import Foundation
import Testing

extension CommandTests {
    /// A table with words and gaps, from training to samples and energies in its own units, on any number of ranks.
    @Suite(.serialized) struct TableRunTests {
        /// Two kinds, of which one is heavy; every seventh mass is missing.
        static func table(_ count: Int = 60) -> String {
            let rows = (0..<count).map { row in
                let isHeavy = row % 3 == 0
                let mass = row % 7 == 6 ? "NA" : "\((isHeavy ? 5000 : 3000) + row * 37 % 400)"
                return "\(isHeavy ? "Gentoo" : row % 3 == 1 ? "Adelie" : "Chinstrap"),\(mass),\(row % 2 == 0 ? "male" : "female"),"
                    + "\(row % 24),\(row % 5 == 4 ? "h" : "g"),\(1 + row % 2)"
            }
            return "kind,mass,sex,hour,class,w\n" + rows.joined(separator: "\n") + "\n"
        }

        private func training(_ folder: Scratch) throws -> Training {
            try folder.write(Array(Self.table().utf8), to: "birds.csv")
            return Training(
                "birds", in: folder,
                [
                    "data.source=\(folder.at("birds.csv"))", "data.standardize=true", "data.kinds=hour=cyclic:24", "data.rows=class=g",
                    "data.weight=w", "data.test=0.2", "run.steps=3",
                ])
        }

        @Test func `a table with words and gaps trains without a key, and its start says what columns were taken as`() throws {
            let folder = Scratch()
            try folder.write(Array(Self.table().utf8), to: "birds.csv")
            var models: Set<[UInt8]> = []
            for ranks in [nil, 3] {
                let run = folder.at("run-\(ranks ?? 1)")
                let arguments = ["--out", run, "data.source=\(folder.at("birds.csv"))", "run.steps=2", "run.threads=1"]
                let dry = Program.run(["train", "--dry-run"] + arguments, ranks: ranks, in: folder)
                let trained = Program.run(["train"] + arguments, ranks: ranks, in: folder)
                for result in [dry, trained] {
                    let lines = result.output.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
                    #expect(result.exitCode == 0, "\(result.summary)")
                    for line in [
                        "columns kind category of 3: Adelie, Chinstrap, Gentoo", "mass whole number; 8 missing, standardised",
                        "sex bit: female, male",
                        "hour whole number, standardised", "class bit: g, h",
                    ] {
                        #expect(lines.contains(line), "\(line) in \(result.output)")
                    }
                    #expect(result.output.contains("60 rows of 6 columns, 9 coordinates"))
                }
                models.insert(Folder.bytes("\(run)/checkpoints/step-00000002/model.safetensors"))
            }
            #expect(models.count == 1 && models.first?.isEmpty == false)
        }

        @Test func `samples and energies have the table's own columns, words and gaps, alike on 1, 2 and 3 ranks`() throws {
            let folder = Scratch()
            let run = try training(folder)
            run.run()
            let bits = run.bits()
            let shared = try training(folder).copied(to: "shared")
            try? FileManager.default.removeItem(atPath: shared.path)
            shared.run(ranks: 2)
            #expect(shared.bits() == bits)
            var files: Set<[UInt8]> = []
            var energies: Set<[UInt8]> = []
            for ranks in [nil, 2, 3] {
                let (samples, scores) = (folder.at("s.csv"), folder.at("e.csv"))
                let drawn = Program.run(
                    ["sample", "--run", run.path, "--count", "40", "--out", samples, "--grid", folder.at("s.png")], ranks: ranks, in: folder
                )
                #expect(drawn.exitCode == 0 && !drawn.output.contains("not finite"), "\(drawn.summary)")
                files.insert(Folder.bytes(samples))
                let scored = Program.run(["energy", "--run", run.path, "--input", samples, "--out", scores], ranks: ranks, in: folder)
                #expect(scored.exitCode == 0, "\(scored.summary)")
                energies.insert(Folder.bytes(scores))
            }
            #expect(files.count == 1 && energies.count == 1)
            let lines = Folder.text(folder.at("s.csv")).split(separator: "\n").map {
                $0.split(separator: ",", omittingEmptySubsequences: false)
            }
            #expect(lines[0] == ["kind", "mass", "sex", "hour"] && lines.count == 41)
            for line in lines.dropFirst() {
                #expect(["Adelie", "Chinstrap", "Gentoo"].contains(line[0]) && ["female", "male"].contains(line[2]))
                #expect(line[1].isEmpty || Int(line[1]) != nil)
                #expect((Double(line[3]) ?? -1) >= 0 && (Double(line[3]) ?? 24) < 24)
            }
            // Numbers alone have the numbers of words.
            let array = Program.run(["sample", "--run", run.path, "--count", "4", "--out", folder.at("s.npy")], in: folder)
            #expect(array.output.contains("kind: 0 Adelie, 1 Chinstrap, 2 Gentoo"), "\(array.summary)")
            // Columns in another order, and one more; the run's own rows by another name.
            let turned = "extra,hour,sex,mass,kind\n1,5,male,4000,Gentoo\n2,7,female,,Adelie\n"
            try folder.write(Array(turned.utf8), to: "turned.csv")
            let other = Program.run(
                ["energy", "--run", run.path, "--input", folder.at("turned.csv"), "--out", folder.at("t.csv")], in: folder)
            #expect(other.exitCode == 0 && other.output.contains("no such column: extra"), "\(other.summary)")
            #expect(Folder.text(folder.at("t.csv")).split(separator: "\n").count == 3)
        }

        @Test func `whole numbers come back as such from every command, and their samples are compared as rows of the data are`() throws {
            let folder = Scratch()
            let rows = (0..<240).map { "\($0 / 3 % 2),\(20 + $0 / 7 % 2),\(Double($0 % 8) / 4)" }
            try folder.write(Array(("count,age,x\n" + rows.joined(separator: "\n") + "\n").utf8), to: "t.csv")
            let run = folder.at("run")
            let trained = Program.run(
                ["train", "--out", run, "data.source=\(folder.at("t.csv"))", "run.steps=3", "run.threads=1", "model.widths=[8]"], in: folder
            )
            #expect(trained.exitCode == 0 && trained.output.contains("2 whole numbers, standardised"), "\(trained.summary)")
            try folder.write(Array("count,x\n3,0.5\n".utf8), to: "gaps.csv")
            for (name, more) in [("s.csv", ["--count", "200"]), ("c.csv", ["--count", "9", "--complete", folder.at("gaps.csv")])] {
                let drawn = Program.run(["sample", "--run", run, "--steps", "50", "--out", folder.at(name)] + more, in: folder)
                #expect(drawn.exitCode == 0, "\(drawn.summary)")
                let lines = Folder.text(folder.at(name)).split(separator: "\n").dropFirst().map { $0.split(separator: ",") }
                #expect(lines.count >= 9 && lines.allSatisfy { Int($0[0]) != nil && Int($0[1]) != nil && $0[2].contains(".") }, "\(lines)")
            }
            // An array has them too, as numbers.
            let array = Program.run(["sample", "--run", run, "--count", "20", "--steps", "50", "--out", folder.at("s.npy")], in: folder)
            #expect(array.exitCode == 0, "\(array.summary)")
            let numbers = try NPY.decode(FileBytes.read(folder.at("s.npy")), name: "s.npy").values.doubles ?? []
            #expect(numbers.count == 60 && stride(from: 0, to: 60, by: 3).allSatisfy { numbers[$0] == numbers[$0].rounded() })
            // The rows themselves, given as samples, are as near as rows are: unspread, two cells of half a deviation would be a fourth of one away.
            let measured = Program.run(
                ["evaluate", "--run", run, "--samples", folder.at("t.csv"), "--measures", "distances", "--out", folder.at("m.json")],
                in: folder)
            #expect(measured.exitCode == 0, "\(measured.summary)")
            let report = try #require(try JSONSerialization.jsonObject(with: Data(Folder.bytes(folder.at("m.json")))) as? [String: Any])
            let measures = try #require((report["samples"] as? [String: Any])?["samples"] as? [String: Any])
            #expect(try #require(measures["slicedWasserstein"] as? Double) < 0.2, "\(measures)")
        }

        @Test(arguments: [nil, 3]) func `other tables are refused by the name of the column`(ranks: Int?) throws {
            let folder = Scratch()
            let run = try training(folder)
            run.run()
            let cases: [(text: String, words: String)] = [
                (
                    "kind,mas,sex,hour\nGentoo,1,male,1\n",
                    "a column named 'mass', found kind, mas, sex, hour. Correct the name of the column. Did you mean \"mas\"?"
                ),
                ("kind,mass,sex,hour\nGentoo,1,both,1\n", "column 'sex': row 0 from 0: expected one of female, male"),
                ("kind,mass,sex,hour\nGentoo,heavy,male,1\n", "line 2, column 2 (mass): expected a finite decimal number, found 'heavy'"),
            ]
            for (text, words) in cases {
                try folder.write(Array(text.utf8), to: "wrong.csv")
                let result = Program.run(
                    ["energy", "--run", run.path, "--input", folder.at("wrong.csv"), "--out", folder.at("x.csv")], ranks: ranks, in: folder)
                #expect(result.exitCode == 65 && result.messages.count == 1 && result.messages[0].contains(words), "\(result.summary)")
            }
            let keys: [(key: String, code: Int32, words: String)] = [
                ("data.kinds=mas=number", 78, "found 'mas'. Did you mean \"mass\"?"), ("data.scale=mass=lag", 78, "Did you mean \"log\"?"),
                ("data.weight=v", 78, "data.weight: expected a column of"),
                ("data.rows=class=i", 65, "(data.rows): expected one of g, h, found 'i'"),
                ("data.split=sex", 78, "expected data.validation and data.test without a share"),
            ]
            for (key, code, words) in keys {
                let result = Program.run(run.command([key]), ranks: ranks, in: folder)
                #expect(
                    result.exitCode == code && result.messages.count == 1 && result.messages[0].contains(words), "\(key): \(result.summary)"
                )
            }
            // Another word is other data.
            try folder.write(Array(Self.table().replacing("Adelie", with: "Adele").utf8), to: "birds.csv")
            let other = Program.run(run.command(["run.steps=5"]), ranks: ranks, in: folder)
            #expect(other.exitCode == 73 && other.messages.first?.contains("trained on other data") == true, "\(other.summary)")
        }

        @Test func `the rows that were left out are told from the others, and a row's energy is explained, alike on 1 and 3 ranks`() throws
        {
            let folder = Scratch()
            // b is twice a but in the rows of class h; one of these is far away in c.
            let rows = (0..<200).map { row in
                let a = Double(row * 37 % 100) / 10
                return
                    "\(a),\(row % 10 == 0 ? 20 - 2 * a : 2 * a),\(row == 50 ? 99 : row * 13 % 7),\(row % 3 == 0 ? "x" : "y"),\(row % 10 == 0 ? "h" : "g")"
            }
            try folder.write(Array(("a,b,c,d,class\n" + rows.joined(separator: "\n") + "\n").utf8), to: "t.csv")
            let run = folder.at("run")
            let trained = Program.run(
                [
                    "train", "--out", run, "data.source=\(folder.at("t.csv"))", "data.rows=class=g", "data.test=0.3", "run.steps=300",
                    "run.threads=1", "model.widths=[32,32]",
                ], ranks: 2, in: folder)
            #expect(trained.exitCode == 0, "\(trained.summary)")
            var measures: Set<[UInt8]> = []
            var tables: Set<[UInt8]> = []
            for ranks in [nil, 3] {
                let found = Program.run(
                    ["evaluate", "--run", run, "--outliers", "rest", "--out", folder.at("m.json")], ranks: ranks, in: folder)
                #expect(found.exitCode == 0 && found.output.contains("20 rows of"), "\(found.summary)")
                #expect(found.output.contains("among 54 rows of") && found.output.contains("false alarms 5 %"), "\(found.summary)")
                measures.insert(Folder.bytes(folder.at("m.json")))
                let explained = Program.run(
                    ["energy", "--run", run, "--input", folder.at("t.csv"), "--out", folder.at("e.csv"), "--explain"], ranks: ranks,
                    in: folder)
                #expect(explained.exitCode == 0 && explained.output.contains("row 50 from 0: energy"), "\(explained.summary)")
                tables.insert(Folder.bytes(folder.at("e.csv")))
            }
            #expect(measures.count == 1 && tables.count == 1)
            let report = try #require(try JSONSerialization.jsonObject(with: Data(measures.first ?? [])) as? [String: Any])
            let outliers = try #require(report["outliers"] as? [String: Any])
            #expect(try #require(outliers["auroc"] as? Double) > 0.8 && outliers["areTrainingRows"] as? Bool == false)
            let detection = try #require(outliers["detection"] as? [String: Any])
            #expect((detection["thresholds"] as? [Any])?.count == 3 && (detection["precision"] as? [Any])?.count == 2)
            let lines = Folder.text(folder.at("e.csv")).split(separator: "\n").map { $0.split(separator: ",") }
            #expect(lines[0] == ["energy", "percentile", "\"from a\"", "\"from b\"", "\"from c\"", "\"from d\""] && lines.count == 201)
            // The far row: above all others, because of c.
            let far = lines[51].compactMap { Double($0) }
            #expect(far.count == 6 && far[1] == 100 && far[4] > max(far[2], far[3], far[5]))
            let percentiles = lines.dropFirst().compactMap { Double($0[1]) }
            #expect(percentiles.count == 200 && percentiles.allSatisfy { (0...100).contains($0) } && Set(percentiles).count > 60)
        }

        @Test(arguments: [nil, 3]) func `what cannot be explained or told apart is refused`(ranks: Int?) throws {
            let folder = Scratch()
            let run = Training("digits", in: folder, ["run.steps=1"])
            run.run()
            let cases: [(arguments: [String], words: String)] = [
                (
                    ["energy", "--input", "digits", "--out", folder.at("e.npy"), "--explain"],
                    "energy: --explain: expected an energy of rows of numbers"
                ),
                (
                    ["evaluate", "--outliers", "rest"],
                    "evaluate: --outliers rest: expected a run that learned some of its rows (data.rows)"
                ),
            ]
            for (arguments, words) in cases {
                let result = Program.run(arguments + ["--run", run.path], ranks: ranks, in: folder)
                #expect(result.exitCode == 64 && result.messages.count == 1 && result.messages[0].contains(words), "\(result.summary)")
            }
        }
    }
}

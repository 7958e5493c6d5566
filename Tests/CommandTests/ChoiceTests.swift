import Formats
import Foundation
import TestSupport
import Testing

extension CommandTests {
    /// What is chosen by the data: alike in every command, on any number of ranks and at every start, and good for what it is chosen for.
    @Suite(.serialized) struct ChoiceTests {
        /// Rows of a curve in three of four columns, in units from thousandths to thousands; with `shuffles` each column by itself.
        private static func rows(_ count: Int, seed: UInt64, shuffles: Bool = false) -> String {
            var generator = SplitMix64(state: seed)
            func normal() -> Double {
                let (u, v) = (Double.random(in: 1e-12..<1, using: &generator), Double.random(in: 0..<1, using: &generator))
                return (-2 * Foundation.log(u)).squareRoot() * cos(2 * .pi * v)
            }
            let rows = (0..<count).map { _ in
                let angle = Double.random(in: 0..<2 * .pi, using: &generator)
                return [
                    5000 + 300 * cos(angle) + 20 * normal(), 0.002 * sin(angle) + 0.0002 * normal(), 7 * sin(2 * angle) + 0.5 * normal(),
                    normal(),
                ]
            }
            let columns = (0..<4).map { column in
                let values = rows.map { $0[column] }
                return shuffles ? values.shuffled(using: &generator) : values
            }
            let lines = (0..<count).map { row in columns.map { String($0[row]) }.joined(separator: ",") }
            return "a,b,c,d\n" + lines.joined(separator: "\n") + "\n"
        }

        private func write(_ text: String, _ name: String, in folder: Scratch) throws -> String {
            try folder.write(Array(text.utf8), to: name)
            return folder.at(name)
        }

        private func withoutComments(_ text: String) -> String {
            text.split(separator: "\n").filter { !$0.hasPrefix("//") }.joined(separator: "\n")
        }

        @Test func `config, a dry run and a training choose alike on 1 and 2 ranks, and say what they chose`() throws {
            let folder = Scratch()
            let path = try write(Self.rows(200, seed: 1), "my table.csv", in: folder)
            let arguments = ["data.source=\(path)", "run.steps=4", "run.threads=1", "model.widths=[16]"]
            let words = ["a table of 200 rows of 4 numbers: standardised", "4-16-1", "denoising score matching at noise 0.1"]
            let printed = Program.run(["config"] + arguments, in: folder)
            let resolved = withoutComments(printed.output)
            #expect(printed.exitCode == 0 && resolved.contains(#"kind: "denoisingScore""#) && resolved.contains(#"name: "my-table""#))
            var models: Set<[UInt8]> = []
            for ranks in [nil, 2] {
                let run = folder.at("run-\(ranks ?? 1)")
                let dry = Program.run(["train", "--dry-run", "--out", run] + arguments, ranks: ranks, in: folder)
                #expect(!FileManager.default.fileExists(atPath: run))
                let trained = Program.run(["train", "--out", run] + arguments, ranks: ranks, in: folder)
                for result in [printed, dry, trained] {
                    #expect(result.exitCode == 0 && words.allSatisfy { result.output.contains($0) }, "\(result.summary)")
                }
                #expect(withoutComments(Folder.text("\(run)/config.json5")) == resolved)
                models.insert(Folder.bytes("\(run)/checkpoints/step-00000004/model.safetensors"))
            }
            #expect(models.count == 1)
            // The same command continues; so does the stored configuration, which holds every choice.
            for command in [arguments, [folder.at("run-1/config.json5")]] {
                let longer = Program.run(["train", "--out", folder.at("run-1")] + command + ["run.steps=6"], in: folder)
                #expect(longer.exitCode == 0, "\(longer.summary)")
            }
            let other = Program.run(["train", "--out", folder.at("run-1")] + arguments + ["objective.kind=nce"], in: folder)
            #expect(other.exitCode == 73 && other.errors.contains("run-1/config.json5 --out"), "\(other.summary)")
        }

        @Test func `without any data, and with a file that says what is learned, nothing is chosen`() throws {
            let folder = Scratch()
            let defaults = Program.run(["config"], in: folder)
            #expect(defaults.exitCode == 0 && defaults.output == withoutComments(defaults.output) + "\n\n")
            let file = try write("{objective: {kind: 'nce'}}", "own.json5", in: folder)
            let own = Program.run(["config", file, "data.source=not-there.csv"], in: folder)
            #expect(own.exitCode == 0 && own.output.contains("widths: [256, 256]"), "\(own.summary)")
            let missing = Program.run(["config", "data.source=not-there.csv"], in: folder)
            #expect(missing.exitCode == 66 && missing.errors.contains("not-there.csv"), "\(missing.summary)")
        }

        /// Other draws of the same rows with seeds 1 to 5: .934 to .938, distances .115 to .145 beside .193 of noise. The digits' training, which was the default
        /// for tables, diverges on them.
        @Test func `a table as it is, without a key, is told from its shuffled columns, and samples come nearer to it than noise`() throws {
            let folder = Scratch()
            let train = try write(Self.rows(3000, seed: 1), "train.csv", in: folder)
            let test = try write(Self.rows(500, seed: 2), "test.csv", in: folder)
            let shuffled = try write(Self.rows(500, seed: 3, shuffles: true), "shuffled.csv", in: folder)
            let run = folder.at("run")
            // Fewer steps than by default keep the test short.
            let trained = Program.run(["train", "--out", run, "data.source=\(train)", "run.steps=1000"], in: folder)
            #expect(trained.exitCode == 0, "\(trained.summary)")
            let measured = Program.run(
                ["evaluate", "--run", run, "--data", test, "--outliers", shuffled, "--from", "noise", "--out", folder.at("m.json")],
                in: folder)
            #expect(measured.exitCode == 0, "\(measured.summary)")
            let report = try #require(try JSONSerialization.jsonObject(with: Data(Folder.bytes(folder.at("m.json")))) as? [String: Any])
            let area = try #require((report["outliers"] as? [String: Any])?["auroc"] as? Double)
            #expect(area > 0.9)
            let samples = try #require(report["samples"] as? [String: Any])
            func distance(_ of: String) throws -> Double {
                try #require((samples[of] as? [String: Any])?["slicedWasserstein"] as? Double)
            }
            #expect(try distance("samples") < distance("ceiling"))
        }
    }
}

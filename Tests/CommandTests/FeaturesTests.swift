import Formats
import Foundation
import Testing

extension CommandTests {
    /// `features`, and the measures of `evaluate` that take a classifier or training rows: the same files on any number of ranks.
    @Suite(.serialized) struct FeaturesTests {
        private func features(_ arguments: [String], ranks: Int? = nil, to name: String, in folder: Scratch) -> [UInt8] {
            let result = Program.run(["features", "--out", folder.at(name)] + arguments, ranks: ranks, in: folder)
            #expect(result.exitCode == 0 && result.output.contains("held-out rows"), "\(result.summary)")
            return Folder.bytes(folder.at(name))
        }

        @Test func `the classifier of the digits is the same file on 1, 2 and 3 ranks, and knows most of them`() throws {
            let folder = Scratch()
            let alone = features(["--data", "digits", "--steps", "120"], to: "alone.safetensors", in: folder)
            #expect(!alone.isEmpty)
            for ranks in [2, 3] {
                #expect(features(["--data", "digits", "--steps", "120"], ranks: ranks, to: "\(ranks).safetensors", in: folder) == alone)
            }
            let header = try Safetensors(alone, name: "alone").header
            let record = try JSONSerialization.jsonObject(with: Data((header.metadata["classifier"] ?? "").utf8)) as? [String: Any]
            #expect(record?["rows"] as? Int == 1617 && record?["heldOutRows"] as? Int == 180 && record?["steps"] as? Int == 120)
            #expect((record?["heldOutAccuracy"] as? Double ?? 0) > 0.9)
        }

        @Test func `measures on its features, and of training rows, are the same file on 1, 2 and 3 ranks`() throws {
            let folder = Scratch()
            _ = features(["--data", "digits", "--steps", "60"], to: "f.safetensors", in: folder)
            let run = Training("digits", in: folder, ["run.steps=3", "data.validation=0.1"])
            run.run()
            func evaluate(_ measures: String, ranks: Int? = nil, to name: String, _ more: [String] = []) -> [UInt8] {
                let result = Program.run(
                    ["evaluate", "--run", run.path, "--out", folder.at(name), "--count", "60", "--measures", measures] + more, ranks: ranks,
                    in: folder)
                #expect(result.exitCode == 0, "\(result.summary)")
                return Folder.bytes(folder.at(name))
            }
            let classifier = ["--features", folder.at("f.safetensors")]
            let all = "features,confidence,precision,memorization"
            let alone = evaluate(all, to: "alone.json", classifier + ["--nearest", folder.at("nearest.png")])
            for ranks in [2, 3] { #expect(evaluate(all, ranks: ranks, to: "\(ranks).json", classifier) == alone, "\(ranks) ranks") }
            let report = try #require(try JSONSerialization.jsonObject(with: Data(alone)) as? [String: Any])
            #expect(["features", "confidence", "precision", "memorization"].allSatisfy { report.keys.contains($0) })
            let memorization = try #require(report["memorization"] as? [String: Any])
            #expect(memorization["trainingRows"] as? Int == 1617 && memorization["heldOutRows"] as? Int == 60)
            #expect(memorization["heldOutAreTrainingRows"] as? Bool == false && Folder.bytes(folder.at("nearest.png")).count > 1000)
            #expect((report["precision"] as? [String: Any])?["on"] as? String == "features")
            // Without a classifier on values.
            let values = try JSONSerialization.jsonObject(with: Data(evaluate("precision", to: "values.json"))) as? [String: Any]
            #expect((values?["precision"] as? [String: Any])?["on"] as? String == "values")
        }

        @Test func `rows without classes, other files and other rows are refused with what is missing`() throws {
            let folder = Scratch()
            func refused(_ arguments: [String], _ exitCode: Int32, _ words: String) {
                let result = Program.run(arguments, in: folder)
                #expect(result.exitCode == exitCode && result.errors.contains(words), "\(arguments): \(result.summary)")
            }
            refused(["features", "--data", "moons", "--out", folder.at("f")], 65, "expected rows of two classes")
            try folder.write(Array("1,2,0\n2,3,0\n3,1,0\n1,1,0\n".utf8), to: "one.csv")
            refused(["features", "--data", folder.at("one.csv"), "--out", folder.at("f")], 65, "expected rows of two classes")
            refused(["features", "--data", "digits", "--out", folder.at("nowhere/f")], 74, "nothing is there")
            let run = Training("points", in: folder, ["data.source=moons", "run.steps=2"])
            run.run()
            let start = ["evaluate", "--run", run.path, "--measures"]
            refused(start + ["features"], 64, "--features FILE")
            refused(start + ["memorization"], 64, "expected a model of a data set")
            _ = features(["--data", "digits", "--steps", "2"], to: "d.safetensors", in: folder)
            refused(start + ["confidence", "--features", folder.at("d.safetensors")], 64, "found one of 8x8x1")
            refused(
                start + ["distances", "--features", folder.at("d.safetensors")], 64, "--features is for features, confidence, precision")
            refused(start + ["confidence", "--features", folder.at("none")], 66, "none")
            refused(start + ["precision", "--features", folder.at("one.csv")], 65, "one.csv")
        }
    }
}

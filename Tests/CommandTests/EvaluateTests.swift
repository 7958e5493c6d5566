import Formats
import Foundation
import Testing

extension CommandTests {
    /// `evaluate` on runs of images and of vectors: drawn samples, samples of a file, other data; the same measures on any number of ranks.
    @Suite(.serialized) struct EvaluateTests {
        private func report(_ path: String) throws -> [String: Any] {
            let report = try JSONSerialization.jsonObject(with: Data(Folder.bytes(path))) as? [String: Any]
            return try #require(report?["samples"] as? [String: Any])
        }

        private func evaluate(_ arguments: [String], _ run: Training, ranks: Int? = nil, to name: String) throws -> [UInt8] {
            let output = run.folder.at(name)
            let result = Program.run(["evaluate", "--run", run.path, "--out", output] + arguments, ranks: ranks, in: run.folder)
            #expect(result.exitCode == 0 && result.output.contains("sliced Wasserstein"), "\(result.summary)")
            return Folder.bytes(output)
        }

        @Test func `a model of images has the same measures on 1, 2 and 3 ranks, of drawn samples and of those that sample wrote`() throws {
            let folder = Scratch()
            let run = Training("digits", in: folder, ["run.steps=3", "evaluate.every=2", "evaluate.count=50"])
            run.run()
            let alone = try evaluate(["--count", "60", "--steps", "2"], run, to: "alone.json")
            #expect(!alone.isEmpty)
            for ranks in [1, 2, 3] {
                #expect(try evaluate(["--count", "60", "--steps", "2"], run, ranks: ranks, to: "\(ranks).json") == alone, "\(ranks) ranks")
            }
            let drawn = Program.run(
                ["sample", "--run", run.path, "--count", "60", "--steps", "2", "--out", folder.at("s.npy")], ranks: 2, in: folder)
            #expect(drawn.exitCode == 0, "\(drawn.summary)")
            let read = try evaluate(["--samples", folder.at("s.npy")], run, ranks: 2, to: "read.json")
            #expect(read == (try evaluate(["--samples", folder.at("s.npy")], run, to: "read-alone.json")))
            for part in ["samples", "floor", "ceiling"] {
                let (found, expected) = (try report(folder.at("read.json"))[part], try report(folder.at("alone.json"))[part])
                #expect(try #require(found as? NSDictionary) == #require(expected as? NSDictionary), "\(part)")
            }
            // 50 chains of 12 shards: 5 of each.
            let lines = Folder.text("\(run.path)/evaluation.jsonl").split(separator: "\n")
            #expect(lines.count == 2 && lines.allSatisfy { $0.contains("\"count\":60") && $0.contains("\"trainingSeconds\"") })
        }

        @Test func `a model of vectors is compared with its data and with other data`() throws {
            let folder = Scratch()
            let rows = (0..<90).map { "\($0 % 7),\($0 % 5),\(Double($0 % 11) / 4)" }
            try folder.write(Array(rows[..<60].joined(separator: "\n").utf8), to: "train.csv")
            try folder.write(Array(rows[60...].joined(separator: "\n").utf8), to: "test.csv")
            let run = Training("vectors", in: folder, ["data.source=\(folder.at("train.csv"))", "data.standardize=true", "run.steps=2"])
            run.run()
            _ = try evaluate(["--from", "noise"], run, ranks: 2, to: "own.json")
            _ = try evaluate(["--data", folder.at("test.csv")], run, to: "other.json")
            let (own, other) = (try report(folder.at("own.json")), try report(folder.at("other.json")))
            #expect(
                own["origin"] as? String == "noise" && own["referenceRows"] as? Int == 30
                    && (own["samples"] as? [String: Any])?["count"] as? Int == 30 && own["features"] as? Int == 3)
            #expect(other["origin"] as? String == "chains" && other["referenceRows"] as? Int == 30)
            // On the scale of the model both have about mean 0 and deviation 1; unscaled test rows would be at 3² + 2² + 1² and more.
            let distance = try #require((other["floor"] as? [String: Any])?["frechetDistance"] as? Double)
            #expect(distance < 2)
            // The same rows under another name leave rows for the floor, as the run's own do.
            try folder.write(Folder.bytes(folder.at("train.csv")), to: "copy.csv")
            _ = try evaluate(["--from", "noise", "--data", folder.at("copy.csv")], run, to: "copy.json")
            let copy = try report(folder.at("copy.json"))
            #expect(copy["referenceRows"] as? Int == 30 && copy["data"] as? String != own["data"] as? String)
            #expect(try #require(copy["floor"] as? NSDictionary) == #require(own["floor"] as? NSDictionary))
        }
    }
}

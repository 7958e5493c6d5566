import Commands
import Configuration
import Datasets
import Distributed
import Failures
import Formats
import Foundation
import Measures
import Numerics
import Testing
import Training

@Suite struct EvaluateCommandTests {
    private func withRun(_ arguments: [String], _ body: (String) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "ebm-dist-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        _ = OneThreadPerProduct.once
        let small = [
            "run.steps=2", "run.shards=2", "run.chainsPerShard=8", "run.threads=1", "sampler.steps=2", "chains.buffer=32",
            "model.widths=[8]",
        ]
        let configuration = try RunConfiguration.resolve(arguments: small + arguments)
        try TrainingRun(configuration: configuration, folder: RunFolder(path), isQuiet: true).run(SoloCommunicator())
        try body(path)
    }

    @Test func `a run on a plane density is measured, written and drawn`() throws {
        try withRun(["data.source=25gaussians", "sampler.stepSize=0.004", "model.referenceDeviation=2"]) { path in
            let command = EvaluateCommand(folder: path, output: "\(path)/measures.json", picture: "\(path)/measures.png")
            let text = try command.run(SoloCommunicator())
            #expect(text.hasPrefix("25gaussians at step 2, average weights\nlog Z ") && text.contains("of 25"))
            let bytes = try Data(contentsOf: URL(filePath: "\(path)/measures.json"))
            let report = try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
            let measures = try #require(report["measures"] as? [String: Any])
            let fit = try #require(measures["fit"] as? [String: Any])
            let coverage = try #require(measures["coverage"] as? [String: Any])
            #expect(report["step"] as? Int == 2 && measures["density"] as? String == "25gaussians")
            #expect((fit["squaredError"] as? Double ?? 0) > 0.1 && coverage["samples"] as? Int == 32)
            #expect(FileManager.default.fileExists(atPath: "\(path)/measures.png"))
        }
    }

    @Test func `modes are counted in fresh samples where chains of training are none, though they are kept`() throws {
        let matching = [
            "objective.kind=energyMatching", "objective.sharpenAfter=1", "objective.sharpenSteps=3", "objective.keepChains=true",
            "data.source=25gaussians",
        ]
        try withRun(matching) { path in
            _ = try EvaluateCommand(folder: path, count: 20, output: "\(path)/measures.json").run(SoloCommunicator())
            let report = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: "\(path)/measures.json"))) as? [String: Any]
            let measures = try #require(report?["measures"] as? [String: Any])
            #expect((measures["coverage"] as? [String: Any])?["samples"] as? Int == 20)
        }
    }

    @Test func `chains of an objective that keeps none are refused, and noise is named`() throws {
        try withRun(["data.source=moons", "objective.kind=denoisingScore", "chains.buffer=null"]) { path in
            let drawn = failure {
                _ = try SampleCommand(folder: path, count: 4, start: .chains, output: "\(path)/s.npy").run(SoloCommunicator())
            }
            let measured = failure { _ = try EvaluateCommand(folder: path, start: .chains).run(SoloCommunicator()) }
            for refused in [drawn, measured] {
                #expect(refused?.kind == .usage && refused?.message.contains("--from noise") == true, "\(refused?.message ?? "")")
            }
            _ = try SampleCommand(folder: path, count: 4, output: "\(path)/s.npy").run(SoloCommunicator())
        }
    }

    private func samples(of path: String) throws -> [String: Any] {
        let report = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: path))) as? [String: Any]
        return try #require(report?["samples"] as? [String: Any])
    }

    private func value(_ key: String, of part: String, _ samples: [String: Any]) throws -> Double {
        try #require((samples[part] as? [String: Any])?[key] as? Double)
    }

    @Test func `samples that a file holds have the same measures as when they are drawn, and lie between data and noise`() throws {
        try withRun(["data.source=digits", "data.noise=0"]) { path in
            _ = try SampleCommand(folder: path, count: 30, steps: 3, seed: 5, output: "\(path)/s.npy").run(SoloCommunicator())
            _ = try EvaluateCommand(folder: path, steps: 3, count: 30, seed: 5, output: "\(path)/drawn.json").run(SoloCommunicator())
            _ = try EvaluateCommand(folder: path, samples: "\(path)/s.npy", output: "\(path)/read.json").run(SoloCommunicator())
            let (drawn, read) = (try samples(of: "\(path)/drawn.json"), try samples(of: "\(path)/read.json"))
            #expect(drawn["origin"] as? String == "chains" && drawn["steps"] as? Int == 3 && read["steps"] == nil)
            #expect(drawn["referenceRows"] as? Int == 1797 - 30 && drawn["features"] as? Int == 64)
            for key in ["slicedWasserstein", "frechetDistance", "count", "notFinite"] {
                for part in ["samples", "floor", "ceiling"] { #expect(try value(key, of: part, drawn) == value(key, of: part, read)) }
            }
            // Chains of an untrained model are as far from digits as the noise they started from, other digits much nearer.
            for key in ["slicedWasserstein", "frechetDistance"] {
                let (own, floor, ceiling) = (
                    try value(key, of: "samples", drawn), try value(key, of: "floor", drawn), try value(key, of: "ceiling", drawn)
                )
                #expect(floor < 0.7 * own && abs(own - ceiling) < 0.2 * ceiling)
            }
        }
    }

    @Test func `samples of the data's own rows are as near as data are, also to another file of them`() throws {
        try withRun(["data.source=digits", "data.dequantize=false"]) { path in
            let digits = try DataSource.load("digits")
            let configuration = try RunConfiguration.resolve(arguments: ["data.source=digits", "data.dequantize=false"])
            // In the units of the data: 0 to 16.
            let levels = try EvaluationRows(digits, configuration).read(0..<1797).values.map { ($0 + 1) * 8 }
            try Data(NPY.encode(NumericArray(shape: [1797, 1, 8, 8], .float32(levels)))).write(to: URL(filePath: "\(path)/all.npy"))
            try Data(NPY.encode(NumericArray(shape: [400, 8, 8], .float32(Array(levels[..<(400 * 64)])))))
                .write(to: URL(filePath: "\(path)/some.npy"))
            _ = try EvaluateCommand(folder: path, samples: "\(path)/some.npy", data: "\(path)/all.npy", output: "\(path)/m.json")
                .run(SoloCommunicator())
            let found = try samples(of: "\(path)/m.json")
            #expect(found["referenceRows"] as? Int == 1797 && found["data"] as? String == "\(path)/all.npy")
            let (own, ceiling) = (try value("frechetDistance", of: "samples", found), try value("frechetDistance", of: "ceiling", found))
            #expect(own < 0.05 * ceiling)
        }
    }

    @Test func `what does not go together is refused`() throws {
        try withRun(["data.source=digits"]) { path in
            let commands: [(EvaluateCommand, Failure.Kind, String)] = [
                (EvaluateCommand(folder: path, picture: "\(path)/p.png"), .usage, "--picture"),
                (EvaluateCommand(folder: path, samples: "s.npy", count: 4), .usage, "--count"),
                (EvaluateCommand(folder: path, samples: "\(path)/none.npy"), .missingInput, "none.npy"),
                (EvaluateCommand(folder: path, data: "moons"), .data, "moons"),
                (EvaluateCommand(folder: path, count: 33), .usage, "33"),
            ]
            for (command, kind, text) in commands {
                let failure = #expect(throws: Failure.self) { try command.run(SoloCommunicator()) }
                #expect(failure?.kind == kind && failure?.message.contains(text) == true, "\(failure?.message ?? "")")
            }
        }
    }
}

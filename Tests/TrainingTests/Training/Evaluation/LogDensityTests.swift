import Commands
import Configuration
import Datasets
import Distributed
import Failures
import Formats
import Foundation
import Measures
import TestSupport
import Testing
import Training

/// Log densities of rows under models whose noise levels are tied.
@Suite struct LogDensityTests {
    private static let tied = [
        "objective.kind=denoisingScore", "objective.levels=3", "objective.lowNoise=0.1", "objective.noise=2", "objective.tie=dual",
        "model.referenceDeviation=null",
    ]

    private static func report(_ command: EvaluateCommand, _ communicator: any Communicator = SoloCommunicator()) throws -> [String: Any] {
        _ = try command.run(communicator)
        let file = try Data(contentsOf: URL(filePath: try #require(command.output)))
        return try #require(try JSONSerialization.jsonObject(with: file) as? [String: Any])
    }

    private static func value(_ found: Any?, _ key: String) throws -> Double {
        let estimate = try #require((found as? [String: Any])?[key] as? [String: Any])
        return try #require(estimate["value"] as? Double)
    }

    @Test func `log Z of a tied energy of the plane is that of its integral`() throws {
        let scratch = ScratchFolder()
        let density = ["data.source=moons", "data.noise=0", "objective.kind=denoisingScore", "objective.tie=dual"]
        let ladder = ["objective.levels=8", "objective.lowNoise=0.3", "objective.noise=6", "objective.dataDeviation=1"]
        let training = [
            "run.steps=1500", "run.chainsPerShard=32", "model.widths=[64,64]", "model.activation=silu", "model.referenceDeviation=null",
            "optimizer.learningRate=0.005", "optimizer.schedule=cosine", "optimizer.finalLearningRate=0.00001",
        ]
        try ScratchRun.train(density + ladder + training, in: scratch.run())
        let command = EvaluateCommand(folder: scratch.run().path, measures: ["plane", "density"], output: "\(scratch.path)/m.json")
        let found = try Self.report(command)
        let integral = try #require((found["measures"] as? [String: Any])?["integral"] as? [String: Any])
        let (exact, known) = (try #require(integral["logZ"] as? Double), try Self.value(found["density"], "logZ"))
        #expect(abs(known - exact) < 0.02, "\(known), the integral \(exact)")
    }

    @Test func `likelihoods of rows are those of their energies, for held-out rows and for those of training, in bits of levels`() throws {
        let scratch = ScratchFolder()
        try ScratchRun.train(Self.tied + ["data.source=digits", "data.dequantize=true", "data.validation=0.2"], in: scratch.run())
        let command = EvaluateCommand(
            folder: scratch.run().path, measures: ["density", "distances"], count: 50, output: "\(scratch.path)/m.json")
        let density = try #require(try Self.report(command)["density"] as? [String: Any])
        let logZ = try Self.value(density, "logZ")
        for (key, areTrainingRows) in [("heldOut", false), ("training", true)] {
            let rows = try #require(density[key] as? [String: Any])
            let likelihood = try Self.value(rows, "logLikelihood")
            #expect(rows["rows"] as? Int == 50 && rows["areTrainingRows"] as? Bool == areTrainingRows)
            #expect(abs(likelihood + (try Self.value(rows, "meanEnergy")) + logZ) < 1e-9 * (1 + abs(likelihood)))
            // 17 levels from -1 to 1.
            let bits = -(likelihood / 64 + log(2.0 / 17)) / log(2)
            #expect(abs(try Self.value(rows, "bitsPerDimension") - bits) < 1e-9 * (1 + abs(bits)))
        }
    }

    @Test(arguments: [2, 3]) func `the same bits on any number of ranks`(ranks: Int) throws {
        let scratch = ScratchFolder()
        try ScratchRun.train(Self.tied, in: scratch.run())
        let path = scratch.path
        let measure = { @Sendable (communicator: any Communicator) throws -> String in
            try EvaluateCommand(folder: "\(path)/run", measures: ["density"], output: "\(path)/\(communicator.size).json").run(communicator)
        }
        let alone = try measure(SoloCommunicator())
        #expect(try ThreadRanks.run(ranks, measure) == Array(repeating: alone, count: ranks))
        let files = try [1, ranks].map { try Data(contentsOf: URL(filePath: "\(path)/\($0).json")) }
        #expect(files[0] == files[1])
    }

    @Test func `energy writes log densities in the units of the data`() throws {
        let folder = ScratchFolder()
        let (rows, table) = ("\(folder.path)/rows.csv", "\(folder.path)/table.csv")
        for path in [rows, table] {
            try (0..<80).map { "\(Double($0 % 7) - 1),\(Double($0 % 5) * 20)\n" }.joined().write(
                toFile: path, atomically: true, encoding: .utf8)
        }
        try ScratchRun.train(Self.tied + ["data.source=\(table)", "data.standardize=true"], in: folder.run())
        let trained = try TrainedModel(folder.run())
        func write(_ isDensity: Bool) throws -> [Double] {
            let path = "\(folder.path)/\(isDensity).npy"
            let command = EnergyCommand(folder: folder.run().path, input: rows, output: path, writesDensities: isDensity)
            let said = try command.run(SoloCommunicator())
            #expect(said.contains(isDensity ? "log densities of 80 rows" : "energies of 80 rows"))
            guard case .float32(let values) = try NPY.decode(Array(try Data(contentsOf: URL(filePath: path))), name: path).values else {
                return []
            }
            return values.map { Double($0) }
        }
        let own = try trained.evaluationRows(nil, SoloCommunicator()).training
        let density = try LogDensity(trained, training: own, for: "a test", SoloCommunicator())
        let moments = try #require(try trained.preparation(SoloCommunicator()).scales?.moments)
        let volume = -moments.deviations.reduce(0) { $0 + log($1) }
        let found = try write(true)
        #expect(found.count == 80 && volume < -2)
        for (written, energy) in zip(found, try write(false)) {
            #expect(abs(written + energy + density.logZ.value - volume) < 1e-4 * (1 + abs(energy)))
        }
    }

    @Test func `a model whose energies have an unknown constant has no densities`() throws {
        let scratch = ScratchFolder()
        try ScratchRun.train(["objective.kind=denoisingScore"], in: scratch.run())
        let path = scratch.run().path
        for refused in [
            failure { _ = try EvaluateCommand(folder: path, measures: ["density"]).run(SoloCommunicator()) },
            failure {
                _ = try EnergyCommand(folder: path, input: "-", output: "\(scratch.path)/d.npy", writesDensities: true).run(
                    SoloCommunicator())
            },
        ] {
            #expect(refused?.kind == .usage && refused?.message.contains("found objective.kind = \"denoisingScore\"") == true)
        }
    }
}

import Commands
import Distributed
import Failures
import Foundation
import Measures
import Testing
import Training

@Suite struct MeasureSelectionTests {
    private func report(_ command: EvaluateCommand, _ communicator: any Communicator = SoloCommunicator()) throws -> [String: Any] {
        let output = try #require(command.output)
        _ = try command.run(communicator)
        return try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: output))) as? [String: Any])
    }

    /// Few temperatures, so that it is quick.
    private var quick: AnnealedImportance.Settings {
        var settings = AnnealedImportance.Settings()
        (settings.temperatures, settings.estimates, settings.equilibration) = (60, 5, 20)
        return settings
    }

    @Test func `a name that there is not is refused with those that there are`() throws {
        let refused = failure { _ = try EvaluateCommand(folder: "none", measures: ["mmd", "ksb"]).run(SoloCommunicator()) }
        #expect(refused?.kind == .usage && refused?.message.contains("found 'ksb'. Did you mean \"ksd\"?") == true)
        for kind in MeasureKind.all { #expect(refused?.message.contains(kind.name) == true) }
        #expect(Set(MeasureKind.all.map(\.name)).count == MeasureKind.all.count)
    }

    @Test func `the named measures are made and no others, each with an interval`() throws {
        let scratch = ScratchFolder()
        try ScratchRun.train([], in: scratch.run())
        let found = try report(
            EvaluateCommand(
                folder: scratch.run().path, measures: ["c2st", "mmd", "ksd"], count: 40, output: "\(scratch.path)/m.json"))
        #expect(Set(found.keys) == ["step", "weights", "c2st", "mmd", "ksd"])
        for (key, value) in [("mmd", "squared"), ("ksd", "squared"), ("ksd", "dataSquared"), ("c2st", "accuracy")] {
            let estimate = try #require((found[key] as? [String: Any])?[value] as? [String: Any])
            let interval = try #require(estimate["interval"] as? [String: Any])
            #expect(interval["level"] as? Double == 0.95 && interval["seed"] != nil)
            #expect((interval["low"] as? Double ?? .nan) <= (interval["high"] as? Double ?? .nan))
        }
    }

    @Test func `what a measure needs and the model has not is named`() throws {
        let scratch = ScratchFolder()
        try ScratchRun.train([], in: scratch.run("plane"))
        try ScratchRun.train(LatentPriorTests.latent, in: scratch.run("latent"))
        try ScratchRun.train(["sampler.low=-3"], in: scratch.run("wall"))
        for (run, name, text) in [
            ("latent", "ais", "expected an energy of data rows"), ("latent", "plane", "expected a model of a built-in density"),
            ("latent", "ksd", "objective.kind = \"latentPrior\""), ("plane", "classes", "expected condition.kind = \"label\""),
            ("plane", "outliers", "expected --outliers beside it"), ("plane", "reconstruction", "expected a run with a generator"),
            ("wall", "ais", "found sampler.low or sampler.high alone"),
        ] {
            let refused = failure { _ = try EvaluateCommand(folder: scratch.run(run).path, measures: [name]).run(SoloCommunicator()) }
            #expect(refused?.kind == .usage && refused?.message.contains("--measures \(name): ") == true)
            #expect(refused?.message.contains(text) == true, "\(refused?.message ?? "no failure")")
        }
        let idle = failure {
            _ = try EvaluateCommand(folder: scratch.run("plane").path, measures: ["plane"], steps: 3).run(SoloCommunicator())
        }
        #expect(idle?.kind == .usage && idle?.message.contains("--steps") == true)
    }

    @Test func `guided samples are measured as those that sample draws with the same guidance`() throws {
        let scratch = ScratchFolder()
        let digits = ["data.source=digits", "run.steps=2", "model.widths=[16]", "objective.kind=cd", "sampler.steps=4"]
        try ScratchRun.train(digits + ["condition.kind=label", "condition.dropout=0.2"], in: scratch.run())
        let (folder, output, file) = (scratch.run().path, "\(scratch.path)/m.json", "\(scratch.path)/s.npy")
        func distances(_ command: EvaluateCommand) throws -> NSDictionary {
            let samples = try #require(try report(command)["samples"] as? [String: Any])
            return try #require(samples["samples"] as? NSDictionary)
        }
        func drawn(_ guidance: Double?) throws -> NSDictionary {
            let command = EvaluateCommand(
                folder: folder, measures: ["distances"], start: .noise, count: 100, seed: 1, guidance: guidance, output: output)
            return try distances(command)
        }
        _ = try SampleCommand(folder: folder, count: 100, start: .noise, output: file, guidance: 3).run(SoloCommunicator())
        let given = try distances(EvaluateCommand(folder: folder, measures: ["distances"], samples: file, output: output))
        let (guided, unguided) = (try drawn(3), try drawn(nil))
        #expect(guided == given && unguided != given)
        let both = failure { _ = try EvaluateCommand(folder: folder, samples: file, guidance: 3).run(SoloCommunicator()) }
        #expect(both?.kind == .usage && both?.message.contains("--guidance") == true)
        try ScratchRun.train(digits, in: scratch.run("unconditional"))
        let alone = failure { _ = try EvaluateCommand(folder: scratch.run("unconditional").path, guidance: 3).run(SoloCommunicator()) }
        #expect(alone?.kind == .usage && alone?.message.contains("condition.dropout") == true)
    }

    /// The integral of the plane is exact to 1e-3; log-likelihood is the one of the plane's rows up to their choice.
    @Test func `log Z of a trained energy is that of the integral, and the likelihood follows from it`() throws {
        let scratch = ScratchFolder()
        try ScratchRun.train(["run.steps=60"], in: scratch.run())
        let command = EvaluateCommand(
            folder: scratch.run().path, measures: ["plane", "ais"], annealing: quick, output: "\(scratch.path)/m.json")
        let found = try report(command)
        let integral = try #require((found["measures"] as? [String: Any])?["integral"] as? [String: Any])
        let ais = try #require(found["ais"] as? [String: Any])
        let logZ = try #require((ais["partition"] as? [String: Any])?["logZ"] as? [String: Any])
        let (exact, value) = (try #require(integral["logZ"] as? Double), try #require(logZ["value"] as? Double))
        #expect(abs(exact - value) < 0.2, "\(value), expected \(exact)")
        let likelihood = try #require(ais["likelihood"] as? [String: Any])
        func number(_ key: String) throws -> Double { try #require((likelihood[key] as? [String: Any])?["value"] as? Double) }
        #expect(abs(try number("logLikelihood") + (try number("meanEnergy")) + value) < 1e-9)
        // The points of the plane are in units of their own.
        #expect(abs(try number("bitsPerDimension") + (try number("logLikelihood")) / (2 * log(2))) < 1e-9)
    }

    @Test(arguments: [2, 3]) func `the same bits on any number of ranks`(ranks: Int) throws {
        let scratch = ScratchFolder()
        try ScratchRun.train([], in: scratch.run())
        var settings = quick
        (settings.temperatures, settings.equilibration) = (8, 2)
        let (path, annealing) = (scratch.path, settings)
        let measure = { @Sendable (communicator: any Communicator) throws -> String in
            try EvaluateCommand(
                folder: "\(path)/run", measures: ["ais", "mmd", "ksd", "c2st"], annealing: annealing, count: 30,
                output: "\(path)/\(communicator.size).json"
            ).run(communicator)
        }
        let alone = try measure(SoloCommunicator())
        #expect(try ThreadRanks.run(ranks, measure) == Array(repeating: alone, count: ranks))
        let files = try [1, ranks].map { try Data(contentsOf: URL(filePath: "\(path)/\($0).json")) }
        #expect(files[0] == files[1])
    }
}

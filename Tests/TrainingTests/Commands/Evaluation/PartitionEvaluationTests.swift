import Commands
import Configuration
import Distributed
import Failures
import Foundation
import Measures
import TestSupport
import Testing
import Training

/// log Z and moments of energies that are given, against exact values, those of `Tests/Fixtures/energies/reference.py` and draws of another program.
struct PartitionEvaluationTests {
    private let scratch = ScratchFolder()

    private struct Reference: Decodable {
        struct Regression: Decodable { let mean: [Double], deviation: [Double], logZ: Double }
        /// log Z by the side of the lattice.
        struct Lattice: Decodable { let mass2: Double, lambda: Double, logZ: [String: Double] }

        let logistic: Regression
        let phi4: Lattice
    }

    /// What `draws.py` found of the same regression with another program.
    private struct Draws: Decodable {
        struct Moments: Decodable { let value: [Double], error: [Double] }

        let mean: Moments, deviation: Moments
    }

    private static func read<Value: Decodable>(_ name: String, _ type: Value.Type) throws -> Value {
        try Fixture.decoded(type, from: "energies/\(name)")
    }

    /// What `evaluate --measures ais` writes.
    private struct Written: Decodable {
        struct Measure: Decodable { let partition: Bracket }
        struct Bracket: Decodable { let logZ: Estimate }
        struct Estimate: Decodable { let value: Double, interval: Interval }
        struct Interval: Decodable { let low: Double, high: Double }

        let ais: Measure
    }

    @discardableResult private func run(_ arguments: [String], _ folder: RunFolder) throws -> TrainedModel {
        _ = OneThreadPerProduct.once
        let common = ["run.shards=8", "run.threads=1", "sampler.adaptSteps=60", "checkpoint.every=0"]
        let given = Set(arguments.map { $0.prefix { $0 != "=" } })
        let standard = ["run.chainsPerShard=16", "run.steps=120"].filter { !given.contains($0.prefix { $0 != "=" }) }
        let chosen = try ChosenConfiguration.resolve(arguments: common + standard + arguments)
        var run = TrainingRun(chosen, folder: folder)
        run.isQuiet = true
        try run.run(SoloCommunicator())
        return try TrainedModel(folder)
    }

    private func logZ(_ folder: RunFolder) throws -> Written.Estimate {
        let output = "\(folder.path)/evaluation.json"
        var command = EvaluateCommand(
            folder: folder.path, measures: ["ais"], annealing: EvaluateCommand.annealing(temperatures: 150), output: output)
        command.annealing?.estimates = 6
        let text = try command.run(SoloCommunicator())
        #expect(text.contains("a Gaussian fitted to the samples") && !text.contains("log-likelihood"), "\(text)")
        return try JSONDecoder().decode(Written.self, from: Data(contentsOf: URL(fileURLWithPath: output))).ais.partition.logZ
    }

    private func expect(_ found: Written.Estimate, near exact: Double) {
        #expect(abs(found.value - exact) < 0.08, "\(found)")
        #expect(found.interval.low < exact + 0.02 && exact - 0.02 < found.interval.high, "\(found): \(exact)")
    }

    @Test func `log Z of a Gaussian is that of its determinant`() throws {
        let folder = scratch.run()
        try run(["energy.formula=x0^2 / 2 + 2 * (x1 - x0)^2 + 8 * x2^2 + 3"], folder)
        // Precisions 1, 4 and 16 along one coordinate after the other.
        try expect(logZ(folder), near: 1.5 * log(2 * Double.pi) - log(2.0) - log(4.0) - 3)
    }

    @Test func `log Z of a double well is that of its integral, at the temperature of the run`() throws {
        let folder = scratch.run()
        try run(["energy.formula=3*(x0^2 - 1)^2 + x1^2", "sampler.temperature=2"], folder)
        let step = 1e-3
        let wells = stride(from: -4.0, to: 4, by: step).reduce(0.0) { $0 + exp(-1.5 * ($1 * $1 - 1) * ($1 * $1 - 1)) * step }
        try expect(logZ(folder), near: log(wells) + 0.5 * log(2 * Double.pi))
    }

    @Test(arguments: [2, 4]) func `log Z of the field phi4 on a square lattice is that of its transfer matrix`(length: Int) throws {
        let (folder, reference) = (scratch.run(), try Self.read("reference.json", Reference.self))
        let (lattice, sites) = (reference.phi4, length * length)
        // Each site has a bond to the one on its right and to the one below; with a side of 2 those are the ones on its left and above, too.
        let bonds = (0..<sites).flatMap { site -> [String] in
            let (row, column) = site.quotientAndRemainder(dividingBy: length)
            return [row * length + (column + 1) % length, (row + 1) % length * length + column].map { "(x\(site) - x\($0))^2" }
        }
        let potential = "sum(i, 0, \(sites - 1), \(lattice.mass2 / 2) * x[i]^2 + \(lattice.lambda) * x[i]^4)"
        try run(["energy.formula=\(potential) + (\(bonds.joined(separator: " + "))) / 2"], folder)
        try expect(logZ(folder), near: try #require(lattice.logZ["\(length)"]))
    }

    @Test func `the posterior of a logistic regression has the moments and the evidence of quadrature, and the moments of other draws`()
        throws
    {
        let folder = scratch.run()
        let (reference, draws) = (try Self.read("reference.json", Reference.self).logistic, try Self.read("draws.json", Draws.self))
        let lines = try String(contentsOfFile: Fixture.path("energies/rows.txt"), encoding: .utf8).split(separator: "\n")
            .dropFirst()
        let terms = lines.map { line in
            let numbers = line.split(separator: " ")
            return "softplus(\(numbers[2] == "1" ? "-" : "")(w0 + (\(numbers[0])) * w1 + (\(numbers[1])) * w2))"
        }
        let model = try run(
            [
                "energy.formula=(w0^2 + w1^2 + w2^2) / 8 + \(terms.joined(separator: " + "))", "energy.coordinates=w0,w1,w2",
                "run.chainsPerShard=256", "sampler.kind=nuts", "sampler.metric=diagonal",
            ], folder)
        let chains = try StoredChains(model)
        let values = try chains.samples(0..<chains.wanted).map { Double($0) }
        let count = Double(values.count / 3)
        for column in 0..<3 {
            let own = stride(from: column, to: values.count, by: 3).map { values[$0] }
            let mean: Double = own.reduce(0, +) / count
            let deviation: Double = (own.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / count).squareRoot()
            // The chains of the last step are as good as independent: four standard errors, of the other program's draws too.
            let (errorOfMean, errorOfDeviation) = (
                reference.deviation[column] / count.squareRoot(), reference.deviation[column] / (2 * count).squareRoot()
            )
            #expect(abs(mean - reference.mean[column]) < 4 * errorOfMean, "w\(column): \(mean)")
            #expect(abs(deviation - reference.deviation[column]) < 4 * errorOfDeviation, "w\(column): \(deviation)")
            for (found, error, other) in [(mean, errorOfMean, draws.mean), (deviation, errorOfDeviation, draws.deviation)] {
                let both = (error * error + other.error[column] * other.error[column]).squareRoot()
                #expect(abs(found - other.value[column]) < 4 * both, "w\(column): \(found), \(other)")
            }
        }
        try expect(logZ(folder), near: reference.logZ)
    }

    @Test func `measures that need data are refused for a given energy, in words`() throws {
        let folder = scratch.run()
        try run(["energy.formula=x0^2 + x1^2", "run.steps=2"], folder)
        for measure in ["c2st", "mmd", "smoothness"] {
            let refused = failure(of: { _ = try EvaluateCommand(folder: folder.path, measures: [measure]).run(SoloCommunicator()) })
            #expect(
                refused?.kind == .usage && refused?.message.contains("found an energy that is given") == true, "\(refused?.message ?? "")")
        }
    }
}

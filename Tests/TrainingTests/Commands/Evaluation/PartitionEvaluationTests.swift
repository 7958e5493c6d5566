import Commands
import Configuration
import Distributed
import Failures
import Foundation
import Measures
import Testing
import Training

/// log Z and moments of energies that are given, against exact values and those of `Tests/Fixtures/energies/reference.py`.
struct PartitionEvaluationTests {
    private let scratch = ScratchFolder()

    private struct Reference: Decodable {
        struct Regression: Decodable { let mean: [Double], deviation: [Double], logZ: Double }
        struct Lattice: Decodable { let mass2: Double, lambda: Double, logZ: Double }

        let logistic: Regression
        let phi4: Lattice

        static let folder = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../../Fixtures/energies").standardized

        static func read() throws -> Reference {
            try JSONDecoder().decode(Reference.self, from: Data(contentsOf: folder.appendingPathComponent("reference.json")))
        }
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

    @Test func `log Z of the field phi4 on four sites is that of its transfer matrix`() throws {
        let (folder, lattice) = (scratch.run(), try Reference.read().phi4)
        let sites = "sum(i, 0, 3, \(lattice.mass2 / 2) * x[i]^2 + \(lattice.lambda) * x[i]^4)"
        try run(["energy.formula=\(sites) + (x0-x1)^2 + (x1-x2)^2 + (x2-x3)^2 + (x3-x0)^2"], folder)
        try expect(logZ(folder), near: lattice.logZ)
    }

    @Test func `the posterior of a logistic regression has the moments and the evidence that quadrature finds`() throws {
        let (folder, reference) = (scratch.run(), try Reference.read().logistic)
        let lines = try String(contentsOf: Reference.folder.appendingPathComponent("rows.txt"), encoding: .utf8).split(separator: "\n")
            .dropFirst()
        let terms = lines.map { line in
            let numbers = line.split(separator: " ")
            return "softplus(\(numbers[2] == "1" ? "-" : "")(w0 + (\(numbers[0])) * w1 + (\(numbers[1])) * w2))"
        }
        let model = try run(
            [
                "energy.formula=(w0^2 + w1^2 + w2^2) / 8 + \(terms.joined(separator: " + "))", "energy.coordinates=w0,w1,w2",
                "run.chainsPerShard=256",
            ], folder)
        let chains = try StoredChains(model)
        let values = try chains.samples(0..<chains.wanted).map { Double($0) }
        let count = Double(values.count / 3)
        for column in 0..<3 {
            let own = stride(from: column, to: values.count, by: 3).map { values[$0] }
            let mean = own.reduce(0, +) / count
            let deviation = (own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
            // The chains of the last step are as good as independent: four standard errors.
            #expect(abs(mean - reference.mean[column]) < 4 * reference.deviation[column] / count.squareRoot(), "w\(column): \(mean)")
            #expect(abs(deviation / reference.deviation[column] - 1) < 4 / (2 * count).squareRoot(), "w\(column): \(deviation)")
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

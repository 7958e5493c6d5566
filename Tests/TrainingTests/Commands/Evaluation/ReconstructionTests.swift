import Commands
import Configuration
import Datasets
import Distributed
import Failures
import Formats
import Foundation
import Learning
import Measures
import Model
import Numerics
import Testing
import Training

/// Reconstruction, completion and class agreement: what `evaluate` says of runs with a generator.
@Suite struct ReconstructionTests {
    private static let digits = [
        "data.source=digits", "data.noise=0", "data.dequantize=false", "run.steps=2", "model.referenceDeviation=null",
    ]
    private static let teaching = VariationalTeachingTests.teaching + digits

    private static func report(_ arguments: [String], _ change: (inout EvaluateCommand) -> Void = { _ in }) throws -> [String: Any] {
        let scratch = ScratchFolder()
        try ScratchRun.train(arguments, in: scratch.run())
        var command = EvaluateCommand(folder: scratch.run().path, count: 100, output: "\(scratch.path)/m.json")
        change(&command)
        _ = try command.run(SoloCommunicator())
        let bytes = try Data(contentsOf: URL(filePath: "\(scratch.path)/m.json"))
        return try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
    }

    private static func value(_ key: String, _ report: [String: Any], _ part: String) throws -> Double {
        try #require((report[part] as? [String: Any])?[key] as? Double)
    }

    private static func rows(_ arguments: [String] = digits) throws -> EvaluationRows {
        try EvaluationRows(DataSource.load("digits"), RunConfiguration.resolve(arguments: arguments))
    }

    /// (1/nd) Σ (x - mean)² over the first rows, with the mean of all 1,797: in plain Double.
    private static func errorOfMean(_ rows: EvaluationRows, first count: Int) -> Double {
        let all = rows.read(0..<1797)
        return (0..<64).reduce(0.0) { sum, column in
            let mean = (0..<1797).reduce(0.0) { $0 + Double(all[$1, column]) } / 1797
            return (0..<count).reduce(sum) { $0 + (Double(all[$1, column]) - mean) * (Double(all[$1, column]) - mean) }
        } / Double(count * 64)
    }

    @Test(arguments: [teaching, LatentPriorTests.latent + digits])
    func `the generator's error stands beside those of the mean and of as many components as latent values`(arguments: [String]) throws {
        let report = try Self.report(arguments)
        let mean = try Self.value("meanImage", report, "reconstruction")
        #expect(abs(mean - Self.errorOfMean(try Self.rows(), first: 100)) < 1e-6)
        let components = try Self.value("components", report, "reconstruction")
        // Three components explain 40 % of the variance of all digits (numpy.linalg.svd); a hundred of them may be a little off.
        #expect(components > 0.5 * mean && components < 0.75 * mean)
        // An untrained decoder gives about 0 for every value, or what two steps make of it.
        let error = try Self.value("error", report, "reconstruction")
        #expect(error > components && error < 4)
        #expect((report["reconstruction"] as? [String: Any])?["latentValues"] as? Int == 3)
    }

    @Test func `a row is given back from the mean that the encoder finds for it`() throws {
        let scratch = ScratchFolder()
        try ScratchRun.train(Self.teaching, in: scratch.run())
        let trained = try TrainedModel(scratch.run())
        let (networks, weights) = (trained.networks, RunWeights(trained.networks))
        var state = trained.modelState
        weights.prepare(parameters: trained.parameters, state: &state, iterating: false)
        func outputs(_ part: RunNetworks.Part, _ x: Matrix) throws -> Matrix {
            let network = try #require(networks[part])
            let workspace = Workspace(network, rows: x.rows)
            network.forward(x, try #require(weights.learning[part]), workspace, keepingSlopes: false)
            return workspace.output
        }
        let x = try Self.rows().read(0..<100)
        let code = try outputs(.encoder, x)
        let z = Matrix(rows: 100, columns: 3, (0..<100).flatMap { row in (0..<3).map { code[row, $0] } })
        let expected = zip(try outputs(.generator, z).values, x.values).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) } / 6400
        let output = "\(scratch.path)/m.json"
        _ = try EvaluateCommand(folder: scratch.run().path, count: 100, output: output).run(SoloCommunicator())
        let report = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: output))) as? [String: Any]
        // Floats of about 1 are rounded at 1e-7.
        #expect(abs(try Self.value("error", #require(report), "reconstruction") - expected) < 1e-5, "expected \(expected)")
    }

    @Test func `pictures are drawn of images alone, and by runs with a generator`() throws {
        let scratch = ScratchFolder()
        try ScratchRun.train(Self.teaching, in: scratch.run())
        try ScratchRun.train(VariationalTeachingTests.teaching, in: scratch.run("plane"))
        try ScratchRun.train(Self.digits, in: scratch.run("chains"))
        let picture = "\(scratch.path)/r.png"
        let text = try EvaluateCommand(folder: scratch.run().path, reconstructions: picture).run(SoloCommunicator())
        #expect(FileManager.default.fileExists(atPath: picture) && !text.contains("Wasserstein"))
        for (name, message) in [("plane", "expected a model of images"), ("chains", "expected a run with a generator")] {
            let failure = #expect(throws: Failure.self) {
                try EvaluateCommand(folder: scratch.run(name).path, reconstructions: picture).run(SoloCommunicator())
            }
            #expect(failure?.kind == .usage && failure?.message.contains("--reconstructions: \(message)") == true)
        }
    }

    // MARK: completion

    /// Truth + 0.1 and - 0.2 on all values, of the lower half only those of which count.
    @Test func `errors of completions are those of hidden values, and a training row is not its own neighbour`() throws {
        _ = OneThreadPerProduct.once
        let rows = try Self.rows()
        let truth = rows.read(0..<90)
        let mask = Condition.visible(Mask(.half, shape: ImageShape(height: 8, width: 8, channels: 1)))
        let given = Matrix(rows: 90, columns: mask.count)
        if case .visible(let mask) = mask { mask.show(truth, RandomStream(seed: 1, purpose: .mask, step: 0, index: 0), into: given) }
        func shifted(_ shift: Float) -> Matrix {
            let values = Matrix(rows: 90, columns: 64, truth.values.map { $0 + shift })
            // What is visible does not count.
            for row in 0..<90 { values[row, 3] = 1000 }
            return values
        }
        let completions = CompletionEvaluation.Completions(
            generated: shifted(0.1), refined: shifted(-0.2), truth: truth, condition: TileCondition(mask, given))
        let found = try CompletionEvaluation(completions, of: rows, training: rows, SoloCommunicator())
        #expect(abs(found.generator - 0.01) < 1e-6 && abs(found.refined - 0.04) < 1e-6)
        #expect(found.rows == 90 && found.areTrainingRows && found.neighbours == 1797)
        // The nearest of the other rows by the upper 32 values, plainly.
        let all = rows.read(0..<1797)
        func distance(_ a: Int, _ b: Int, _ columns: Range<Int>) -> Double {
            columns.reduce(0.0) { $0 + (Double(all[a, $1]) - Double(all[b, $1])) * (Double(all[a, $1]) - Double(all[b, $1])) }
        }
        let expected = (0..<90).reduce(0.0) { sum, row in
            let nearest = (0..<1797).filter { $0 != row }.min { distance(row, $0, 0..<32) < distance(row, $1, 0..<32) } ?? 0
            return sum + distance(row, nearest, 32..<64)
        }
        #expect(abs(found.nearest - expected / (90 * 32)) < 1e-6)
        let ranks = try ThreadRanks.run(3) { try CompletionEvaluation(completions, of: Self.rows(), training: Self.rows(), $0) }
        #expect(ranks.allSatisfy { $0 == found })
    }

    @Test func `a run with visible pixels as its condition is measured by its completions`() throws {
        let report = try Self.report(Self.teaching + ["condition.kind=mask", "condition.mask=random"])
        #expect(report["classes"] == nil && report["samples"] != nil && report["reconstruction"] != nil)
        #expect((report["completion"] as? [String: Any])?["rows"] as? Int == 100)
        // The generator's numbers are those before the sampler's four steps.
        #expect(try Self.value("generator", report, "completion") != Self.value("refined", report, "completion"))
        let unrefined = try Self.report(Self.teaching + ["condition.kind=mask", "condition.mask=random"]) { $0.steps = 0 }
        #expect(try Self.value("generator", unrefined, "completion") == Self.value("refined", unrefined, "completion"))
    }

    @Test func `errors of samples that were given an image are those of all values, and neighbours are sought by the image`() throws {
        _ = OneThreadPerProduct.once
        let shape = ImageShape(vector: 2)
        // Partners of rows 0...9 lie apart; the nearest by the partner is the next or the former row, by the row itself another one.
        let partners = (0..<10).flatMap { (row: Int) -> [Float] in [Float(row * row), 0] }
        let values = (0..<10).flatMap { (row: Int) -> [Float] in [Float(row * 7 % 10), 1] }
        let data = try Dataset(name: "pairs", shape: shape, values: .floats(values)).paired(
            with: Dataset(name: "images", shape: shape, values: .floats(partners)))
        let rows = try EvaluationRows(.dataset(data), RunConfiguration.resolve(arguments: ["data.noise=0"]))
        let (truth, given) = (rows.read(0..<10), try #require(rows.partners(0..<10)))
        func shifted(_ shift: Float) -> Matrix { Matrix(rows: 10, columns: 2, truth.values.map { $0 + shift }) }
        let found = try CompletionEvaluation(
            CompletionEvaluation.Completions(
                generated: shifted(0.5), refined: shifted(0.25), truth: truth, condition: TileCondition(.image(shape), given)),
            of: rows, training: rows, SoloCommunicator())
        #expect(abs(found.generator - 0.25) < 1e-6 && abs(found.refined - 0.0625) < 1e-6)
        // k² has its nearest square below it, but 0.
        let expected = (0..<10).reduce(0.0) { sum, row in
            let near = row == 0 ? 1 : row - 1
            let difference = Double(row * 7 % 10 - near * 7 % 10)
            return sum + difference * difference
        }
        #expect(abs(found.nearest - expected / 20) < 1e-6)
    }

    @Test func `a run with images as its condition is measured by the rows that belong to them`() throws {
        let arguments = Self.teaching + ["condition.kind=image", "condition.source=digits"]
        let report = try Self.report(arguments)
        #expect(report["classes"] == nil && report["samples"] != nil && report["reconstruction"] != nil)
        #expect((report["completion"] as? [String: Any])?["rows"] as? Int == 100)
        // Each digit is its own condition: another row that is nearest by it is a neighbour of the digit.
        #expect(try Self.value("nearest", report, "completion") < Self.value("meanImage", report, "completion"))
        for (change, text) in [
            ({ $0.data = "digits" }, "expected rows with images of the shape"), ({ $0.images = "digits" }, "expected --data beside it"),
        ] as [((inout EvaluateCommand) -> Void, String)] {
            let failure = #expect(throws: Failure.self) { try Self.report(arguments, change) }
            #expect(failure?.message.contains(text) == true, "\(failure?.message ?? "")")
        }
        let other = try Self.report(arguments) { ($0.data, $0.images) = ("digits", "digits") }
        #expect(try Self.value("refined", other, "completion") == Self.value("refined", report, "completion"))
    }

    // MARK: classes

    @Test func `the majority is that of the most votes, of equally many that of the nearest row`() {
        #expect(ClassEvaluation.majority([3, 1, 3, 1, 2]) == 3 && ClassEvaluation.majority([4, 1, 2, 1, 3]) == 1)
        #expect(ClassEvaluation.majority([]) == nil)
    }

    /// Three classes around far points: a row's neighbours are of its class.
    @Test func `rows of their class agree, those given another one do not, and chance is what the classes' shares say`() throws {
        _ = OneThreadPerProduct.once
        let noise = Matrix(rows: 300, columns: 3)
        RandomStream(seed: 2, purpose: .test, step: 0, index: 0).fillNormals(noise)
        // Half of the rows have class 0, a third 1, a sixth 2.
        let labels = (0..<300).map { [0, 0, 0, 1, 1, 2][$0 % 6] }
        for row in 0..<300 { noise[row, labels[row]] += 50 }
        let data = try Dataset(
            name: "three", shape: ImageShape(vector: 3), values: .floats(noise.values), labels: labels.map { Int32($0) })
        let rows = try EvaluationRows(.dataset(data), RunConfiguration.resolve(arguments: ["data.noise=0"]))
        // Ten samples of each class in turn; the last five are given the next class.
        let samples = Matrix(rows: 30, columns: 3)
        for row in 0..<30 { samples[row, row % 3] = 50 }
        let wanted = (0..<30).map { $0 < 25 ? $0 % 3 : ($0 + 1) % 3 }
        let found = try ClassEvaluation(samples, wanted: wanted, training: rows, other: nil, SoloCommunicator())
        #expect(abs(found.agreement - 25.0 / 30) < 1e-12 && found.ceiling == 1 && found.neighbours == 270)
        // Told 9, 10 or 11 times each of 30; shares of the 270 neighbours near 1/2, 1/3, 1/6.
        #expect(abs(found.chance - 1.0 / 3) < 0.05)
        let ranks = try ThreadRanks.run(2) { try ClassEvaluation(samples, wanted: wanted, training: rows, other: nil, $0) }
        #expect(ranks.allSatisfy { $0 == found })
        // Samples that are not finite agree with nothing.
        samples.fill(.nan)
        #expect(try ClassEvaluation(samples, wanted: wanted, training: rows, other: rows, SoloCommunicator()).agreement == 0)
    }

    @Test func `a run of classes is measured by those of its samples, and takes data without classes for the distances alone`()
        throws
    {
        let arguments = Self.teaching + ["condition.kind=label", "condition.channels=2"]
        let report = try Self.report(arguments)
        #expect(report["completion"] == nil && report["reconstruction"] != nil)
        // Classes are given to lines of the grid in turn, the last one cut off; digits have nearly equal shares of the rows.
        #expect(abs(try Self.value("chance", report, "classes") - 0.1) < 0.01)
        // Five neighbours know the class of 97 of 100 digits.
        #expect(try Self.value("ceiling", report, "classes") > 0.85)
        let scratch = ScratchFolder()
        guard case .levels(let levels, _) = try Dataset.digits().values else {
            Issue.record("the digits have levels")
            return
        }
        let other = "\(scratch.path)/x.npy"
        try AtomicFile.write(NPY.encode(NumericArray(shape: [300, 1, 8, 8], .uint8(Array(levels.prefix(300 * 64))))), to: other)
        let without = try Self.report(arguments) { $0.data = other }
        #expect(without["samples"] != nil && without["reconstruction"] == nil)
        #expect(without["classes"] != nil && (without["classes"] as? [String: Any])?["ceiling"] == nil)
        let failure = #expect(throws: Failure.self) {
            try Self.report(arguments) { ($0.data, $0.reconstructions) = (other, "\(other).png") }
        }
        #expect(failure?.kind == .data && failure?.message.contains("expected rows with classes, found none in \(other)") == true)
    }
}

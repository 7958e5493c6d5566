import Commands
import Configuration
import Datasets
import Distributed
import Failures
import Formats
import Foundation
import Learning
import Model
import Numerics
import Sampling
import Testing
import Training

/// Energies that know something beside rows, whatever they learn by.
@Suite("Rows with conditions")
struct LearnedRowsTests {
    private static let digits = ["data.source=digits", "model.referenceDeviation=2", "condition.kind=label"]
    /// E = w·(x, e_c) + b, e_c the class's row of the table.
    private static let linear = digits + ["model.kind=layers", #"model.layers=[{kind: "flatten"}, {kind: "dense", outputs: 1}]"#]
    private static let startSeed: UInt64 = 0x5374_6172_7473_0001

    @Test func `classes are left out as often as asked, others than in the step before, and alike whoever asks`() throws {
        let plan = try ScratchRun.trainer(Self.digits + ["condition.dropout=0.3"]).plan
        #expect(plan.condition == .label(classes: 10, channels: 1, mayLack: true))
        let (kept, dropped) = (
            try ScratchRun.configuration(Self.digits).learnedRows(plan.source), try plan.configuration.learnedRows(plan.source)
        )
        let values = [kept, dropped].map { rows in
            (0..<500).flatMap { step -> [Float] in
                let tile = Matrix(rows: 6, columns: 1)
                rows.fillConditions(tile, step: step, shard: 1)
                return tile.values
            }
        }
        let lacking = values[1].count { $0 == 10 }
        // 3,000 rows: five standard errors of a share of .3.
        #expect(abs(Double(lacking) / 3000 - 0.3) < 5 * (0.21 / 3000).squareRoot())
        #expect(zip(values[0], values[1]).allSatisfy { $0 < 10 && ($1 == 10 || $0 == $1) })
        #expect(values[1][..<6] != values[1][6..<12])
    }

    /// Gradients of the classes' rows: w at their places times how many more data rows than negatives have the class, in parts of the step's rows.
    private static func expectTable(
        _ gradient: [Float], _ parameters: [Float], _ model: EnergyModel, classes: [Float], negatives: [Float], factor: Double = 1.0 / 24
    ) throws {
        let table = try #require(model.layout.tensors.first { $0.name == "condition.weight" })
        let dense = try #require(model.layout.tensors.last { $0.name.hasSuffix("weight") })
        for label in 0..<10 {
            let more = Double(classes.count { $0 == Float(label) } - negatives.count { $0 == Float(label) })
            for pixel in 0..<64 {
                let expected = more * factor * Double(parameters[dense.range.lowerBound + 2 * pixel + 1])
                // Sums of at most twelve floats below 1.
                #expect(abs(Double(gradient[table.range.lowerBound + 64 * label + pixel]) - expected) < 1e-5)
            }
        }
    }

    private static func classes(_ bench: LearnerBench, seed: UInt64 = 0, step: Int) throws -> [Float] {
        let configuration = bench.plan.configuration
        let tile = Matrix(rows: 6, columns: 1)
        try configuration.learnedRows(bench.plan.source, seed: configuration.run.seed ^ seed).fillConditions(tile, step: step, shard: 0)
        return tile.values
    }

    @Test(arguments: ["cd", "shortRun"])
    func `negatives from data and noise have the classes of the data rows`(kind: String) throws {
        let bench = LearnerBench(try ScratchRun.trainer(Self.linear + ["objective.kind=\(kind)"]))
        bench.sampleNegatives(step: 3)
        // Another shard is at work on the same thread in between.
        bench.sampleNegatives(1, step: 3)
        let (gradient, parameters) = (bench.gradient(step: 3), bench.trainer.state.parameters)
        try Self.expectTable(gradient, parameters, bench.plan.model, classes: [], negatives: [])
        #expect(bench.worker.condition.values == (try Self.classes(bench, step: 3)))
    }

    @Test(arguments: ["noise", "data"])
    func `persistent chains keep their class for life, and their energies know it`(fresh: String) throws {
        let bench = LearnerBench(
            try ScratchRun.trainer(Self.linear + ["objective.kind=pcd", "chains.restartFrom=\(fresh)", "chains.restartProbability=0.3"]))
        let (shard, replay) = (bench.shards[0], try #require(bench.shards[0].replay))
        let conditions = try #require(replay.conditions)
        if fresh == "data" {
            // Two tiles of six fill a buffer of twelve: rows of the stream that chains start from.
            let expected = try (0..<2).flatMap { try Self.classes(bench, seed: Self.startSeed, step: $0) }
            #expect(conditions.values == expected)
        }
        var changed = 0
        for step in 0..<6 {
            let before = conditions.values
            bench.sampleNegatives(step: step)
            bench.sampleNegatives(1, step: step)
            let after = conditions.values
            let restarted = Set(before.indices.filter { before[$0] != after[$0] })
            changed += restarted.count
            #expect(restarted.isSubset(of: Set(shard.slots.filter { replay.ages[$0] == 4 })))
            let (gradient, parameters) = (bench.gradient(step: step), bench.trainer.state.parameters)
            try Self.expectTable(
                gradient, parameters, bench.plan.model, classes: try Self.classes(bench, step: step),
                negatives: shard.slots.map { after[$0] })
        }
        #expect(changed > 2)
    }

    @Test(arguments: [true, false])
    func `chains that sharpen a flow have the classes of their starts`(persist: Bool) throws {
        func gradient(weight: Double) throws -> (LearnerBench, [Float]) {
            let bench = LearnerBench(
                try ScratchRun.trainer(
                    Self.linear + [
                        "objective.kind=energyMatching", "objective.pairing=random", "objective.temperature=1", "objective.sharpenAfter=2",
                        "objective.sharpenSteps=3",
                        "objective.sharpenWeight=\(weight)", "objective.sharpenBound=1e6", "objective.keepChains=\(persist)",
                    ]))
            bench.sampleNegatives(step: 2)
            bench.sampleNegatives(1, step: 2)
            return (bench, bench.gradient(step: 2))
        }
        // What the weight of the contrast adds is its gradient: the flow's is the same.
        let ((bench, small), (_, large)) = (try gradient(weight: 1), try gradient(weight: 2))
        let conditions = bench.shards[0].replay?.conditions
        let positives = try Self.classes(bench, seed: Self.startSeed, step: 2)
        let negatives = conditions.map { kept in bench.shards[0].slots.map { kept[$0, 0] } } ?? positives
        #expect(persist == (conditions != nil) && (!persist || negatives.sorted() != positives.sorted()))
        try Self.expectTable(
            zip(large, small).map { $0 - $1 }, bench.trainer.state.parameters, bench.plan.model, classes: positives, negatives: negatives)
    }

    @Test(arguments: [
        (["objective.kind=denoisingScore", "objective.levels=3", "objective.tie=dual"], "objective.tie = \"none\""),
        (["chains.replacement=reservoir"], "chains.replacement"), (["exchange.policy=ring"], "exchange.policy"),
        (["sampler.noise=null", "exchange.temperatures=[1, 2]"], "exchange.temperatures"),
        (["condition.kind=mask"], "expected an objective"),
        (["condition.kind=none", "condition.dropout=0.1"], "condition.kind"), (["condition.guidance=2"], "condition.dropout"),
        (["objective.kind=latentPrior"], "objective.kind"),
        (["objective.kind=energyMatching", "model.referenceDeviation=null"], "objective.pairing = \"random\""),
    ])
    func `what does not go together is refused in words`(arguments: [String], part: String) {
        let found = failure { _ = try ScratchRun.configuration(Self.digits + arguments) }
        #expect(found?.kind == .configuration && found?.message.contains(part) == true, "\(found?.message ?? "no failure")")
    }

    // MARK: samples

    /// Two classes of points around (-2, 0) and (2, 1), .3 wide, as a table.
    private static func table(_ folder: ScratchFolder) throws -> String {
        let points = Matrix(rows: 600, columns: 2)
        RandomStream(seed: 3, purpose: .test, step: 0, index: 0).fillNormals(points)
        let lines = (0..<600).map { row in
            let (label, x, y) = (row % 2, 0.3 * points[row, 0], 0.3 * points[row, 1])
            return label == 0 ? "\(x - 2),\(y),0\n" : "\(x + 2),\(y + 1),1\n"
        }
        let path = "\(folder.path)/classes.csv"
        try lines.joined().write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    /// Trained on the table: for each of several classes and amounts of guidance the mean of 200 samples.
    private static func means(_ arguments: [String], guidance: Double? = nil) throws -> [[Double]] {
        let folder = ScratchFolder()
        try ScratchRun.train(
            [
                "data.source=\(table(folder))", "data.labelColumn=last", "condition.kind=label", "condition.channels=4",
                "condition.dropout=0.1", "run.steps=500", "run.chainsPerShard=32", "model.widths=[32, 32]", "model.activation=silu",
                "optimizer.learningRate=0.005",
            ] + arguments, in: folder.run())
        return try (0..<2).map { label in
            let output = "\(folder.path)/\(label).npy"
            _ = try SampleCommand(
                folder: folder.run().path, count: 200, start: .noise, output: output, label: label, guidance: guidance
            ).run(SoloCommunicator())
            let values = try NPY.decode(FileBytes.read(output), name: output).values.floats
            return (0..<2).map { column in stride(from: column, to: 400, by: 2).reduce(0) { $0 + Double(values[$1]) } / 200 }
        }
    }

    static let chains = ["sampler.steps=60", "sampler.stepSize=0.02"]
    static let learned: [[String]] = [
        ["objective.kind=cd", "model.referenceDeviation=3"] + chains,
        ["objective.kind=energyDiscrepancy"] + chains, ["objective.kind=nce"] + chains,
        [
            "objective.kind=denoisingScore", "objective.levels=6", "objective.lowNoise=0.1", "objective.noise=4",
            "objective.dataDeviation=2",
            "model.referenceDeviation=null", "sampler.steps=20", "sampler.stepSize=0.005",
        ],
        [
            "objective.kind=energyMatching", "objective.pairing=random", "model.referenceDeviation=null", "sampler.steps=50",
            "sampler.stepSize=0.02",
        ],
    ]

    @Test(arguments: learned)
    func `samples of a class are where its rows are`(arguments: [String]) throws {
        let found = try Self.means(arguments)
        for (mean, expected) in zip(found, [[-2.0, 0], [2, 1]]) {
            // Without the class both means would be (0, .5), two away; the standard error of 200 samples is .03, and so short trainings and chains leave
            // them within a fourth of the way.
            #expect(zip(mean, expected).allSatisfy { abs($0 - $1) < 0.5 }, "\(found)")
        }
    }

    @Test func `guidance is refused where classes were never left out`() throws {
        let found = failure { _ = try Self.means(["condition.dropout=0", "run.steps=1", "objective.kind=nce"], guidance: 2) }
        #expect(found?.kind == .usage && found?.message.contains("condition.dropout") == true)
    }
}

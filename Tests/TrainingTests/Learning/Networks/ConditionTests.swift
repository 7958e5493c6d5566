import Configuration
import Datasets
import Distributed
import Failures
import Learning
import Measures
import Model
import Numerics
import Sampling
import Testing
import Training

/// What networks know beside rows.
@Suite("Conditions of rows")
struct ConditionTests {
    private static let teaching = [
        "objective.kind=variationalTeaching", "data.source=digits", "generator.latent=3", "generator.widths=[9]", "encoder.widths=[8]",
        "model.referenceDeviation=null", "sampler.stepSize=0.5", "sampler.noise=0.1",
    ]

    /// The condition of the networks of a bench.
    private static func condition(_ bench: LearnerBench) throws -> Matrix { try #require(bench.engine.encoder?.workspace.condition) }

    @Test func `every row has its own class`() throws {
        let trainer = try ScratchRun.trainer(Self.teaching + ["condition.kind=label", "condition.channels=2"])
        let plan = trainer.plan
        let condition = try #require(try plan.configuration.rowCondition(for: plan.source))
        #expect(condition == .label(classes: 10, channels: 2))
        let data = try plan.configuration.dataStream(plan.source, seed: plan.configuration.run.seed)
        let (rows, values) = (Matrix(rows: 6, columns: 64), Matrix(rows: 6, columns: condition.count))
        let classes = try #require(plan.source.dataset?.labels)
        for step in 0..<3 {
            data.fill(rows, step: step, shard: 2)
            condition.fill(values, of: StreamRows(rows, of: data, seed: 1, step: step, shard: 2))
            #expect(values.values == data.rows(step: step, shard: 2)?.map { Float(classes[$0]) })
        }
    }

    @Test func `every row has its own image`() throws {
        let trainer = try ScratchRun.trainer(
            Self.teaching + ["condition.kind=image", "condition.source=digits", "data.noise=0", "data.dequantize=false", "data.flip=true"])
        let plan = trainer.plan
        let condition = try #require(try plan.configuration.rowCondition(for: plan.source))
        #expect(condition == .image(ImageShape(height: 8, width: 8, channels: 1)) && condition.count == 64)
        let bench = LearnerBench(trainer)
        for shard in [1, 3] {
            bench.sampleNegatives(shard, step: 2)
            #expect(try Self.condition(bench).values == bench.worker.data.values)
        }
    }

    @Test(arguments: [Mask.Kind.half, .center, .random])
    func `masks hide as many pixels as they say, show the others as they are, and put them back`(kind: Mask.Kind) {
        let mask = Mask(kind, shape: ImageShape(height: 6, width: 4, channels: 3))
        let (images, given) = (Matrix(rows: 50, columns: 72), Matrix(rows: 50, columns: 96))
        RandomStream(seed: 1, purpose: .test, step: 0, index: 0).fillNormals(images)
        mask.show(images, RandomStream(seed: 1, purpose: .mask, step: 0, index: 0), into: given)
        var places = Set<Int>()
        for row in 0..<50 {
            let visible = (0..<24).filter { given[row, 4 * $0 + 3] == 1 }
            #expect(visible.count == (kind == .half ? 12 : 18))
            places.insert(visible.reduce(0) { $0 | 1 << $1 })
            for pixel in 0..<24 {
                for channel in 0..<3 {
                    #expect(given[row, 4 * pixel + channel] == (visible.contains(pixel) ? images[row, 3 * pixel + channel] : 0))
                }
            }
        }
        // Four lines and three columns where a square of 3 x 2 may begin: 50 rows see more than half of the twelve.
        #expect(kind == .random ? places.count > 6 : places.count == 1)
        let samples = Matrix(rows: 50, columns: 72)
        samples.fill(7)
        mask.paste(given, into: samples)
        for row in 0..<50 {
            for value in 0..<72 {
                #expect(samples[row, value] == (given[row, 4 * (value / 3) + 3] == 1 ? images[row, value] : 7))
            }
        }
        samples.fill(7)
        mask.hold(given, samples)
        for row in 0..<50 {
            for value in 0..<72 { #expect(samples[row, value] == (given[row, 4 * (value / 3) + 3] == 1 ? 0 : 7)) }
        }
    }

    @Test(arguments: ["half", "random"])
    func `a negative has the visible pixels of its data row`(mask: String) throws {
        let trainer = try ScratchRun.trainer(Self.teaching + ["condition.kind=mask", "condition.mask=\(mask)"])
        let bench = LearnerBench(trainer)
        bench.sampleNegatives(1, step: 4)
        let (worker, shard, values) = (bench.worker, bench.shards[1], try Self.condition(bench))
        var hidden = 0
        for row in 0..<6 {
            for pixel in 0..<64 {
                if values[row, 2 * pixel + 1] == 1 {
                    #expect(shard.negatives[row, pixel] == worker.data[row, pixel])
                } else if shard.negatives[row, pixel] != worker.data[row, pixel] {
                    hidden += 1
                }
            }
        }
        #expect(hidden > 60)
    }

    /// Without noise a chain moves by the gradient alone: visible pixels stay where they were put, hidden ones do not.
    @Test func `chains are moved by the energy of the hidden pixels only`() throws {
        let trainer = try ScratchRun.trainer(Self.teaching + ["condition.kind=mask", "sampler.noise=0", "sampler.stepSize=50"])
        let bench = LearnerBench(trainer)
        let objective = try #require(trainer.plan.objective as? VariationalTeaching<Langevin>)
        let (worker, scratch) = (bench.worker, objective.makeScratch(trainer.plan.tileMaker()))
        objective.sampleNegatives(bench.shards[1], scratch, worker, step: 4)
        let (ends, starts, values) = (scratch.tiles.chains.positions, scratch.tiles.origin, try Self.condition(bench))
        for row in 0..<6 {
            for pixel in 0..<64 {
                let isVisible = values[row, 2 * pixel + 1] == 1
                #expect(isVisible == (ends[row, pixel] == starts[row, pixel]))
                #expect(!isVisible || ends[row, pixel] == worker.data[row, pixel])
            }
        }
    }

    /// One thread samples all its shards before it computes their gradients.
    @Test(arguments: ["label", "mask", "image"])
    func `the gradient of a shard does not depend on which shard the worker saw last`(kind: String) throws {
        let source = kind == "image" ? ["condition.source=digits"] : []
        let trainer = try ScratchRun.trainer(Self.teaching + ["condition.kind=\(kind)"] + source)
        let bench = LearnerBench(trainer)
        bench.sampleNegatives(0)
        let alone = bench.gradient(0)
        bench.sampleNegatives(1)
        #expect(bench.gradient(0) == alone)
        // The condition matters: with the other shard's it would be another gradient.
        #expect(try Self.condition(bench).values.contains { $0 != 0 })
    }

    @Test func `rows without classes, and vectors without pixels, are refused`() throws {
        let communicator = SoloCommunicator()
        for (arguments, part) in [
            (["condition.kind=label"], "needs rows with classes"), (["condition.kind=mask"], "hides pixels of images"),
            (["condition.kind=image", "condition.source=digits"], "a density without rows"),
            (["data.source=digits", "condition.kind=image", "condition.source=rings"], "found the density rings"),
        ] {
            let configuration = try ScratchRun.configuration(["objective.kind=variationalTeaching"] + arguments)
            do {
                _ = try RunPlan(configuration, communicator)
                Issue.record("\(arguments) was accepted")
            } catch {
                #expect(error.message.contains(part), "\(error.message)")
            }
        }
    }

    /// The same rows as data of a step, as rows of an evaluation, and as rows that are given for samples.
    @Test(arguments: ["label", "mask", "image"])
    func `the same rows have the same condition, whoever fills it`(kind: String) throws {
        let trainer = try ScratchRun.trainer(Self.teaching + ["condition.kind=image", "condition.source=digits"])
        let (source, count, seed) = (trainer.plan.source, 64, UInt64(5))
        let shape = source.shape
        let condition: Condition =
            switch kind {
            case "label": .label(classes: 10, channels: 1)
            case "mask": .visible(Mask(.random, shape: shape))
            default: .image(shape)
            }
        let evaluation = try EvaluationRows(source, DataPreparation())
        // The order of evaluations is that of a stream of one shard.
        let stream = try DataStream(
            source: source, preparation: DataPreparation(), scales: nil, seed: 1, shards: 1, rowsPerShard: count)
        let x = Matrix(rows: count, columns: shape.count)
        stream.fill(x, step: 0, shard: 0)
        #expect(evaluation.read(0..<count).values == x.values)
        let inTraining = TileCondition(condition, of: StreamRows(x, of: stream, seed: seed, step: 0, shard: 0), count: count)
        let inEvaluation = evaluation.condition(condition, of: x, 0..<count, seed: seed, tile: 0)
        let given = SampleConditions(
            condition: condition, label: nil, classes: try #require(evaluation.labels(0..<count)), columns: 1,
            rows: SampleConditions.Rows(truth: x, images: evaluation.partners(0..<count)), seed: seed)
        #expect(inEvaluation.values.values == inTraining.values.values)
        #expect(given.tile(0, rows: 0..<count).values.values == inTraining.values.values)
        #expect(given.values(count: count, rowsPerTile: count).values == inTraining.values.values)
        #expect(Set(inTraining.values.values).count > 1)
    }
}

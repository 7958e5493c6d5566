import Configuration
import Datasets
import Distributed
import Failures
import Learning
import Model
import Numerics
import Sampling
import TestSupport
import Testing
import Training

/// Energy matching: the flow on Gaussians, whose best potential is known, and the contrastive part against plain computations.
@Suite("Energy matching")
struct EnergyMatchingTests {
    private static let matching = ["objective.kind=energyMatching"]

    // MARK: the flow

    struct Golden: Sendable, CustomTestStringConvertible {
        let pairing: String
        var onset = 1.0
        var noise = 0.0
        /// a of V = a x²/2 where it is known by a formula.
        var best: Double?
        var testDescription: String { "\(pairing), τ* = \(onset), σ = \(noise)" }

        static let all = [
            Golden(pairing: "random", best: 0.9), Golden(pairing: "assignment", best: 0.642857),
            Golden(pairing: "random", onset: 0.5), Golden(pairing: "assignment", onset: 0.7, noise: 0.3),
            Golden(pairing: "random", noise: 0.4),
        ]

        /// The a of the least loss for data N(0, s²): -∫w E[x_t u] / ∫w E[x_t²], by Simpson's rule.
        func minimiser(_ s: Double) -> Double {
            let c = pairing == "random" ? 0 : s
            func integral(_ f: (Double) -> Double) -> Double {
                let n = 2000
                func w(_ t: Double) -> Double { onset < 1 ? min(1, (1 - t) / (1 - onset)) : 1 }
                return (0...n).reduce(0.0) { sum, k in
                    let t = Double(k) / Double(n)
                    return sum + (k == 0 || k == n ? 1 : k % 2 == 1 ? 4 : 2) * w(t) * f(t) / Double(3 * n)
                }
            }
            let slope = integral { t in (1 - t) * (c - 1) + t * (s * s - c) }
            return -slope / integral { t in (1 - t) * (1 - t) + t * t * s * s + 2 * t * (1 - t) * c + noise * noise }
        }
    }

    /// The mean losses of steps of 256 rows of N(0, s²) with V = a x²/2.
    private static func losses(_ golden: Golden, s: Float, a: Double, steps: Int) throws -> [Double] {
        let values = Matrix(rows: 32_768, columns: 1)
        RandomStream(seed: 3, purpose: .test, step: 0, index: 0).fillNormals(values)
        let data = try Dataset(name: "normal", shape: ImageShape(vector: 1), values: .floats(values.values.map { s * $0 }))
        let temperature = 0.25
        let configuration = try RunConfiguration.resolve(
            arguments: matching + [
                "run.shards=1", "run.chainsPerShard=256", "data.source=moons", "data.noise=0", "model.kind=layers",
                #"model.layers=[{kind: "dense", outputs: 1}]"#, "model.referenceDeviation=\((temperature / a).squareRoot())",
                "objective.temperature=\(temperature)", "objective.pairing=\(golden.pairing)", "objective.flowEnd=\(golden.onset)",
                "objective.flowNoise=\(golden.noise)",
            ])
        let communicator = SoloCommunicator()
        let bench = LearnerBench(Trainer(try RunPlan(configuration, source: .dataset(data), communicator), threads: 1, communicator))
        bench.prepare([0, 0])
        return (0..<steps).map { step in
            _ = bench.gradient(step: step)
            return bench.shards[0].report[.loss] / 256
        }
    }

    @Test(arguments: Golden.all) func `on Gaussian data the best quadratic potential is the known one`(golden: Golden) throws {
        let expected = golden.minimiser(0.5)
        if let best = golden.best { #expect(abs(best - expected) < 1e-5) }
        // L(a) is a parabola: its slope at the expected a from three values, step by step, with the same random numbers. Steps of 256 rows are independent:
        // beyond 5 standard errors by chance in 1 of 10⁶. Pairs of finite tiles are not quite monotone, which moves a by less than .004.
        let h = 0.2
        let (below, above) = (
            try Self.losses(golden, s: 0.5, a: expected - h, steps: 96), try Self.losses(golden, s: 0.5, a: expected + h, steps: 96)
        )
        let slopes = zip(below, above).map { ($0.1 - $0.0) / (2 * h) }
        let mean = slopes.reduce(0, +) / 96
        let error = (slopes.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 95 / 96).squareRoot()
        // The curvature of the loss is 2 E[x_t²], less than 1.5.
        let bias = golden.pairing == "assignment" ? 1.5 * 0.004 : 0
        #expect(abs(mean) < 5 * error + bias, "slope \(mean) ± \(error)")
        // The other pairing's potential would be told: it is a fourth of a away.
        #expect(error < 0.02)
    }

    // MARK: sharpening

    private static let sharpening =
        matching + [
            "objective.sharpenAfter=2", "objective.sharpenSteps=4", "objective.temperature=0.5", "model.kind=layers",
            #"model.layers=[{kind: "dense", outputs: 1}]"#, "model.referenceDeviation=1.5", "model.outputFactor=2", "data.noise=0",
        ]

    /// Positives and starts of chains: rows of their own stream.
    private static func starts(_ trainer: Trainer, step: Int, shard: Int) throws -> Matrix {
        let configuration = trainer.plan.configuration
        let stream = try configuration.dataStream(trainer.plan.source, seed: configuration.run.seed ^ 0x5374_6172_7473_0001)
        let tile = Matrix(rows: configuration.run.chainsPerShard, columns: 2)
        stream.fill(tile, step: step, shard: shard)
        return tile
    }

    private static func bench(_ arguments: [String]) throws -> LearnerBench { LearnerBench(try ScratchRun.trainer(sharpening + arguments)) }

    /// V of rows: ε E = 2 (w·x + b) + ε |x|²/(2·1.5²).
    private static func potential(_ x: Matrix, _ row: Int, _ parameters: [Float]) -> Double {
        let (a, b) = (Double(x[row, 0]), Double(x[row, 1]))
        let linear = Double(parameters[0]) * a + Double(parameters[1]) * b + Double(parameters[2])
        return 2 * linear + 0.5 * (a * a + b * b) / (2 * 2.25)
    }

    @Test(arguments: [(0.0, 0), (0.34, 2), (0.9, 5)])
    func `the contrast's gradient is λ times that of V at data less that at the chains that are not trimmed`(trim: Double, left: Int) throws
    {
        let bench = try Self.bench(["objective.sharpenTrim=\(trim)", "objective.sharpenWeight=0.3", "objective.sharpenBound=1e6"])
        let flow = LearnerBench(try ScratchRun.trainer(Self.sharpening.filter { !$0.contains("sharpen") }))
        let parameters: [Float] = [0.4, -0.7, 0.1]
        for shard in 0..<2 {
            for learner in [bench, flow] {
                learner.prepare(parameters)
                learner.sampleNegatives(shard, step: 3)
            }
            let (whole, alone) = (bench.gradient(parameters, shard, step: 3), flow.gradient(parameters, shard, step: 3))
            let (negatives, positives) = (bench.shards[shard].negatives, try Self.starts(bench.trainer, step: 3, shard: shard))
            let kept = (0..<6).sorted { Self.potential(negatives, $0, parameters) < Self.potential(negatives, $1, parameters) }.prefix(
                6 - left)
            for axis in 0..<2 {
                let data = (0..<6).reduce(0.0) { $0 + Double(positives[$1, axis]) } / 6
                let chains = kept.reduce(0.0) { $0 + Double(negatives[$1, axis]) } / Double(kept.count)
                // One of four shards; ∇V with respect to w is 2 x.
                let expected = 0.3 * 2 * (data - chains) / 4
                #expect(abs(Double(whole[axis] - alone[axis]) - expected) < 1e-5, "axis \(axis)")
            }
            #expect(abs(whole[2] - alone[2]) < 1e-6)
            let report = bench.shards[shard].report
            let sums = [positives, negatives].map { rows in (0..<6).reduce(0) { $0 + Self.potential(rows, $1, parameters) / 0.5 } }
            #expect(abs(report[.dataEnergy] - sums[0]) < 1e-4 && abs(report[.sampleEnergy] - sums[1]) < 1e-4)
        }
    }

    @Test func `below its bound the contrast has no gradient, and the flow keeps its own`() throws {
        let flow = LearnerBench(try ScratchRun.trainer(Self.sharpening.filter { !$0.contains("sharpen") }))
        let parameters: [Float] = [0.4, -0.7, 0.1]
        var (free, bounded) = (0, 0)
        for step in 2..<6 {
            let bench = try Self.bench(["objective.sharpenWeight=0.3", "objective.sharpenBound=0"])
            for shard in 0..<4 {
                bench.prepare(parameters)
                bench.sampleNegatives(shard, step: step)
                let gradients = [bench, flow].map { $0.gradient(parameters, shard, step: step) }
                let report = bench.shards[shard].report
                let isBounded = report[.dataEnergy] <= report[.sampleEnergy]
                #expect((gradients[0] == gradients[1]) == isBounded)
                (free, bounded) = (free + (isBounded ? 0 : 1), bounded + (isBounded ? 1 : 0))
            }
        }
        #expect(free > 0 && bounded > 0)
    }

    @Test func `before its step no chain moves, and afterwards half of them start at data`() throws {
        let bench = try Self.bench(["objective.sharpenStepSize=1e-30", "sampler.stepSize=0.05"])
        let shard = bench.shards[1]
        shard.negatives.fill(7)
        bench.sampleNegatives(1, step: 1)
        #expect(shard.negatives.values.allSatisfy { $0 == 7 })
        // Steps that go nowhere.
        bench.sampleNegatives(1, step: 2)
        let starts = try Self.starts(bench.trainer, step: 2, shard: 1)
        #expect(shard.negatives.rows(0..<3).values == starts.rows(0..<3).values)
        #expect(zip(shard.negatives.rows(3..<6).values, starts.rows(3..<6).values).allSatisfy { $0 != $1 })
    }

    @Test func `chains from data are warm at once where this is asked for, chains from noise never`() throws {
        func moved(_ arguments: [String]) throws -> Matrix {
            let bench = try Self.bench(["objective.sharpenSteps=1", "objective.sharpenStepSize=0.01"] + arguments)
            bench.sampleNegatives(0, step: 2)
            return bench.shards[0].negatives
        }
        let (cold, warm) = (try moved([]), try moved(["objective.sharpenWarm=true"]))
        #expect(cold.rows(3..<6).values == warm.rows(3..<6).values)
        #expect(zip(cold.rows(0..<3).values, warm.rows(0..<3).values).allSatisfy { $0 != $1 })
    }

    @Test func `chains that are kept go on at their own time`() throws {
        let bench = try Self.bench(["objective.keepChains=true", "chains.restartProbability=0", "objective.sharpenStepSize=0.25"])
        for shard in bench.shards { #expect(shard.replay?.ages.allSatisfy { $0 == 0 } == true) }
        for step in 0..<4 { for shard in 0..<4 { bench.sampleNegatives(shard, step: step) } }
        let ages = bench.shards.flatMap { $0.replay?.ages ?? [] }
        // Two steps of four transitions of 24 chains each.
        #expect(ages.reduce(0) { $0 + Int($1) } == 2 * 4 * 24 && ages.allSatisfy { [0, 4, 8].contains($0) })
    }

    // MARK: phases

    @Test func `learning rate and average change at the step where sharpening begins`() throws {
        let configuration = try ScratchRun.configuration(
            Self.matching + [
                "objective.sharpenAfter=4", "objective.sharpenLearningRate=0.25", "objective.sharpenAverage=0.5", "optimizer.average=0.75",
                "optimizer.schedule=cosine", "optimizer.learningRate=0.5", "optimizer.finalLearningRate=0.125", "optimizer.warmupSteps=0",
            ])
        let rates = (0..<6).map { configuration.learningRateSchedule.rate(at: $0) }
        // Half a cosine that ends with the flow.
        #expect(zip(rates, [0.5, 0.4450825, 0.3125, 0.1799175, 0.25, 0.25]).allSatisfy { abs(Double($0.0) - $0.1) < 1e-6 })
        #expect([0, 3, 4, 9].map { configuration.averageDecay(at: $0)?.limit } == [0.75, 0.75, 0.5, 0.5])
        let trainer = try ScratchRun.trainer(
            Self.matching + ["objective.sharpenAfter=1", "objective.sharpenAverage=0", "objective.sharpenSteps=1"])
        _ = try trainer.step(stop: false)
        #expect(trainer.state.average?.values != trainer.state.parameters)
        _ = try trainer.step(stop: false)
        #expect(trainer.state.average?.values == trainer.state.parameters)
    }

    @Test func `a step counts the passes of its phase`() throws {
        let profile = try ScratchRun.trainer(Self.sharpening).plan.profile
        #expect(profile.evaluations(atStep: 1) == 3 && profile.evaluations(atStep: 2) == 3 + 4 + 2)
        #expect(profile.evaluations(beforeStep: 5) == 5 * 3 + 3 * 6)
    }

    @Test func `before sharpening begins no report has energies or chains`() throws {
        let (scratch, lines) = (ScratchFolder(), ScratchRun.Lines())
        let arguments = Self.sharpening + ["objective.sharpenAfter=3", "run.steps=6", "report.every=1", "report.tensorboard=true"]
        var run = TrainingRun(configuration: try ScratchRun.configuration(arguments), folder: scratch.run(), isQuiet: true)
        run.listener = { lines.append($0) }
        try run.run(SoloCommunicator())
        let reports = try scratch.run().reports()
        let later = [
            "dataEnergy", "sampleEnergy", "energyGap", "boundedShare", "chainMean", "chainGradientNorm", "displacement", "energySpread",
        ]
        #expect(reports.map(\.step) == [1, 2, 3, 4, 5, 6])
        for report in reports {
            let found = later.filter { report.measures[$0] != nil }
            #expect(found == (report.step > 3 ? later : []) && report.measures["loss"] != nil, "step \(report.step): \(report.measures)")
            #expect((report.meanEnergyGap == nil) == (report.step <= 3) && (report.gapSignChanges == nil) == (report.step <= 3))
        }
        let events = try #require(RecordedEvent.read(scratch.run().events))
        for event in events where event.step ?? 0 > 0 {
            #expect((event.values["train/energy_gap"] != nil) == (event.step ?? 0 > 3) && event.values["train/loss"] != nil)
        }
        let last = try #require(lines.all.last { $0.hasPrefix("step 6/6") })
        #expect(last.contains("  gap ") && !lines.all.contains { $0.hasPrefix("step 1/6") && $0.contains("  gap ") })
    }

    // MARK: samples

    @Test func `samples are drawn from N(0, I) along the schedule, and chains that are samples go on at ε`() throws {
        let arguments = Self.matching + ["objective.temperature=0.125", "sampler.stepSize=0.25", "sampler.steps=6"]
        let shape = ImageShape(vector: 2)
        let configuration = try RunConfiguration.resolve(arguments: arguments + ["data.source=moons", "sampler.kind=langevin"])
        let flow = try #require(configuration.kernel(for: shape, in: nil) as? FlowLangevin)
        #expect(flow.stepSize == 0.03125 && flow.temperature == 1 && flow.form == .euler && flow.runLength == 6)
        #expect(flow.schedule == FlowSchedule(onset: 1, timeStep: 0.25))
        let settled = try #require(configuration.settledKernel(for: shape, in: nil) as? Langevin)
        // T = 1 of E = V/ε.
        #expect(settled.stepSize == 0.03125 && settled.noise == 0.25 && settled.temperature == 1)
        let heun = try RunConfiguration.resolve(arguments: arguments + ["data.source=moons", "sampler.kind=heun"])
        #expect((heun.kernel(for: shape, in: nil, steps: 9) as? FlowLangevin)?.form == .heun)
        #expect(heun.settledKernel(for: shape, in: nil) is Heun && heun.startNoise(in: nil) == .gaussian(deviation: 1))
        // Where nobody says how: small steps to the time 1.1.
        let standard = try RunConfiguration.resolve(arguments: Self.matching + ["data.source=moons"])
        #expect(standard.sampler.kind == .langevin && standard.sampler.steps == 55 && standard.sampler.stepSize == 0.02)
    }

    @Test(arguments: [false, true]) func `samples to show are drawn afresh, whether or not chains are kept`(keepsChains: Bool) throws {
        let folder = ScratchFolder()
        let run = folder.run()
        try ScratchRun.train(Self.sharpening + ["objective.keepChains=\(keepsChains)"], in: run)
        let trained = try TrainedModel(run)
        #expect(trained.standardStart == .noise)
        let sampler = try ModelSampler(trained, count: 8, orAtMost: 8, steps: nil, start: nil, seed: 5)
        #expect(try sampler.draw(0, 0..<6).isFinite)
        let trainer = try ScratchRun.trainer(Self.sharpening + ["objective.keepChains=\(keepsChains)"])
        for shard in trainer.shards { shard.negatives.fill(.nan) }
        try trainer.drawSamples()
        #expect(trainer.shards.allSatisfy { $0.negatives.isFinite })
        let chosen = try EvaluationChains(trainer.plan).gather(trainer, count: 24)
        #expect(chosen.values == trainer.shards.flatMap { $0.negatives.values })
    }

    @Test(arguments: [
        (["sampler.kind=mala"], "expected sampler.kind = \"langevin\" or \"heun\", found \"mala\""),
        (["run.chainsPerShard=257", "chains.buffer=null"], "expected run.chainsPerShard of at most 256, found 257"),
        (["sampler.noise=0.1"], "sampler.noise = 0.1 has no effect"),
        (["chains.noise=gaussian"], "chains.noise = \"gaussian\" has no effect"),
        (["objective.sharpenWeight=1"], "it needs"),
        (["objective.sharpenAfter=2", "objective.sharpenAverage=0.5", "optimizer.average=null"], "optimizer.average"),
    ])
    func `what does not go together is refused in words`(arguments: [String], part: String) {
        let found = failure { _ = try RunConfiguration.resolve(arguments: Self.matching + ["data.source=moons"] + arguments) }
        #expect(found?.message.contains(part) == true, "\(found?.message ?? "no failure")")
    }
}

import Configuration
import Datasets
import Distributed
import Learning
import Numerics
import Sampling
import Testing
import Training

/// Positives, negatives and chains of maximum likelihood with Markov chains, against plain computations.
struct ContrastiveDivergenceTests {
    /// E(x) = w·x + b + |x|²/2: the model is N(-w, I), and ∇E with respect to (w, b) is (x, 1).
    static let linear = [
        "model.kind=layers", #"model.layers=[{kind: "dense", outputs: 1}]"#, "model.referenceDeviation=1", "optimizer.kind=sgd",
        "optimizer.warmupSteps=0", "data.noise=0",
    ]
    /// Chains that stay where they start.
    static let still = ["sampler.stepSize=1e-30", "sampler.noise=0", "sampler.steps=1"]

    static func rows(_ trainer: Trainer) -> [[Float]] {
        trainer.shards.flatMap { shard in (0..<shard.negatives.rows).map { shard.negatives.rows($0..<$0 + 1).values } }
    }

    static func buffer(_ trainer: Trainer) -> [[Float]] {
        trainer.shards.flatMap { shard -> [[Float]] in
            guard let replay = shard.replay else { return [] }
            return (0..<replay.capacity).map { slot in
                let row = Matrix(rows: 1, columns: replay.dimension)
                replay.read(slot, into: row, dither: RandomStream(seed: 1, purpose: .test, step: 0, index: 0), from: 0)
                return row.values
            }
        }
    }

    /// The data rows of a step, from a stream of the test's own.
    static func data(_ trainer: Trainer, step: Int) throws -> [[Float]] {
        let (configuration, source) = (trainer.plan.configuration, trainer.plan.source)
        let stream = try configuration.dataStream(source, seed: configuration.run.seed)
        return (0..<configuration.run.shards).flatMap { shard -> [[Float]] in
            let tile = Matrix(rows: configuration.run.chainsPerShard, columns: source.shape.count)
            stream.fill(tile, step: step, shard: shard)
            return (0..<tile.rows).map { tile.rows($0..<$0 + 1).values }
        }
    }

    @Test(arguments: ["cd", "pcd", "shortRun"], [0.0, 0.3])
    func `the gradient is the mean over data minus the mean over negatives, plus α ∇ mean(E(x+)² + E(x-)²)`(kind: String, alpha: Double)
        throws
    {
        let trainer = try ScratchRun.trainer(
            Self.linear + ["objective.kind=\(kind)", "objective.energyRegularization=\(alpha)", "optimizer.learningRate=1"])
        for step in 0..<3 {
            let before = trainer.state.parameters.map(Double.init)
            let report = try trainer.step(stop: false).report
            let (positives, negatives) = (try Self.data(trainer, step: step), Self.rows(trainer))
            let (expected, energies) = LinearEnergy(before).gradient(positives, negatives, alpha: alpha)
            // Sums of 24 terms of at most 5 in floats, and parameters that round to 2^-24 of at most 4.
            for (index, after) in trainer.state.parameters.enumerated() {
                #expect(abs(before[index] - Double(after) - expected[index]) < 1e-5, "parameter \(index) at step \(step)")
            }
            #expect(abs(report[.dataEnergy] - energies[0]) < 1e-4 && abs(report[.sampleEnergy] - energies[1]) < 1e-4)
        }
    }

    @Test func `CD starts its chains at the data rows of the step`() throws {
        let trainer = try ScratchRun.trainer(["objective.kind=cd"] + Self.still)
        for step in 0..<3 {
            _ = try trainer.step(stop: false)
            #expect(try Self.rows(trainer) == Self.data(trainer, step: step))
        }
    }

    @Test func `short-run chains start at new noise in every step and shard, in the range it should have`() throws {
        let trainer = try ScratchRun.trainer(["objective.kind=shortRun", "chains.noiseLow=2", "chains.noiseHigh=2.5"] + Self.still)
        var seen: Set<[Float]> = []
        for _ in 0..<5 {
            _ = try trainer.step(stop: false)
            for row in Self.rows(trainer) {
                #expect(row.allSatisfy { (2...2.5).contains($0) })
                seen.insert(row)
            }
        }
        #expect(seen.count == 5 * 24)
    }

    @Test(arguments: ["pcd", "shortRun"])
    func `shards that start apart have a centre each, the same at every step, spread as it should be`(kind: String) throws {
        let trainer = try ScratchRun.trainer(
            ["objective.kind=\(kind)", "chains.noise=gaussian", "chains.noiseDeviation=0.001", "chains.noiseSpread=3", "run.shards=200"]
                + ["run.chainsPerShard=2"] + (kind == "pcd" ? ["chains.buffer=400", "chains.restartProbability=0.5"] : []) + Self.still)
        var centres: [[Float]] = []
        for _ in 0..<3 {
            _ = try trainer.step(stop: false)
            let rows = Self.rows(trainer)
            if centres.isEmpty { centres = stride(from: 0, to: 400, by: 2).map { rows[$0] } }
            // Both ends are within 6 deviations of the centre.
            for (index, row) in rows.enumerated() {
                #expect(zip(row, centres[index / 2]).allSatisfy { abs($0 - $1) < 0.012 })
            }
        }
        let square = centres.joined().reduce(0) { $0 + Double($1) * Double($1) } / 400
        // 400 values of variance 9, 5.5 deviations of 9 √(2/400).
        #expect(abs(square - 9) < 5.5 * 9 * (2.0 / 400).squareRoot())
    }

    @Test func `persistent chains go on from where they stopped; without restarts no new state appears and every age counts all steps`()
        throws
    {
        let trainer = try ScratchRun.trainer(["chains.restartProbability=0", "chains.buffer=24"] + Self.still)
        let start = Set(Self.buffer(trainer))
        #expect(start.count == 24)
        for step in 1...4 {
            let report = try trainer.step(stop: false).report
            #expect(
                Set(Self.rows(trainer)) == start && report[.restarts] == 0 && report[.displacement] == 0
                    && report[.age] == Double(24 * step))
        }
        #expect(Set(Self.buffer(trainer)) == start)
        #expect(trainer.shards.allSatisfy { $0.replay?.ages.allSatisfy { $0 == 4 } == true })
    }

    @Test(arguments: [0.05, 0.5, 1])
    func `chains restart with the probability that is set, at age 0`(probability: Double) throws {
        let steps = 200
        let trainer = try ScratchRun.trainer(["chains.restartProbability=\(probability)", "sampler.steps=2"])
        var count = 0.0
        for _ in 0..<steps { count += try trainer.step(stop: false).report[.restarts] }
        let trials = Double(steps * 24)
        // A binomial count, 5.5 standard deviations.
        #expect(abs(count - trials * probability) <= 5.5 * (trials * probability * (1 - probability)).squareRoot())
        if probability == 1 { #expect(trainer.shards.allSatisfy { $0.replay?.ages.allSatisfy { $0 <= 2 } == true }) }
    }

    @Test(arguments: ["noise", "data"])
    func `states that chains start from are new at every restart, and none of them filled the buffer`(origin: String) throws {
        let trainer = try ScratchRun.trainer(["chains.restartProbability=1", "chains.restartFrom=\(origin)"] + Self.still)
        var seen = Set(Self.buffer(trainer))
        #expect(seen.count == 48)
        for step in 1...6 {
            _ = try trainer.step(stop: false)
            seen.formUnion(Self.rows(trainer))
            #expect(seen.count == 48 + step * 24)
            #expect(try seen.isDisjoint(with: Self.data(trainer, step: step - 1)))
        }
    }

    @Test func `saturated values are those on the wall of the box, displacement is the mean way of a chain`() throws {
        // A large step from inside of the box ends on its walls.
        let trainer = try ScratchRun.trainer(
            ["sampler.low=-0.5", "sampler.high=0.5", "sampler.noise=1e6", "sampler.steps=1", "chains.noiseLow=0", "chains.noiseHigh=1e-6"])
        let report = try trainer.step(stop: false).report
        #expect(report[.saturated] == 48)
        #expect(abs(report[.displacement] - 24 * 0.5.squareRoot()) < 1e-4)
    }
}

/// A chain that is not finite does not stop a run that may skip steps.
struct BrokenChainTests {
    static let arguments = ["guard.policy=skip", "chains.buffer=24", "chains.restartProbability=0"]

    static func breakChain(_ trainer: Trainer, slot: Int = 2, value: Float = .nan) {
        guard let replay = trainer.shards[1].replay else { return }
        let row = Matrix(rows: 1, columns: replay.dimension)
        row.fill(value)
        replay.write(row, age: 5, slot: slot)
    }

    @Test(arguments: ["mala", "hmc"])
    func `a chain at an infinite energy, from where a sampler rejects every proposal, costs one update too`(kind: String) throws {
        let trainer = try ScratchRun.trainer(Self.arguments + ["sampler.kind=\(kind)"])
        // The position is finite, its square and with it the energy's reference term is not.
        Self.breakChain(trainer, value: 1e25)
        let first = try trainer.step(stop: false)
        if case .skip = first.verdict {} else { Issue.record("expected a step that is left out, found \(first.verdict)") }
        #expect(first.report[.restarts] == 1)
        let second = try trainer.step(stop: false)
        #expect(second.report[.restarts] == 0 && trainer.state.optimizer.updates == 1)
        #expect(ContrastiveDivergenceTests.buffer(trainer).joined().allSatisfy { $0.magnitude < 1e6 })
    }

    @Test(
        arguments: [["chains.restartFrom=noise"], ["chains.restartFrom=data"], ["chains.replacement=reservoir"]], [Float.nan, .infinity])
    func `a chain that is not finite costs one update: it starts afresh, is counted as a restart, and its age begins anew`(
        extra: [String], value: Float
    ) throws {
        let trainer = try ScratchRun.trainer(Self.arguments + extra)
        Self.breakChain(trainer, value: value)
        let before = trainer.state.parameters
        let result = try trainer.step(stop: false)
        guard case .skip = result.verdict else {
            Issue.record("expected a step that is left out, found \(result.verdict)")
            return
        }
        #expect(result.report[.restarts] == 1)
        #expect(trainer.state.parameters == before && trainer.state.step == 1 && trainer.state.optimizer.updates == 0)
        #expect(trainer.state.guardState.consecutiveSkips == 1)
        #expect(ContrastiveDivergenceTests.buffer(trainer).joined().allSatisfy { $0.isFinite })
        #expect(trainer.shards[1].replay?.ages[2] == 0)
        #expect(try trainer.step(stop: false).verdict == .update)
        #expect(trainer.state.guardState.consecutiveSkips == 0 && trainer.state.guardState.skips == 1)
        #expect(trainer.state.parameters != before && trainer.state.optimizer.updates == 1)
    }

    @Test func `the fresh state is that of a restart, and other chains do not notice`() throws {
        let (clean, broken) = (try ScratchRun.trainer(Self.arguments), try ScratchRun.trainer(Self.arguments))
        Self.breakChain(broken)
        _ = try clean.step(stop: false)
        _ = try broken.step(stop: false)
        let pairs = zip(ContrastiveDivergenceTests.buffer(clean), ContrastiveDivergenceTests.buffer(broken))
        #expect(pairs.filter { $0 != $1 }.count == 1)
        // Uniform noise between -1 and 1.
        #expect(ContrastiveDivergenceTests.buffer(broken)[6 + 2].allSatisfy { abs($0) <= 1 })
    }

    @Test func `ranks take the same branch when a chain of one of them breaks`() throws {
        let digests = try ThreadRanks.run(3) { communicator -> UInt64 in
            let trainer = try ScratchRun.trainer(Self.arguments, on: communicator)
            if let shard = trainer.shards.first(where: { $0.index == 1 }), let replay = shard.replay {
                let row = Matrix(rows: 1, columns: replay.dimension)
                row.fill(.nan)
                replay.write(row, age: 5, slot: 2)
            }
            for _ in 0..<3 { _ = try trainer.step(stop: false) }
            return trainer.state.replicaDigest
        }
        let alone = try ScratchRun.trainer(Self.arguments)
        Self.breakChain(alone)
        for _ in 0..<3 { _ = try alone.step(stop: false) }
        #expect(digests == Array(repeating: alone.state.replicaDigest, count: 3))
    }
}

struct NoiseDistributionTests {
    static let stream = RandomStream(seed: 1, purpose: .test, step: 0, index: 0)

    @Test func `uniform noise fills its range, Gaussian noise has its deviation`() {
        let tile = Matrix(rows: 100, columns: 1000)
        let n = Double(tile.count)
        NoiseDistribution.uniform(-3...1).fill(tile, stream: Self.stream)
        #expect(tile.values.allSatisfy { (-3...1).contains($0) })
        // The mean of n uniforms over a range of 4: deviation 4/√(12 n); 5.5 of them.
        #expect(abs(tile.values.reduce(0) { $0 + Double($1) } / n + 1) < 5.5 * 4 / (12 * n).squareRoot())
        NoiseDistribution.gaussian(deviation: 3).fill(tile, stream: Self.stream)
        let square = tile.values.reduce(0) { $0 + Double($1) * Double($1) } / n
        #expect(abs(square - 9) < 5.5 * 9 * (2 / n).squareRoot())
    }
}

/// Training finds the answers that theory gives.
struct KnownAnswerTests {
    /// The two moons have the mean (1/2, 1/4); variances below 0.8 and 0.3.
    static let mean = [0.5, 0.25]
    static let steps = 5
    static let stepSize = 0.1

    /// -w of E = w·x + |x|²/2, averaged over the last part of a training.
    static func modelMean(_ kind: String) throws -> [Double] {
        let trainer = try ScratchRun.trainer(
            ContrastiveDivergenceTests.linear + [
                "objective.kind=\(kind)", "run.shards=4", "run.chainsPerShard=64", "sampler.steps=\(steps)", "sampler.stepSize=\(stepSize)",
                "optimizer.learningRate=0.05",
            ] + (kind == "pcd" ? ["chains.buffer=256", "chains.restartProbability=0"] : []))
        var sum = [0.0, 0]
        let (first, last) = (500, 3500)
        for step in 0..<last {
            _ = try trainer.step(stop: false)
            guard step >= first else { continue }
            for index in 0..<2 { sum[index] -= Double(trainer.state.parameters[index]) }
        }
        return sum.map { $0 / Double(last - first) }
    }

    // The average over N = 3000 steps of w solves mean gradient = 0 up to the mean of the gradient's noise. A step's noise has the variance of
    // 256 data rows and 256 chains, (0.8 + 1.1)/256 = 0.086²; the slope of the gradient is s = 1 - φ^5 = 0.41 or more for independent chains,
    // so the error of w is 0.086/√3000/s = 0.0038. Persistent chains forget by φ^5 = 0.59 a step, which makes their part of the noise
    // √((1 + 0.59)/(1 - 0.59)) = 2 times as large, below 0.008. Five and a half of these: 0.045.
    static let tolerance = 0.045

    @Test(arguments: ["pcd", "cd"])
    func `PCD and CD on E = w·x + |x|²/2 put the model's mean where the data's is`(kind: String) throws {
        for (found, expected) in zip(try Self.modelMean(kind), Self.mean) {
            #expect(abs(found - expected) < Self.tolerance, "\(found), not \(expected)")
        }
    }

    @Test func `short-run learning finds the w whose chains, not whose model, have the data's mean`() throws {
        // From noise of mean 0, k steps lead to the mean (1 - φ^k) m of a model of mean m, φ = 1 - a: it equals the data's for m = mean/(1 - φ^k).
        let phi = 1 - Self.stepSize
        let reach = 1 - phi * phi * phi * phi * phi
        for (found, mean) in zip(try Self.modelMean("shortRun"), Self.mean) {
            #expect(abs(found - mean / reach) < Self.tolerance, "\(found), not \(mean / reach)")
        }
    }
}

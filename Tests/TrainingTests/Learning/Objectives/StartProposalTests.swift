import Configuration
import Failures
import Learning
import Model
import Numerics
import Sampling
import Testing
import Training

/// A network that proposes where recovery's chains start.
@Suite("Proposed starts")
struct StartProposalTests {
    static let recovery = [
        "objective.kind=diffusionCD", "objective.estimator=recovery", "objective.levels=2", "objective.proposal=true",
    ]
    private static let (low, ratio) = (0.8, 1.25)

    /// Rows from N(0, 1), energies and proposals of linear networks: f = w y + u c + b, and h alike.
    private static func bench(_ more: [String], variance: Double = 1e9, rows: Int = 64) throws -> ObjectiveLossTests.Bench {
        try ObjectiveLossTests.Bench(
            recovery + [
                "objective.lowNoise=\(low)", "objective.noise=\(low * ratio * ratio)", "objective.dataDeviation=1", "proposal.widths=[]",
            ] + more, variance: variance, rows: rows)
    }

    /// Levels of the ladder.
    private static func deviations(_ level: Int) -> (own: Double, next: Double) {
        level == 0 ? (low, low * ratio) : (low * ratio, low * ratio * ratio)
    }

    /// The level that the first shard takes at a step.
    private static func level(_ bench: ObjectiveLossTests.Bench, step: Int) -> Int {
        stream(bench, .noiseLevel, step).integer(below: 2, at: 0)
    }

    private static func stream(_ bench: ObjectiveLossTests.Bench, _ purpose: RandomPurpose, _ step: Int) -> RandomStream {
        RandomStream(seed: bench.trainer.plan.configuration.run.seed, purpose: purpose, step: step, index: 0)
    }

    private static func normals(_ bench: ObjectiveLossTests.Bench, _ purpose: RandomPurpose, _ step: Int, _ count: Int) -> [Double] {
        let numbers = Matrix(rows: count, columns: 1)
        stream(bench, purpose, step).fillNormals(numbers)
        return numbers.values.map { Double($0) }
    }

    /// The noised rows y of a step whose gradient was just computed, where their noise is their own.
    private static func noised(_ bench: ObjectiveLossTests.Bench, step: Int, level: Int) -> [Double] {
        let (own, next) = deviations(level)
        let rows = bench.bench.worker.data.values.map { Double($0) }
        return zip(rows, normals(bench, .diffusionNoise, step, rows.count)).map { $0 + (next * next - own * own).squareRoot() * $1 }
    }

    // MARK: starts

    @Test func `chains start about the mean of Gaussian data where the network gives 0, and are tethered to the noised row`() throws {
        let stepSize = 0.01
        let bench = try Self.bench(["sampler.steps=1", "sampler.noise=0", "sampler.stepSize=\(stepSize)"])
        var seen: Set<Int> = []
        for step in 0..<6 {
            _ = bench.loss([0, 0, 0, 0, 0, 0], step: step)
            let level = Self.level(bench, step: step)
            seen.insert(level)
            let (own, next) = Self.deviations(level)
            let (t, data) = (next * next - own * own, own * own + 1)
            let rows = Self.noised(bench, step: step, level: level)
            let size = stepSize * (level == 0 ? 1 : Self.ratio * Self.ratio)
            for (row, noise) in Self.normals(bench, .startProposal, step, rows.count).enumerated() {
                let y = rows[row]
                let start = data / (next * next + 1) * y + own / next * t.squareRoot() * noise
                // One step down the energy of the Gaussian and of the tether.
                let end = start - size * (start / data + (start - y) / t)
                #expect(abs(Double(bench.shard.negatives[row, 0]) - end) < 1e-5)
            }
        }
        #expect(seen == [0, 1])
    }

    @Test(arguments: [false, true]) func `shared noise and proposals go together`(shared: Bool) throws {
        let bench = try Self.bench(["sampler.steps=1", "sampler.noise=0", "sampler.stepSize=1e-9", "objective.sharedNoise=\(shared)"])
        for step in 0..<4 {
            let found = bench.loss([0, 0, 0, 0, 0, 0], step: step).gradient
            let rows = Self.normals(bench, .startProposal, step, 64)
            // Chains that stay where they start are no reason to move g, and lie at the noise of the start.
            #expect(found[3...].allSatisfy { abs($0) < 1e-5 })
            let expected = rows.reduce(0) { $0 + $1 * $1 } / 64
            #expect(abs(bench.shard.report[.proposalLoss] / 64 / expected - 1) < 1e-4)
        }
    }

    @Test(arguments: [0.0, 2]) func `starts are spread as wide as proposal.noise says, and measured alike`(noise: Double) throws {
        let bench = try Self.bench(["sampler.steps=1", "sampler.noise=0", "sampler.stepSize=1e-9", "proposal.noise=\(noise)"])
        for step in 0..<3 {
            let gradient = bench.loss([0, 0, 0, 0, 0, 0], step: step).gradient
            let squares = Self.normals(bench, .startProposal, step, 64).reduce(0) { $0 + noise * noise * $1 * $1 }
            #expect(abs(bench.shard.report[.proposalLoss] - squares) < 1e-4 * (1 + squares))
            #expect(gradient[3...].allSatisfy { abs($0) < 1e-5 })
        }
    }

    // MARK: the gradient

    @Test(arguments: [["run.shards=1"], ["condition.kind=label", "condition.channels=2"], ["objective.levelWeight=inverseVariance"]])
    func `the gradient is the derivative of the squared distance from start to end in units of the proposal's variance`(more: [String])
        throws
    {
        let layers = #"[{kind: "dense", outputs: 1}]"#
        let bench = try ObjectiveLossTests.Bench(
            Self.recovery + [
                "objective.lowNoise=0.4", "objective.noise=0.9", "proposal.widths=[16]", "model.activation=softplus", "sampler.steps=3",
                "sampler.stepSize=0.02",
            ] + more, variance: 1.3, dimension: 3, layers: layers, rows: 8)
        let (plan, shard) = (bench.trainer.plan, bench.shard)
        let networks = plan.networks
        let range = networks.range(of: .proposal)
        let start = bench.trainer.state.parameters.map { 2 * $0 }
        let ladder = try #require(plan.configuration.noiseLadder)
        for step in 0..<4 {
            let gradient = bench.loss(start, step: step).gradient
            let level = Self.level(bench, step: step)
            let (y, noise, means) = (Matrix(rows: 8, columns: 3), Matrix(rows: 8, columns: 3), Matrix(rows: 8, columns: 3))
            Self.stream(bench, .diffusionNoise, step).fillNormals(noise)
            let deviation = ladder.variance(from: level).squareRoot()
            y.combine(bench.bench.worker.data, noise) { $0 + deviation * $1 }
            Self.stream(bench, .startProposal, step).fillNormals(noise)
            let scaling = ladder.proposals(data: 0.5)[level]
            let pass = try #require(bench.bench.engine.proposal)
            let proposal = StartProposal(pass, scaling, input: Matrix(rows: 8, columns: 3))
            let direction = Matrix(rows: 1, columns: networks.layout.count)
            RandomStream(seed: 5, purpose: .test, step: 0, index: step).fillNormals(direction)
            for index in networks.energyRange { direction[0, index] = 0 }
            func loss(_ t: Float) -> Double {
                bench.bench.prepare(zip(start, direction.values).map { $0 + t * $1 })
                proposal.means(of: y, into: means)
                means.combine(means, noise) { $0 + scaling.deviation * $1 }
                means.combine(means, shard.negatives) { $0 - $1 }
                return means.squaredNorm / Double(8 * scaling.deviation * scaling.deviation)
            }
            let slope = zip(gradient, direction.values).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
            // Fourth-order differences; the loss of order 1 is good to 1e-6, so the quotient is to 1e-6/h.
            let h: Float = 0.004
            let difference = (8 * (loss(h) - loss(-h)) - (loss(2 * h) - loss(-2 * h))) / Double(12 * h)
            #expect(abs(slope - difference) < 2e-3 * (1 + abs(slope)), "slope \(slope), difference \(difference)")
            #expect(gradient[range].contains { $0 != 0 })
        }
    }

    @Test func `a level's weight counts for the energy alone`() throws {
        let arguments = ["objective.lowNoise=0.1", "objective.noise=0.8", "proposal.widths=[7]", "objective.levels=3"]
        let equal = LearnerBench(try ScratchRun.trainer(Self.recovery + arguments))
        let weighted = LearnerBench(try ScratchRun.trainer(Self.recovery + arguments + ["objective.levelWeight=inverseVariance"]))
        let weights = try #require(equal.plan.configuration.noiseLadder).inverseVarianceWeights
        let (energy, proposal) = (equal.plan.networks.energyRange, equal.plan.networks.range(of: .proposal))
        for (step, shard) in [(0, 0), (0, 1), (1, 2), (2, 3)] {
            let stream = RandomStream(seed: equal.plan.configuration.run.seed, purpose: .noiseLevel, step: step, index: shard)
            let level = stream.integer(below: 3, at: 0)
            for bench in [equal, weighted] { bench.sampleNegatives(shard, step: step) }
            let (plain, found) = (equal.gradient(shard, step: step), weighted.gradient(shard, step: step))
            #expect(Array(found[energy]) == plain[energy].map { weights[level] * $0 })
            #expect(found[proposal] == plain[proposal] && found[proposal].contains { $0 != 0 })
        }
    }

    @Test func `what proposes starts changes the energy's gradient by the negatives alone`() throws {
        let arguments = ["objective.lowNoise=0.1", "objective.noise=0.8", "objective.levels=3"]
        let without = LearnerBench(try ScratchRun.trainer(Self.recovery + arguments + ["objective.proposal=false"]))
        let with = LearnerBench(try ScratchRun.trainer(Self.recovery + arguments))
        let range = with.plan.networks.energyRange
        #expect(without.plan.networks.proposal == nil && with.plan.networks.layout.count > range.count)
        #expect(Array(with.trainer.state.parameters[range]) == without.trainer.state.parameters)
        for bench in [without, with] { bench.sampleNegatives() }
        #expect(with.shards[0].negatives.values != without.shards[0].negatives.values)
        with.shards[0].negatives.copy(from: without.shards[0].negatives)
        #expect(Array(with.gradient()[range]) == without.gradient())
    }

    // MARK: what it learns

    /// The energy stays x²/2 (1/(σ² + 1) + 1/V) + (1/σ) (w x/√(σ² + 1) + ...): its learning rate is a hundred-thousandth of the proposal's.
    @Test func `the network comes to the mean of the posterior of a fixed quadratic energy, from chains of three steps`() throws {
        let variance = 1.5
        let bench = try ObjectiveLossTests.Bench(
            Self.recovery + [
                "objective.lowNoise=\(Self.low)", "objective.noise=\(Self.low * Self.ratio * Self.ratio)", "objective.dataDeviation=1",
                "proposal.widths=[16]", "model.activation=softplus", "optimizer.learningRate=1e-7", "proposal.learningRate=1e-2",
                "optimizer.average=0.99", "sampler.steps=3", "sampler.stepSize=0.05", "sampler.noise=null", "run.steps=1500",
            ], variance: variance, rows: 128)
        for _ in 0..<1500 { _ = try bench.trainer.step(stop: false) }
        let parameters = bench.trainer.state.bestParameters
        bench.bench.prepare(parameters)
        let ladder = try #require(bench.trainer.plan.configuration.noiseLadder)
        let points = Matrix(rows: 3, columns: 1, [-1.2, 0, 1.2])
        let means = Matrix(rows: 3, columns: 1)
        for (level, scaling) in ladder.proposals(data: 1).enumerated() {
            bench.bench.engine.setLevels([ladder.feature(level)])
            let pass = try #require(bench.bench.engine.proposal)
            StartProposal(pass, scaling, input: Matrix(rows: 3, columns: 1)).means(of: points, into: means)
            let (own, next) = Self.deviations(level)
            let t = next * next - own * own
            let slope = Double(parameters[0]) / (own * (own * own + 1).squareRoot())
            let precision = 1 / (own * own + 1) + 1 / variance + 1 / t
            for row in 0..<3 {
                let expected = (Double(points[row, 0]) / t - slope) / precision
                // Steps of .01, averaged over some hundred, leave some hundredths.
                #expect(abs(Double(means[row, 0]) - expected) < 0.05, "level \(level): \(means[row, 0]), expected \(expected)")
            }
        }
    }

    @Test func `the way down a ladder of Gaussians ends at their lowest level, beside where it began`() throws {
        let bench = try Self.bench(["sampler.steps=20", "sampler.stepSize=0.05", "sampler.noise=null"], rows: 2048)
        bench.bench.prepare([0, 0, 0, 0, 0, 0])
        let (plan, engine) = (bench.trainer.plan, bench.bench.engine)
        // Rows of the top level.
        let top = Self.low * Self.ratio * Self.ratio
        let count = 2048
        func ends(proposes: Bool) -> (start: [Float], end: [Float]) {
            let configuration = plan.configuration
            let run = ChainRun(
                kernel: configuration.kernel(for: ImageShape(vector: 1), in: nil, steps: 20), steps: 20,
                start: .noise(.gaussian(deviation: Float((top * top + 1).squareRoot())), .samplingStart),
                numbers: ChainRun.Numbers(seed: 3, motion: .sampling, decisions: .samplingDecision), ladder: configuration.noiseLadder,
                proposals: configuration.proposalScalings)
            let buffers = run.buffers(chains: count, dimension: 1)
            run.begin(buffers.positions, step: 0, index: 0)
            let start = buffers.positions.values
            let end = run.samples(buffers, step: 0, index: 0, in: engine.chainPotential, proposal: proposes ? engine.proposal : nil)
            return (start, end.values)
        }
        for proposes in [true, false] {
            let (start, end) = ends(proposes: proposes)
            let square = end.reduce(0) { $0 + Double($1) * Double($1) } / Double(count)
            let product = zip(start, end).reduce(0) { $0 + Double($1.0) * Double($1.1) } / Double(count)
            let expected = Self.low * Self.low + 1
            // Six standard errors, and 2 % for steps that are not small.
            #expect(abs(square / expected - 1) < 0.02 + 6 * (2 / Double(count)).squareRoot(), "\(square), expected \(expected)")
            // Cov(x_0, x_L) = Var(x_0) where each level was drawn given the one above; chains by themselves forget where they began, the more the longer they are.
            let error = 6 * (expected * (top * top + 1) / Double(count)).squareRoot()
            if proposes {
                #expect(abs(product - expected) < 0.02 + 1.5 * error, "\(product), expected \(expected)")
            } else {
                #expect(product < expected - 1.5 * error, "\(product)")
            }
        }
    }

    // MARK: configurations

    @Test func `what a proposal cannot be beside is refused with its key`() {
        for (arguments, part) in [
            (Self.recovery + ["objective.keepChains=true"], "objective.proposal = false"),
            (Self.recovery + ["objective.levels=1"], "objective.levels"),
            (Self.recovery + ["objective.estimator=importance"], "objective.estimator"), (["objective.proposal=true"], "diffusionCD"),
            (["proposal.widths=[3]"], "objective.proposal"), (["proposal.learningRate=1"], "objective.proposal"),
            (Self.recovery + ["optimizer.learningRate=0", "proposal.learningRate=1e-3"], "proposal.learningRate"),
        ] {
            let failure = #expect(throws: Failure.self) { try RunConfiguration.resolve(arguments: arguments) }
            #expect(failure?.kind == .configuration && failure?.message.contains(part) == true, "\(failure?.message ?? "")")
        }
        let failure = #expect(throws: Failure.self) {
            try ScratchRun.trainer(Self.recovery + ["objective.lowNoise=0.1", "proposal.layers=[{kind: 'dense', outputs: 3}]"])
        }
        #expect(failure?.kind == .configuration && failure?.message.contains("proposal.layers: expected 2 values") == true)
    }

    @Test func `the network has its own learning rate`() throws {
        let trainer = try ScratchRun.trainer(Self.recovery + ["objective.lowNoise=0.1", "proposal.learningRate=0"])
        let (before, networks) = (trainer.state.parameters, trainer.plan.networks)
        _ = try trainer.step(stop: false)
        let range = networks.range(of: .proposal)
        #expect(trainer.state.parameters[range] == before[range])
        #expect(trainer.state.parameters[networks.energyRange] != before[networks.energyRange])
    }
}

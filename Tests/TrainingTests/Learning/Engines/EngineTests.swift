import Failures
import Learning
import Model
import Numerics
import Sampling
import Testing
import Training

/// An engine whose chains see twice the energy: everything else is another engine's.
private final class SteepEngine: Engine {
    struct Steep: ConditionalPotential {
        let base: any ConditionalPotential
        var dimension: Int { base.dimension }

        func setCondition(_ rows: Matrix) { base.setCondition(rows) }
        func setLevel(_ level: Float) { base.setLevel(level) }

        func evaluate(_ x: Matrix, energies: Matrix, gradient: Matrix) {
            base.evaluate(x, energies: energies, gradient: gradient)
            for tile in [energies, gradient] { tile.combine(tile, tile) { $0 + $1 } }
        }
    }

    private let base: any Engine

    init(_ base: any Engine) { self.base = base }

    var chainPotential: any ConditionalPotential { Steep(base: base.chainPotential) }
    var chainGenerator: NetworkPass? { base.chainGenerator }
    var generator: NetworkPass? { base.generator }
    var encoder: NetworkPass? { base.encoder }
    var proposal: NetworkPass? { base.proposal }
    var wholeGradient: Matrix { base.wholeGradient }
    var energyGradient: Matrix { base.energyGradient }

    func evaluate(_ x: Matrix, energies: Matrix, gradient: Matrix) { base.evaluate(x, energies: energies, gradient: gradient) }

    func addGradient(of rows: Matrix, energies: Matrix, rowWeights: (_ energies: Matrix, _ weights: Matrix) -> Void) {
        base.addGradient(of: rows, energies: energies, rowWeights: rowWeights)
    }

    func addLineGradient(of x: Matrix, along direction: Matrix, rowWeights: (_ derivatives: [Matrix], _ weights: [Matrix]) -> Void) {
        base.addLineGradient(of: x, along: direction, rowWeights: rowWeights)
    }

    func lineDerivatives(of x: Matrix, along direction: Matrix) -> [Matrix] { base.lineDerivatives(of: x, along: direction) }
    func setCondition(_ rows: Matrix) { base.setCondition(rows) }
    func setLevels(_ levels: [Float]) { base.setLevels(levels) }
    func setLevelDirections(_ directions: [Float]) { base.setLevelDirections(directions) }
}

/// Objectives reach networks through the engine alone.
struct EngineTests {
    private static let arguments = ["sampler.noise=0", "chains.restartProbability=0"]

    /// A shard after a step's negatives, and its gradient.
    private func shard(_ arguments: [String], _ wrap: (any Engine) -> any Engine) throws -> (shard: ShardState, gradient: [Float]) {
        let bench = LearnerBench(try ScratchRun.trainer(Self.arguments + arguments))
        let (plan, make) = (bench.plan, bench.plan.tileMaker())
        let worker = ShardWorker(wrap(bench.engine), ShardWorker.Tiles(make, condition: nil, freshScratch: nil))
        let learner = plan.objective.makeLearner(shards: 0..<1, workers: [worker], make)
        learner.populate(0, thread: 0)
        learner.sampleNegatives(0, thread: 0, step: 0)
        learner.addGradient(0, thread: 0, step: 0)
        return (learner.shards[0], worker.engine.wholeGradient.values)
    }

    /// Without noise, twice the energy is the same as twice the step size, to the bit: a power of two.
    @Test func `chains follow the engine's potential and gradients do not`() throws {
        let steep = try shard(["sampler.stepSize=0.05"]) { SteepEngine($0) }
        let long = try shard(["sampler.stepSize=0.1"]) { $0 }
        let plain = try shard(["sampler.stepSize=0.05"]) { $0 }
        #expect(steep.shard.negatives.values == long.shard.negatives.values && steep.shard.negatives.values != plain.shard.negatives.values)
        #expect(steep.gradient == long.gradient && steep.shard.report[.sampleEnergy] == long.shard.report[.sampleEnergy])
    }

    @Test(arguments: [["sampler.kind=mala"], ["sampler.kind=hmc"], ["sampler.kind=stanley", "sampler.adjusted=true"], []])
    func `energies by which chains move are those of single precision`(_ arguments: [String]) throws {
        func seen(_ precision: String) throws -> (energies: [Float], gradient: [Float]) {
            let bench = LearnerBench(
                try ScratchRun.trainer(["data.source=digits", "model.widths=[40,40]", "sampler.precision=\(precision)"] + arguments))
            let (x, energies, slope) = (Matrix(rows: 4, columns: 64), Matrix(rows: 4, columns: 1), Matrix(rows: 4, columns: 64))
            RandomStream(seed: 1, purpose: .test, step: 0, index: 0).fillNormals(x)
            bench.engine.chainPotential.evaluate(x, energies: energies, gradient: slope)
            return (energies.values, slope.values)
        }
        let (float, half) = (try seen("float"), try seen("bfloat16"))
        #expect((float.energies == half.energies) == !arguments.isEmpty)
        #expect(float.gradient != half.gradient)
    }

    @Test func `energies by which temperatures are swapped are those of single precision`() throws {
        func seen(_ precision: String, _ arguments: [String]) throws -> (energies: [Float], gradient: [Float]) {
            let bench = LearnerBench(
                try ScratchRun.trainer(["data.source=digits", "model.widths=[40,40]", "gradient.precision=\(precision)"] + arguments))
            let (x, energies) = (Matrix(rows: 4, columns: 64), Matrix(rows: 4, columns: 1))
            RandomStream(seed: 1, purpose: .test, step: 0, index: 0).fillNormals(x)
            bench.engine.addGradient(of: x, energies: energies) { _, weights in weights.fill(1) }
            return (energies.values, bench.engine.wholeGradient.values)
        }
        let ladder = ["sampler.noise=null", "exchange.temperatures=[1,2]"]
        let (float, half) = (try seen("float", ladder), try seen("bfloat16", ladder))
        #expect(float.energies == half.energies && float.gradient != half.gradient)
        #expect(try seen("bfloat16", []).energies != float.energies)
    }

    @Test func `weights that are divided by their norms are so for chains as well, after every iteration`() throws {
        let bench = LearnerBench(
            try ScratchRun.trainer([
                "data.source=digits", "model.widths=[40]", "model.spectralNormalization=true", "sampler.precision=bfloat16",
            ]))
        let (x, energies, slope) = (Matrix(rows: 4, columns: 64), Matrix(rows: 4, columns: 1), Matrix(rows: 4, columns: 64))
        RandomStream(seed: 1, purpose: .test, step: 0, index: 0).fillNormals(x)
        var (parameters, state) = (bench.trainer.state.parameters, bench.trainer.state.modelState)
        for iterating in [false, true, true] {
            parameters = parameters.map { 3 * $0 }
            bench.engines.prepare(parameters: parameters, state: &state, iterating: iterating)
            bench.engine.chainPotential.evaluate(x, energies: energies, gradient: slope)
            let chains = energies.values
            bench.engine.evaluate(x, energies: energies, gradient: slope)
            #expect(chains != energies.values)
            #expect(zip(chains, energies.values).allSatisfy { abs($0 - $1) < 0.02 * (1 + abs($1)) })
        }
    }

    @Test(arguments: [["objective.kind=slicedScore"], ["objective.kind=wassersteinFlow"], ["objective.lastStep=1"]])
    func `derivatives along lines are not made of rounded products`(_ arguments: [String]) throws {
        let failure = #expect(throws: Failure.self) { try ScratchRun.trainer(arguments + ["gradient.precision=bfloat16"]) }
        #expect(failure?.kind == .configuration && failure?.message.contains("gradient.precision") == true)
        _ = try ScratchRun.trainer(arguments + ["sampler.precision=bfloat16"])
    }

    /// Energies of a tile as chains and as parameters see them, with the parameters of a run and with others after those.
    @Test(arguments: ["float", "bfloat16"], ["float", "bfloat16"])
    func `chains and parameters see the energy in their own precision, after every update`(_ sampler: String, _ gradient: String) throws {
        func energies(_ sampler: String, _ gradient: String) throws -> [[[Float]]] {
            let bench = LearnerBench(
                try ScratchRun.trainer([
                    "data.source=digits", "model.widths=[40]", "sampler.precision=\(sampler)", "gradient.precision=\(gradient)",
                ]))
            let (x, parameters) = (Matrix(rows: 4, columns: 64), bench.trainer.state.parameters)
            RandomStream(seed: 1, purpose: .test, step: 0, index: 0).fillNormals(x)
            return [parameters, parameters.map { 1.5 * $0 }].map { parameters in
                bench.prepare(parameters)
                let (energies, slope) = (Matrix(rows: 4, columns: 1), Matrix(rows: 4, columns: 64))
                bench.engine.chainPotential.evaluate(x, energies: energies, gradient: slope)
                let chains = energies.values
                bench.engine.evaluate(x, energies: energies, gradient: slope)
                return [chains, energies.values]
            }
        }
        let (found, float) = (try energies(sampler, gradient), try energies("float", "float"))
        for (found, float) in zip(found, float) {
            #expect((found[0] == float[0]) == (sampler == "float"))
            #expect((found[1] == float[1]) == (gradient == "float"))
            #expect((found[0] == found[1]) == (sampler == gradient))
            #expect(zip(found[0] + found[1], float[0] + float[1]).allSatisfy { abs($0 - $1) < 0.02 * (1 + abs($1)) })
        }
    }
}

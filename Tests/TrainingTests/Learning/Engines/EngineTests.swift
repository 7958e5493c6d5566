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
        func setCondition(_ value: Float) { base.setCondition(value) }

        func evaluate(_ x: Matrix, energies: Matrix, gradient: Matrix) {
            base.evaluate(x, energies: energies, gradient: gradient)
            for tile in [energies, gradient] { tile.combine(tile, tile) { $0 + $1 } }
        }
    }

    private let base: any Engine

    init(_ base: any Engine) { self.base = base }

    var chainPotential: any ConditionalPotential { Steep(base: base.chainPotential) }
    var generator: NetworkPass? { base.generator }
    var encoder: NetworkPass? { base.encoder }
    var wholeGradient: Matrix { base.wholeGradient }

    func evaluate(_ x: Matrix, energies: Matrix, gradient: Matrix) { base.evaluate(x, energies: energies, gradient: gradient) }

    func addGradient(of rows: Matrix, energies: Matrix, rowWeights: (_ energies: Matrix, _ weights: Matrix) -> Void) {
        base.addGradient(of: rows, energies: energies, rowWeights: rowWeights)
    }

    func addLineGradient(of x: Matrix, along direction: Matrix, rowWeights: (_ derivatives: [Matrix], _ weights: [Matrix]) -> Void) {
        base.addLineGradient(of: x, along: direction, rowWeights: rowWeights)
    }

    func setCondition(_ value: Float) { base.setCondition(value) }
    func setCondition(_ rows: Matrix) { base.setCondition(rows) }
}

/// Objectives reach networks through the engine alone.
struct EngineTests {
    private static let arguments = ["sampler.noise=0", "chains.restartProbability=0"]

    /// A shard after a step's negatives, and its gradient.
    private func shard(_ arguments: [String], _ wrap: (any Engine) -> any Engine) throws -> (shard: ShardState, gradient: [Float]) {
        let bench = LearnerBench(try ScratchRun.trainer(Self.arguments + arguments))
        let (plan, make) = (bench.plan, bench.plan.tileMaker())
        let worker = ShardWorker(wrap(bench.engine), ShardWorker.Tiles(make, freshScratch: nil))
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
}

import Configuration
import Datasets
import Distributed
import Learning
import Model
import Numerics
import Sampling
import Testing
import Training

/// A generator and an encoder that learn from the ends of the chains.
@Suite("Variational teaching")
struct VariationalTeachingTests {
    static let teaching = [
        "objective.kind=variationalTeaching", "generator.latent=3", "generator.widths=[9]", "encoder.widths=[8]",
        "model.activation=softplus",
    ]

    @Test(arguments: [0.0, 0.3, 2])
    func `the gradient of the autoencoder is the derivative of its loss`(weight: Double) throws {
        let bench = LearnerBench(try ScratchRun.trainer(Self.teaching + ["objective.divergenceWeight=\(weight)"]))
        let (networks, shard) = (bench.trainer.plan.networks, bench.shards[0])
        let start = bench.trainer.state.parameters.map { 2 * $0 }
        bench.prepare(start)
        bench.sampleNegatives()
        let first = networks.energyRange.upperBound
        let rows = Double(bench.trainer.plan.configuration.rowsPerStep)
        for line in 0..<4 {
            let direction = Matrix(rows: 1, columns: networks.layout.count)
            RandomStream(seed: 5, purpose: .test, step: 0, index: line).fillNormals(direction)
            // The energy's own gradient is not of this loss.
            for index in 0..<first { direction[0, index] = 0 }
            func loss(_ t: Float) -> Double {
                _ = bench.gradient(zip(start, direction.values).map { $0 + t * $1 })
                return (shard.report[.reconstruction] + weight * shard.report[.latentDivergence]) / rows
            }
            let slope = zip(bench.gradient(start), direction.values).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
            // Fourth-order differences; outputs are good to some 1e-6 of values of order 1, so the quotient is to 1e-6/h.
            let h: Float = 0.004
            let difference = (8 * (loss(h) - loss(-h)) - (loss(2 * h) - loss(-2 * h))) / Double(12 * h)
            #expect(abs(slope - difference) < 2e-3 * (1 + abs(slope)), "slope \(slope), difference \(difference)")
        }
    }

    @Test func `without sampler steps the negatives are the generator's samples, and the energy learns from data and those alone`() throws {
        let bench = LearnerBench(try ScratchRun.trainer(Self.teaching + ["sampler.steps=0"]))
        let (plan, shard) = (bench.trainer.plan, bench.shards[0])
        bench.prepare(bench.trainer.state.parameters)
        bench.sampleNegatives()
        let latents = Matrix(rows: 6, columns: 3)
        RandomStream(seed: plan.configuration.run.seed, purpose: .latentStart, step: 0, index: 0).fillNormals(latents)
        let generator = try #require(bench.engine.generator)
        #expect(generator.outputs(of: latents).values == shard.negatives.values)

        let found = bench.gradient(bench.trainer.state.parameters)
        let expected = Matrix(rows: 1, columns: plan.model.layout.count)
        let workspace = Workspace(plan.model, rows: 6)
        let weights = bench.weights(bench.trainer.state.parameters).learning.energy
        let scale = 1 / Float(plan.configuration.rowsPerStep)
        for (rows, weight) in [(bench.worker.data, scale), (shard.negatives, -scale)] {
            plan.model.addParameterGradient(
                of: rows, weights, workspace, energies: bench.worker.energies,
                rowWeights: { _, weights in weights.fill(weight) }, into: expected)
        }
        #expect(Array(found[plan.networks.energyRange]) == expected.values)
    }

    @Test func `chains begin at the generator's samples and end elsewhere; the energy's update does not touch the other networks`() throws {
        let bench = LearnerBench(try ScratchRun.trainer(Self.teaching))
        let objective = try #require(bench.plan.objective as? VariationalTeaching<Langevin>)
        let (shard, scratch) = (bench.shards[0], objective.makeScratch(bench.plan.tileMaker()))
        objective.sampleNegatives(shard, scratch, bench.worker, step: 0)
        let latents = Matrix(rows: 6, columns: 3)
        RandomStream(seed: bench.plan.configuration.run.seed, purpose: .latentStart, step: 0, index: 0).fillNormals(latents)
        #expect(scratch.tiles.origin.values == bench.engine.generator?.outputs(of: latents).values)
        #expect(shard.negatives.values != scratch.tiles.origin.values && shard.report[.displacement] > 0)
    }

    @Test func `each network has its own learning rate`() throws {
        let trainer = try ScratchRun.trainer(Self.teaching + ["generator.learningRate=0", "encoder.learningRate=0.01"])
        let (before, networks) = (trainer.state.parameters, trainer.plan.networks)
        _ = try trainer.step(stop: false)
        let after = trainer.state.parameters
        func moved(_ range: Range<Int>) -> Bool { before[range] != after[range] }
        #expect(moved(networks.energyRange) && !moved(networks.range(of: .generator)) && moved(networks.range(of: .encoder)))
    }

    /// The energy stays w·x + |x|²/2s², a Gaussian about -s² w of variance s²: its learning rate is a hundred-thousandth of the others'.
    @Test func `the autoencoder follows the Gaussian of a fixed quadratic energy`() throws {
        let (deviation, weight) = (0.7, 0.02)
        let trainer = try ScratchRun.trainer([
            "objective.kind=variationalTeaching", "run.shards=1", "run.chainsPerShard=128", "run.steps=2000", "model.kind=layers",
            "model.layers=[{kind: 'dense', outputs: 1}]", "model.referenceDeviation=\(deviation)", "generator.latent=2",
            "generator.widths=[]",
            "encoder.widths=[]", "objective.divergenceWeight=\(weight)", "sampler.steps=10", "sampler.stepSize=0.02", "sampler.noise=null",
            "optimizer.learningRate=1e-7", "generator.learningRate=1e-2", "encoder.learningRate=1e-2", "optimizer.average=0.99",
        ])
        let bench = LearnerBench(trainer)
        for _ in 0..<2000 { _ = try trainer.step(stop: false) }
        bench.prepare(trainer.state.bestParameters)
        let generator = try #require(bench.engine.generator)
        let count = 128 * 64
        var sums = (x: SIMD2<Double>.zero, squares: SIMD2<Double>.zero, product: 0.0)
        let latents = Matrix(rows: 128, columns: 2)
        for part in 0..<64 {
            RandomStream(seed: 9, purpose: .test, step: part, index: 0).fillNormals(latents)
            let samples = generator.outputs(of: latents)
            for row in 0..<samples.rows {
                let x = SIMD2(Double(samples[row, 0]), Double(samples[row, 1]))
                sums = (sums.x + x, sums.squares + x * x, sums.product + x[0] * x[1])
            }
        }
        let mean = sums.x / Double(count)
        let variance = sums.squares / Double(count) - mean * mean
        let correlation = (sums.product / Double(count) - mean[0] * mean[1]) / (variance[0] * variance[1]).squareRoot()
        // A linear autoencoder with decoder variance w/2 learns means of variance s² - w/2 (probabilistic PCA). Langevin steps of size a make
        // chains of variance s²/(1 - a/2s²), 2 % more. Adam's steps of .01, averaged over some hundred, leave some hundredths.
        let learned = deviation * deviation - weight / 2
        let target = trainer.state.parameters[..<2].map { -deviation * deviation * Double($0) }
        for axis in 0..<2 {
            #expect(abs(mean[axis] - target[axis]) < 0.08, "mean \(mean[axis]), expected \(target[axis])")
            #expect(abs(variance[axis] / learned - 1) < 0.2, "variance \(variance[axis]), expected \(learned)")
        }
        #expect(abs(correlation) < 0.1, "correlation \(correlation)")
    }
}

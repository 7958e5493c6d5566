import Commands
import Configuration
import Datasets
import Distributed
import Failures
import Formats
import Learning
import Model
import Numerics
import Sampling
import Testing
import Training

/// An energy-based prior of a decoder's latent vectors.
@Suite("Latent prior")
struct LatentPriorTests {
    static let latent = [
        "objective.kind=latentPrior", "generator.latent=3", "generator.widths=[9]", "objective.noise=0.5", "posterior.steps=4",
        "model.referenceDeviation=null",
    ]
    static let chains = latent.filter { !$0.hasPrefix("objective.noise") } + ["objective.prior=chains"]

    /// A network pass over a decoder with given parameters.
    private static func decoder(_ network: Network, _ parameters: [Float], rows: Int) -> NetworkPass {
        let weights = PreparedWeights(network)
        weights.refresh(from: parameters)
        return NetworkPass(
            network: network, weights: weights, workspace: Workspace(network, rows: rows),
            gradient: Matrix(rows: 1, columns: network.layout.count))
    }

    /// x = W z + b + N(0, σ²), z a single value with the prior exp(-w z - z²/2): the posterior is N(v (W·(x - b)/σ² - w), v), v = 1/(1 + |W|²/σ²).
    @Test(arguments: [true, false])
    func `kept chains of one step a visit come to the posterior of their own row, chains from N(0, 1) do not`(isKept: Bool) throws {
        let scratch = ScratchFolder()
        let count = 2048
        let noise = Matrix(rows: count, columns: 2)
        RandomStream(seed: 4, purpose: .test, step: 0, index: 0).fillNormals(noise)
        try AtomicFile.write(
            NPY.encode(NumericArray(shape: [count, 2], .float32(noise.values.map { 2 * $0 }))), to: "\(scratch.path)/x.npy")
        let (deviation, stepSize) = (0.5, 0.3)
        let trainer = try ScratchRun.trainer([
            "objective.kind=latentPrior", "generator.latent=1", "generator.layers=[{kind: 'dense', outputs: 2}]", "model.kind=layers",
            "model.layers=[{kind: 'dense', outputs: 1}]", "model.referenceDeviation=1", "objective.decoderDeviation=\(deviation)",
            "posterior.steps=1", "posterior.stepSize=\(stepSize)", "posterior.keepChains=\(isKept)", "data.source=\(scratch.path)/x.npy",
            "data.noise=0", "run.chainsPerShard=64",
        ])
        let bench = LearnerBench(trainer)
        let worker = bench.worker
        // Of the energy w and a bias, of the decoder W and b.
        let parameters = trainer.state.parameters.map { Double($0) }
        let (w, d, b) = (parameters[0], Array(parameters[2..<4]), Array(parameters[4..<6]))
        let precision = 1 / (deviation * deviation)
        let variance = 1 / (1 + (d[0] * d[0] + d[1] * d[1]) * precision)
        var deviations: [Double] = []
        // Eight steps visit every row once: forty visits.
        for step in 0..<320 {
            for place in bench.shards.indices {
                bench.sampleNegatives(place, step: step)
                guard step >= 312 else { continue }
                let shard = try #require(bench.shards[place] as? LatentPrior<Langevin>.State)
                for row in 0..<64 {
                    let x = (Double(worker.data[row, 0]), Double(worker.data[row, 1]))
                    let mean = variance * ((d[0] * (x.0 - b[0]) + d[1] * (x.1 - b[1])) * precision - w)
                    deviations.append(Double(shard.posterior[row, 0]) - mean)
                }
            }
        }
        #expect(deviations.count == count)
        let (mean, square) = deviations.reduce((0.0, 0.0)) { ($0.0 + $1 / Double(count), $0.1 + $1 * $1 / Double(count)) }
        // The variance of an unadjusted chain on a quadratic energy.
        let expected = variance / (1 - stepSize * stepSize / 4 / variance)
        // Six standard errors.
        let agrees =
            abs(mean) < 6 * (expected / Double(count)).squareRoot() && abs(square / expected - 1) < 6 * (2 / Double(count)).squareRoot()
        #expect(agrees == isKept, "mean \(mean), variance \(square), expected \(expected)")
    }

    @Test func `a kept chain that is not finite begins anew`() throws {
        let trainer = try ScratchRun.trainer(Self.chains + ["data.source=digits", "posterior.keepChains=true"])
        let bench = LearnerBench(trainer)
        let kept = try #require((bench.shards[0] as? LatentPrior<Langevin>.State)?.chains)
        #expect(kept.rows == 450 && kept.columns == 3 && kept.values.allSatisfy(\.isFinite))
        kept.fill(.nan)
        for step in 0..<75 { bench.sampleNegatives(step: step) }
        // 75 steps of six rows are an epoch of the shard's 449 rows; one of 450 places belongs to no row.
        #expect((0..<449).allSatisfy { kept.rows($0..<$0 + 1).values.allSatisfy(\.isFinite) })
    }

    @Test func `chains cannot be kept of densities, and not with more shards than rows`() throws {
        for (arguments, text) in [
            (["data.source=moons"], "found the density moons"),
            (["data.source=digits", "run.shards=2000"], "each of 2000 shards, found 1797"),
        ] {
            let failure = #expect(throws: Failure.self) { try ScratchRun.trainer(Self.chains + ["posterior.keepChains=true"] + arguments) }
            #expect(failure?.kind == .configuration && failure?.message.contains(text) == true, "\(failure?.message ?? "")")
        }
    }

    /// x = W z + b + N(0, σ²) with z ~ N(0, I): the posterior is N(Σ Wᵀ (x - b)/σ², Σ), Σ = (I + WᵀW/σ²)⁻¹.
    @Test func `posterior chains of a linear decoder have the moments of the known Gaussian`() throws {
        let (rows, tiles, deviation): (Int, Int, Float) = (200, 40, 0.5)
        let decoderNetwork = try Network(NetworkDescription(input: ImageShape(vector: 2), layers: [.dense(outputs: 2)]))
        // Weights outputs x inputs, then biases.
        let (w, b): ([Float], [Float]) = ([0.8, -0.3, 0.4, 0.6], [0.2, -0.1])
        let generator = Self.decoder(decoderNetwork, w + b, rows: rows)
        let energy = try EnergyModel(
            try Network(NetworkDescription(input: ImageShape(vector: 2), layers: [.dense(outputs: 1)])), referenceDeviation: 1)
        let weights = PreparedWeights(energy.network)
        weights.refresh(from: [0, 0, 0])
        let prior = ModelPotential(model: energy, weights: weights, workspace: Workspace(energy, rows: rows))
        let x: [Float] = [0.7, -0.4]
        let data = Matrix(rows: rows, columns: 2, (0..<rows).flatMap { _ in x })
        let posterior = LatentPosterior(steps: 200, stepSize: 0.2, deviation: deviation)
        let scratch = LatentPosterior.Scratch(
            chains: ChainBuffers(chains: rows, dimension: 2), residual: Matrix(rows: rows, columns: 2),
            latentGradient: Matrix(rows: rows, columns: 2))
        var (sum, squares, product) = (SIMD2<Double>.zero, SIMD2<Double>.zero, 0.0)
        for tile in 0..<tiles {
            posterior.run(
                data, prior: prior, generator: generator, start: .latentStart,
                numbers: ChainRun.Numbers(seed: 1, motion: .latentLangevin, decisions: .acceptance), step: 0, index: tile, scratch)
            for row in 0..<rows {
                let z = SIMD2(Double(scratch.chains.positions[row, 0]), Double(scratch.chains.positions[row, 1]))
                (sum, squares, product) = (sum + z, squares + z * z, product + z[0] * z[1])
            }
        }
        let count = Double(rows * tiles)
        let mean = sum / count
        let covariance = (squares / count - mean * mean, product / count - mean[0] * mean[1])
        let (d, p) = (w.map(Double.init), 1 / Double(deviation * deviation))
        let (a11, a22, a12) = (1 + p * (d[0] * d[0] + d[2] * d[2]), 1 + p * (d[1] * d[1] + d[3] * d[3]), p * (d[0] * d[1] + d[2] * d[3]))
        let determinant = a11 * a22 - a12 * a12
        let exact = (SIMD2(a22, a11) / determinant, -a12 / determinant)
        let r = (Double(x[0] - b[0]), Double(x[1] - b[1]))
        let pull = SIMD2(p * (d[0] * r.0 + d[2] * r.1), p * (d[1] * r.0 + d[3] * r.1))
        let exactMean = SIMD2(exact.0[0] * pull[0] + exact.1 * pull[1], exact.1 * pull[0] + exact.0[1] * pull[1])
        // 8,000 independent chains: standard errors of a mean √(v/8000) <= .006, of a (co)variance v √(2/8000) <= .006; five of them, and the
        // step's bias: variances times 1/(1 - s²a/4), a <= 4.3 the largest curvature, 4 % of .3.
        for axis in 0..<2 {
            #expect(abs(mean[axis] - exactMean[axis]) < 0.03, "mean \(mean[axis]), expected \(exactMean[axis])")
            #expect(abs(covariance.0[axis] - exact.0[axis]) < 0.04, "variance \(covariance.0[axis]), expected \(exact.0[axis])")
        }
        #expect(abs(covariance.1 - exact.1) < 0.04, "covariance \(covariance.1), expected \(exact.1)")
    }

    @Test
    func `the decoder's gradient is the derivative of mean |g(z) - x|², and the prior's that of the energy discrepancy of latent vectors`()
        throws
    {
        let trainer = try ScratchRun.trainer(Self.latent + ["model.activation=softplus"])
        let bench = LearnerBench(trainer)
        let (networks, shard) = (trainer.plan.networks, bench.shards[0])
        let start = trainer.state.parameters.map { 2 * $0 }
        bench.prepare(start)
        bench.sampleNegatives()
        let rows = Double(trainer.plan.configuration.rowsPerStep)
        for line in 0..<4 {
            let direction = Matrix(rows: 1, columns: networks.layout.count)
            RandomStream(seed: 5, purpose: .test, step: 0, index: line).fillNormals(direction)
            func loss(_ t: Float) -> Double {
                _ = bench.gradient(zip(start, direction.values).map { $0 + t * $1 })
                return (shard.report[.loss] + shard.report[.reconstruction]) / rows
            }
            let slope = zip(bench.gradient(start), direction.values).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
            let h: Float = 0.004
            let difference = (8 * (loss(h) - loss(-h)) - (loss(2 * h) - loss(-2 * h))) / Double(12 * h)
            #expect(abs(slope - difference) < 2e-3 * (1 + abs(slope)), "slope \(slope), difference \(difference)")
        }
    }

    @Test func `the energy is one of latent vectors, with N(0, I) as its reference; samples have the shape of data`() throws {
        let trainer = try ScratchRun.trainer(Self.latent)
        let networks = trainer.plan.networks
        #expect(networks.energy.inputShape == ImageShape(vector: 3) && networks.energy.referenceDeviation == 1)
        #expect(networks.isLatent && networks.sampleShape == ImageShape(vector: 2))
        try trainer.drawSamples()
        let samples = trainer.shards[0].negatives
        #expect(samples.columns == 2 && samples.values.allSatisfy(\.isFinite))
    }

    @Test(arguments: [latent, chains])
    func `a saved run is drawn from as it was trained`(arguments: [String]) throws {
        let scratch = ScratchFolder()
        try ScratchRun.train(arguments, in: scratch.run())
        let trained = try TrainedModel(scratch.run())
        #expect(trained.shape == ImageShape(vector: 2) && trained.model.inputShape == ImageShape(vector: 3))
        let output = scratch.path + "/samples.npy"
        _ = try SampleCommand(folder: scratch.run().path, count: 7, output: output).run(SoloCommunicator())
        #expect(throws: (any Error).self) {
            _ = try SampleCommand(folder: scratch.run().path, count: 7, start: .generator, output: output).run(SoloCommunicator())
        }
    }
}

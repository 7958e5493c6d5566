import Commands
import Configuration
import Distributed
import Failures
import Formats
import Foundation
import Learning
import Measures
import Model
import Numerics
import Sampling
import Testing
import Training

/// E(x) = |x|²/2v, the energy of N(0, v I).
private struct GaussianPotential: Potential {
    let variance: Float
    let dimension: Int

    func evaluate(_ x: Matrix, energies: Matrix, gradient: Matrix) {
        for row in 0..<x.rows { energies[row, 0] = Float(x.rows(row..<row + 1).squaredNorm) / (2 * variance) }
        gradient.combine(x, x) { value, _ in value / variance }
    }
}

@Suite struct PosteriorEstimatesTests {
    private static let (rows, dimension, variance, deviation) = (40, 50, Float(0.5), Float(0.6))

    private static func normals(_ index: Int) -> Matrix {
        let matrix = Matrix(rows: rows, columns: dimension)
        RandomStream(seed: 3, purpose: .test, step: 0, index: index).fillNormals(matrix)
        return matrix
    }

    /// Gaussian rows and their noised copies.
    private static var pair: (clean: Matrix, noised: Matrix) {
        let (clean, noised, spread) = (normals(1), normals(2), variance.squareRoot())
        clean.combine(clean, clean) { value, _ in spread * value }
        noised.combine(clean, noised) { $0 + deviation * $1 }
        return (clean, noised)
    }

    private func estimates(_ variance: Float, temperature: Float = 1, steps: Int = 60) -> PosteriorEstimates<GaussianPotential> {
        PosteriorEstimates(
            base: GaussianPotential(variance: variance, dimension: Self.dimension), inverseTemperature: 1 / temperature,
            deviation: Self.deviation, steps: steps)
    }

    /// The mean of x given y, y v/(v + σ²).
    private func optimum(_ noised: Matrix) -> [Float] {
        noised.values.map { $0 * Self.variance / (Self.variance + Self.deviation * Self.deviation) }
    }

    private func distance(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).map { abs($0 - $1) }.max() ?? .infinity }

    @Test func `with the energy of the noised rows the score gives the posterior's mean, at any temperature`() {
        let noised = Self.pair.noised
        let total = Self.variance + Self.deviation * Self.deviation
        // Values of up to 4, rounded at 1e-7 a few times.
        #expect(distance(estimates(total).score(noised).values, optimum(noised)) < 2e-6)
        // E T is the energy of the same density at the temperature T.
        #expect(distance(estimates(total / 0.01, temperature: 0.01).score(noised).values, optimum(noised)) < 2e-6)
    }

    @Test func `with the energy of the clean rows the descent ends at the posterior's mode, which is its mean`() {
        let noised = Self.pair.noised
        let found = estimates(Self.variance).posterior(noised, numbers: Self.numbers, step: 0, index: 3)
        // F ≈ 50 stops falling where a |∇F|² < 1e-6 F, a ≥ 1/(4L), L = 1/v + 1/σ² = 4.8: |x - optimum| = |∇F|/L < √(4e-6 F/L) = 6.5e-3 over all values of a row.
        #expect(distance(found.descent.values, optimum(noised)) < 1e-2)
    }

    @Test func `the chain's mean is the posterior's, and its error known`() {
        let (steps, noised) = (2000, Self.pair.noised)
        let found = estimates(Self.variance, steps: steps).posterior(noised, numbers: Self.numbers, step: 0, index: 3)
        let errors = zip(found.mean.values, optimum(noised)).map { Double($0 - $1) }
        // A chain x' = (1 - aL) x + √(2a) ξ has the integrated variance 2/(a L²) of its mean, per step: divided by n = 1000 steps of the second half. a lies between
        // 1/(4·2L) and 1/(2L) (the descent's step is between 1/(4L) and 1/L and is halved): variance between 4/(n L) and 16/(n L), L = 1/v + 1/σ² = 4.78.
        let curvature = Double(1 / Self.variance + 1 / (Self.deviation * Self.deviation))
        let variance = errors.reduce(0) { $0 + $1 * $1 } / Double(errors.count)
        let scale = 1 / (Double(steps / 2) * curvature)
        // 2000 values: their mean square is within 6 √(2/2000) = 19 % of what is expected, with probability 1 - 1e-8.
        #expect(variance > 0.81 * 4 * scale && variance < 1.19 * 16 * scale, "\(variance / scale)")
        // Five standard errors.
        #expect(abs(errors.reduce(0, +) / Double(errors.count)) < 5 * (16 * scale / Double(errors.count)).squareRoot())
    }

    @Test func `no step of the descent raises F, however sharp the energy`() {
        let noised = Self.pair.noised
        let found = estimates(1e-4, steps: 200).posterior(noised, numbers: Self.numbers, step: 0, index: 3)
        #expect(found.descent.values.allSatisfy { abs($0) < 1e-2 } && found.mean.values.allSatisfy { abs($0) < 0.1 })
    }

    private static let numbers = ChainRun.Numbers(seed: 3, motion: .test, decisions: .samplingDecision)
}

@Suite struct LinearDenoisingTests {
    @Test func `the Wiener filter of rows with known covariance is the posterior's mean`() throws {
        // (1, 2) with (2, 2) more, with (2, 2) less, and twice alone: mean (1, 2), covariance 2 in every place.
        let values: [Float] = [3, 4, -1, 0, 1, 2, 1, 2]
        let rows = Matrix(rows: 4, columns: 2, values)
        let filter = WienerFilter(rows: 4, dimension: 2) { rows.rows($0) }
        let estimate = try filter.apply(Matrix(rows: 1, columns: 2, [2, 2]), deviation: 1)
        // y - m = (1, 0); C (C + I)⁻¹ = C/5.
        #expect(abs(estimate[0, 0] - 1.4) < 1e-6 && abs(estimate[0, 1] - 2.4) < 1e-6)
    }

    @Test func `a Gaussian filter keeps constants up to the edges, and channels apart`() {
        let shape = ImageShape(height: 5, width: 4, channels: 3)
        let image = Matrix(rows: 1, columns: shape.count, (0..<shape.count).map { Float([2, -1, 7][$0 % 3]) })
        let smoothed = GaussianFilter(width: 1.5, shape: shape).apply(image)
        #expect(zip(smoothed.values, image.values).allSatisfy { abs($0 - $1) < 1e-6 })
    }

    @Test func `a Gaussian filter spreads a point with the weights of its width`() {
        let shape = ImageShape(height: 9, width: 11, channels: 1)
        let image = Matrix(rows: 1, columns: shape.count)
        image[0, 4 * 11 + 5] = 1
        let smoothed = GaussianFilter(width: 0.7, shape: shape).apply(image)
        // Along x and along y alike; relative to the middle exp(-r²/2s²).
        let centre = smoothed[0, 4 * 11 + 5]
        let weight = Float(exp(-1 / (2 * 0.49)))
        #expect(abs(smoothed[0, 4 * 11 + 6] / centre - weight) < 1e-6 && abs(smoothed[0, 5 * 11 + 5] / centre - weight) < 1e-6)
        #expect(abs(smoothed[0, 3 * 11 + 4] / centre - weight * weight) < 1e-6)
    }

    @Test func `a smooth picture wants a wide filter, pixels without neighbours in common a narrow one`() {
        let shape = ImageShape(height: 12, width: 12, channels: 1)
        let smooth = Matrix(rows: 1, columns: 144, (0..<144).map { Float($0 % 12) / 12 })
        let rough = Matrix(rows: 1, columns: 144, (0..<144).map { ($0 % 12 + $0 / 12) % 2 == 0 ? Float(1) : -1 })
        func width(_ clean: Matrix) -> Double {
            let noised = Matrix(rows: 1, columns: 144)
            RandomStream(seed: 3, purpose: .test, step: 2, index: 0).fillNormals(noised)
            noised.combine(clean, noised) { $0 + 0.2 * $1 }
            return GaussianFilter.best(for: noised, clean: clean, shape: shape).width
        }
        #expect(width(smooth) > 0.8 && width(rough) < 0.4)
    }
}

@Suite struct DenoisingEvaluationTests {
    /// A run whose energy is a network of zeros with the reference term |x|²/2s².
    private func gaussianRun(_ arguments: [String], _ body: (String) throws -> Void) throws {
        let folder = ScratchFolder()
        let run = folder.run()
        try ScratchRun.train(
            [
                "data.source=moons", "data.noise=0", "objective.kind=denoisingScore", "chains.buffer=null", "run.steps=1",
                "optimizer.learningRate=1e-12",
            ]
                + arguments, in: run)
        try body(run.path)
    }

    private func evaluate(_ path: String, _ denoising: EvaluateCommand.Denoising) throws -> DenoisingEvaluation {
        let output = "\(path)/denoising.json"
        _ = try EvaluateCommand(folder: path, output: output, denoising: denoising).run(SoloCommunicator())
        let report = try JSONDecoder().decode(Report.self, from: Data(contentsOf: URL(filePath: output)))
        #expect(report.samples == nil)
        return try #require(report.denoising)
    }

    private struct Report: Decodable {
        let denoising: DenoisingEvaluation?
        let samples: SampleEvaluation?
    }

    @Test
    func `identity has the ratio of the noise, and for Gaussian data an untrained Gaussian energy does as well as the linear estimate`()
        throws
    {
        let folder = ScratchFolder()
        let rows = (0..<4000).map { row -> String in
            let values = Matrix(rows: 1, columns: 3)
            RandomStream(seed: 3, purpose: .test, step: 3, index: row).fillNormals(values)
            return values.values.map { String($0) }.joined(separator: ",")
        }
        try (["a,b,c"] + rows).joined(separator: "\n").write(toFile: "\(folder.path)/normal.csv", atomically: true, encoding: .utf8)
        try gaussianRun(["data.source=\(folder.path)/normal.csv", "model.referenceDeviation=1", "model.widths=[2]"]) { path in
            let found = try evaluate(path, EvaluateCommand.Denoising(noises: [1, 0.5], rows: 1000, steps: 50))
            #expect(found.peak == 2 && found.rows == 1000 && found.isTrainingData && found.temperature == 1 && found.levels.count == 2)
            for level in found.levels {
                let variance = level.noise * level.noise
                // 3000 values: a mean square is within 6 √(2/3000) = 15 % of its expectation (1 - 1e-8): .7 dB.
                #expect(abs(level.identity - 20 * log10(2 / level.noise)) < 0.7 && level.filter == nil)
                let optimum = 10 * log10(4 * (1 + variance) / variance)
                let wiener = try #require(level.wiener)
                #expect(abs(wiener - optimum) < 0.7)
                // The network beside the reference term is small but not zero: no estimate is better than the linear one, up to chance.
                let others = [level.descent, level.posterior]
                #expect(others.allSatisfy { $0 < wiener + 0.1 && $0 > level.identity })
            }
        }
    }

    @Test(arguments: [2, 3]) func `every number of ranks finds the same bits`(ranks: Int) throws {
        try gaussianRun(["data.source=digits"]) { path in
            let denoising = EvaluateCommand.Denoising(noises: [0.5], rows: 70, steps: 4)
            let texts = try ThreadRanks.run(ranks) { communicator in
                try EvaluateCommand(
                    folder: path, output: "\(path)/of-\(ranks).json", picture: "\(path)/of-\(ranks).png", denoising: denoising
                ).run(communicator)
            }
            let alone = try EvaluateCommand(folder: path, output: "\(path)/alone.json", picture: "\(path)/alone.png", denoising: denoising)
                .run(SoloCommunicator())
            #expect(texts.allSatisfy { $0 == alone } && alone.contains("Wiener"))
            for type in ["json", "png"] {
                let (one, many) = (
                    FileManager.default.contents(atPath: "\(path)/alone.\(type)"),
                    FileManager.default.contents(atPath: "\(path)/of-\(ranks).\(type)")
                )
                #expect(one != nil && one == many)
            }
        }
    }

    @Test func `an energy with its noise as its condition takes the level above for the score, and the lowest for the posterior`() throws {
        let ladder = try #require(NoiseLadder(levels: 3, low: 0.1, high: 0.8))
        #expect([0.05, 0.1, 0.15, 0.2, 0.3, 5].map { ladder.level(atLeast: $0) } == [0, 0, 1, 1, 2, 2])
        try gaussianRun(["data.source=digits", "objective.levels=3", "objective.lowNoise=0.1", "objective.noise=0.8"]) { path in
            let found = try evaluate(path, EvaluateCommand.Denoising(noises: [0.15, 0.3], rows: 8, steps: 2))
            #expect(found.levels.allSatisfy { $0.score.isFinite && $0.posterior.isFinite })
        }
    }

    /// With no steps a sample is its start, and what is taken off is σ² times the gradient that `TrainedModel` computes.
    @Test func `samples of a ladder lose the lowest noise by the score`() throws {
        let levels = ["data.source=digits", "objective.levels=3", "objective.lowNoise=0.1", "objective.noise=0.8"]
        try gaussianRun(levels) { path in
            let trained = try TrainedModel(RunFolder(path))
            func draw(_ denoises: Bool) throws -> Matrix {
                let output = "\(path)/x.npy"
                _ = try SampleCommand(folder: path, count: 5, steps: 0, output: output, denoises: denoises).run(SoloCommunicator())
                return try trained.givenRows(output, option: "--input", SoloCommunicator()).read(0..<5)
            }
            let (start, denoised) = (try draw(false), try draw(true))
            let (workspace, energies, gradient) = (
                Workspace(trained.model, rows: 5), Matrix(rows: 5, columns: 1), Matrix(rows: 5, columns: 64)
            )
            trained.model.energiesAndGradient(
                of: start, trained.prepared(), workspace, energies: energies, gradient: gradient)
            // Told nothing the energy is that of the lowest level, in units of its noise: 0.1.
            #expect(gradient.values.contains { abs($0) > 1e-3 })
            #expect(zip(zip(start.values, gradient.values), denoised.values).allSatisfy { abs($0.0 - 0.01 * $0.1 - $1) < 1e-5 })
        }
        try gaussianRun([]) { path in
            let failure = #expect(throws: Failure.self) {
                try SampleCommand(folder: path, count: 5, output: "\(path)/x.npy", denoises: true).run(SoloCommunicator())
            }
            #expect(failure?.kind == .usage && failure?.message.contains("objective.levels = 1") == true)
        }
    }

    @Test func `chains with a noise of their own sample at a temperature, which denoising takes over`() throws {
        func temperature(_ arguments: [String]) throws -> Float { try RunConfiguration.resolve(arguments: arguments).chainTemperature }
        #expect(try temperature(["objective.kind=cd", "sampler.noise=0.01", "sampler.stepSize=0.5"]) == 0.0001)
        #expect(try temperature(["objective.kind=pcd", "sampler.noise=null", "sampler.temperature=0.5"]) == 0.5)
        #expect(try temperature(["objective.kind=denoisingScore"]) == 1)
        let stanley = ["objective.kind=pcd", "sampler.kind=stanley", "sampler.noise=0.01", "sampler.stepSize=0.5"]
        // Half the step size stands before the gradient, but for the released code's form.
        #expect(try temperature(stanley) == 0.0002 && temperature(stanley + ["sampler.preset=code"]) == 0.0001)
        let teaching = ["objective.kind=variationalTeaching", "sampler.noise=0.01", "sampler.stepSize=0.5"]
        #expect(try temperature(teaching) == 0.0001 && temperature(teaching + ["sampler.steps=0"]) == 1)
    }

    @Test func `rows that are not there are refused`() throws {
        try gaussianRun(["data.source=digits"]) { path in
            for (denoising, text) in [
                (EvaluateCommand.Denoising(noises: [1], rows: 900), "at most 898"),
                (EvaluateCommand.Denoising(noises: [1], steps: 200_000), "100000"),
            ] {
                let failure = #expect(throws: Failure.self) {
                    try EvaluateCommand(folder: path, denoising: denoising).run(SoloCommunicator())
                }
                #expect(failure?.kind == .usage && failure?.message.contains(text) == true, "\(failure?.message ?? "")")
            }
        }
    }
}

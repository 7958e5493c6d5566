import Configuration
import Distributed
import Failures
import Learning
import Numerics
import Sampling
import Testing
import Training

/// Recovery with chains that are kept with their noised rows.
@Suite("Recovery with stored chains")
struct RecoveryDiffusionTests {
    private static let (deviation, variance, stepSize) = (0.7, 1.5, 0.1)
    private static let chains = 2048

    /// Runs steps of one sampler step each on E = x²/2v. - Returns: x' - x_T v/(v + σ²) and x_T of all pairs, and the ages.
    private static func pairs(steps: Int, restarts: Double) throws -> (residuals: [Double], centres: [Double], ages: [Int32]) {
        let bench = try ObjectiveLossTests.Bench(
            [
                "objective.kind=diffusionCD", "objective.estimator=recovery", "objective.keepChains=true", "objective.noise=\(deviation)",
                "chains.buffer=\(chains)", "chains.restartProbability=\(restarts)", "sampler.steps=1", "sampler.noise=null",
                "sampler.stepSize=\(stepSize)",
            ], variance: variance, rows: 512)
        bench.trainer.populate()
        for step in 0..<steps { _ = bench.loss([0, 0], step: step) }
        let replay = try #require(bench.shard.replay)
        let row = Matrix(rows: 1, columns: 1)
        let unused = RandomStream(seed: 0, purpose: .test, step: 0, index: 0)
        let all = (0..<chains).map { slot -> (Double, Double) in
            replay.read(slot, into: row, dither: unused, from: 0)
            let centre = Double(replay.centre(slot)[0, 0])
            return (Double(row[0, 0]) - centre * variance / (variance + deviation * deviation), centre)
        }
        return (all.map(\.0), all.map(\.1), replay.ages)
    }

    /// Mean and mean square.
    private static func moments(_ values: [Double]) -> (mean: Double, square: Double) {
        (values.reduce(0, +) / Double(values.count), values.reduce(0) { $0 + $1 * $1 } / Double(values.count))
    }

    @Test func `chains of one step a visit come to the posterior of their noised row`() throws {
        // A quarter of the pairs a step: 100 sampler steps each, a chain forgets by 1 - aL = .73 a step.
        let (residuals, centres, _) = try Self.pairs(steps: 400, restarts: 0)
        let curvature = 1 / Self.variance + 1 / (Self.deviation * Self.deviation)
        // The variance of an unadjusted chain on a quadratic energy.
        let expected = 1 / curvature / (1 - Self.stepSize * curvature / 2)
        let (mean, square) = Self.moments(residuals)
        // Six standard errors.
        #expect(abs(mean) < 6 * (expected / Double(Self.chains)).squareRoot(), "mean \(mean)")
        #expect(abs(square / expected - 1) < 6 * (2 / Double(Self.chains)).squareRoot(), "variance \(square), expected \(expected)")
        let product = zip(residuals, centres).reduce(0) { $0 + $1.0 * $1.1 } / Double(Self.chains)
        let spread = 1 + Self.deviation * Self.deviation
        #expect(abs(product) < 6 * (expected * spread / Double(Self.chains)).squareRoot(), "covariance \(product)")
    }

    @Test(arguments: [0, 0.3])
    func `noised rows of the buffer keep the law of noised data, with and without restarts`(restarts: Double) throws {
        let (_, centres, ages) = try Self.pairs(steps: 40, restarts: restarts)
        let (mean, square) = Self.moments(centres)
        let expected = 1 + Self.deviation * Self.deviation
        #expect(abs(mean) < 6 * (expected / Double(Self.chains)).squareRoot())
        #expect(abs(square / expected - 1) < 6 * (2 / Double(Self.chains)).squareRoot())
        // Ten visits in the mean. With restarts at rate r the mean age is at most 1/r steps.
        let age = ages.reduce(0) { $0 + Double($1) } / Double(Self.chains)
        #expect(restarts == 0 ? age == 10 : age > 1.5 && age < 1 / restarts)
    }

    // MARK: shared noise

    private static let (low, ratio) = (0.8, 1.25)

    /// A linear network, f = w y + u c + b: with parameters of 0 the energies are those of N(0, 1) with the level's noise. Levels rise by `ratio`.
    private static func ladder(_ shared: Bool, _ sampler: [String]) throws -> ObjectiveLossTests.Bench {
        try ObjectiveLossTests.Bench(
            [
                "objective.kind=diffusionCD", "objective.estimator=recovery", "objective.levels=2", "objective.lowNoise=\(low)",
                "objective.noise=\(low * ratio * ratio)", "objective.dataDeviation=1", "objective.sharedNoise=\(shared)",
            ] + sampler, variance: 1e9)
    }

    /// σ_k of the level that the shard takes at a step.
    private static func deviation(_ bench: ObjectiveLossTests.Bench, step: Int) -> Double {
        let stream = RandomStream(seed: bench.trainer.plan.configuration.run.seed, purpose: .noiseLevel, step: step, index: 0)
        return low * (stream.integer(below: 2, at: 0) == 0 ? 1 : ratio)
    }

    @Test func `with shared noise data row and start of the chain differ by its multiple alone`() throws {
        // Chains that stay where they start.
        let bench = try Self.ladder(true, ["sampler.steps=1", "sampler.noise=0", "sampler.stepSize=1e-9"])
        for step in 0..<6 {
            let noise = Matrix(rows: 64, columns: 1)
            let seed = bench.trainer.plan.configuration.run.seed
            RandomStream(seed: seed, purpose: .diffusionNoise, step: step, index: 0).fillNormals(noise)
            let deviation = Self.deviation(bench, step: step)
            let difference = (1 - Self.ratio) * deviation * noise.sum / 64
            // df/dw = y, scaled as energies of a ladder are: (s/σ) y/√(σ² + s²).
            let expected = difference / deviation / (1 + deviation * deviation).squareRoot()
            // Differences of means of 64 numbers of the order 1.
            #expect(abs(Double(bench.loss([0, 0, 0], step: step).gradient[0]) - expected) < 1e-5)
        }
    }

    @Test func `with shared noise the gradient has the same mean, 0 at the density, and the variance that Gaussians have`() throws {
        // With P = 1/v_k + 1/t_k from 3.4 to 2.2 a chain forgets by 1 - aP a step, and its variance is 1/(1 - aP/2) times too large.
        let sampler = ["sampler.steps=80", "sampler.noise=null", "sampler.stepSize=0.02"]
        let count = 1024
        let squares = try [false, true].map { shared in
            let bench = try Self.ladder(shared, sampler)
            let values = (0..<count).map { Double(bench.loss([0, 0, 0], step: $0).gradient[0]) }
            let (mean, square) = Self.moments(values)
            #expect(abs(mean) < 5 * (square / Double(count)).squareRoot())
            return square
        }
        // x0 - x' has 2 v_k (1 - cov(x0, x_T)/v_{k+1}), v = 1 + σ² and cov = v_k or 1 + σ_k σ_{k+1}: their quotient is r/(1 + r) for levels that rise by r.
        // The quotient of two mean squares of as many independent numbers has a relative error of 2/√n.
        let expected = Self.ratio / (1 + Self.ratio)
        #expect(abs(squares[1] / squares[0] / expected - 1) < 5 * 2 / Double(count).squareRoot(), "\(squares)")
    }

    @Test func `what pairs cannot be kept with is refused with its key`() {
        let recovery = ["objective.kind=diffusionCD", "objective.estimator=recovery", "objective.keepChains=true"]
        for (arguments, part) in [
            (recovery + ["objective.levels=3"], "objective.levels"), (recovery + ["exchange.policy=ring"], "exchange.policy"),
            (recovery + ["chains.storage=byte", "sampler.low=-1", "sampler.high=1"], "chains.storage"),
            (recovery + ["chains.replacement=reservoir"], "chains.replacement"), (recovery + ["diagnostics.every=5"], "diagnostics.every"),
            (["objective.kind=diffusionCD", "objective.keepChains=true"], "recovery"), (["objective.keepChains=true"], "diffusionCD"),
        ] {
            let failure = #expect(throws: Failure.self) { try RunConfiguration.resolve(arguments: arguments) }
            #expect(failure?.kind == .configuration && failure?.message.contains(part) == true, "\(failure?.message ?? "")")
        }
    }
}

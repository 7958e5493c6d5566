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

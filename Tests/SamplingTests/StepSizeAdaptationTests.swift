import Foundation
import Numerics
import Sampling
import Testing

struct StepSizeAdaptationTests {
    /// Acceptance after a warm-up of MALA on a Gaussian in 20 dimensions.
    private static func warm(from stepSize: Float, target: Double) -> (factor: Float, acceptance: Double) {
        let potential = GaussianPotential(mean: Array(repeating: 0, count: 20), precision: 2)
        let kernel = MALA(stepSize: stepSize)
        let buffers = ChainBuffers(chains: 64, dimension: 20, scratch: kernel.scratchTiles)
        RandomStream(seed: 2, purpose: .test, step: 0, index: 0).fillNormals(buffers.positions)
        var adaptation = StepSizeAdaptation()
        func acceptance(_ step: Int, isFinished: Bool) -> Double {
            let noise = ChainNoise(seed: 3, motion: .langevin, decisions: .acceptance, step: step, index: 0)
            let info = kernel.scaled(by: adaptation.factor(isFinished: isFinished)).run(buffers, steps: 5, noise: noise, in: potential)
            return Double(info.accepted!) / 320
        }
        for step in 0..<200 { adaptation.update(acceptance: acceptance(step, isFinished: false), target: target) }
        let after = (200..<240).map { acceptance($0, isFinished: true) }
        return (adaptation.factor(isFinished: true), after.reduce(0, +) / 40)
    }

    @Test(arguments: [0.574, 0.8])
    func `the acceptance after the warm-up is the wanted one, from a step size that is too large or too small`(target: Double) {
        let (large, small) = (Self.warm(from: 3, target: target), Self.warm(from: 0.01, target: target))
        // The mean of 12,800 proposals is known to .005; the average step size still carries the way it came.
        #expect(abs(large.acceptance - target) < 0.05 && abs(small.acceptance - target) < 0.05, "\(large) \(small)")
        #expect(large.factor < 0.3 && small.factor > 5)
    }

    @Test func `the first updates are those of the formula in Double`() {
        var adaptation = StepSizeAdaptation()
        var (mean, average) = (0.0, 0.0)
        for (t, acceptance) in [0.5, 0.7, 0.6, 0.55].enumerated() {
            adaptation.update(acceptance: acceptance, target: 0.6)
            let count = Double(t + 1)
            mean = (1 - 1 / (count + 10)) * mean + (0.6 - acceptance) / (count + 10)
            let log = -count.squareRoot() / 0.05 * mean
            average = pow(count, -0.75) * log + (1 - pow(count, -0.75)) * average
            #expect(abs(adaptation.logFactor - log) < 1e-12 && abs(adaptation.averageLogFactor - average) < 1e-6)
            #expect(abs(Double(adaptation.factor(isFinished: false)) - exp(log)) < 1e-6)
        }
        #expect(adaptation.count == 4 && adaptation.isPlausible(after: 4) && !adaptation.isPlausible(after: 3))
    }

    @Test func `an energy that accepts everything pushes the step size to a hundred times and no further, and is forgotten soon`() {
        var adaptation = StepSizeAdaptation()
        for _ in 0..<500 { adaptation.update(acceptance: 1, target: 0.6) }
        #expect(abs(adaptation.factor(isFinished: false) - exp(4.6)) < 1e-3 && adaptation.isPlausible(after: 500))
        for _ in 0..<20 { adaptation.update(acceptance: 0, target: 0.6) }
        #expect(adaptation.factor(isFinished: false) < exp(4.6) / 2)
    }

    @Test func `what is saved and loaded goes on with the same bits`() throws {
        var adaptation = StepSizeAdaptation()
        for acceptance in [0.31, 0.77, 0.123] { adaptation.update(acceptance: acceptance, target: 0.6) }
        var loaded = try JSONDecoder().decode(StepSizeAdaptation.self, from: JSONEncoder().encode(adaptation))
        #expect(loaded == adaptation)
        adaptation.update(acceptance: 0.4, target: 0.6)
        loaded.update(acceptance: 0.4, target: 0.6)
        #expect(loaded == adaptation)
    }
}

import Configuration
import Datasets
import Foundation
import Sampling
import Testing
import Training

/// What is warned of, and what is not.
struct HealthWarningTests {
    private func report(_ change: (inout StepReport) -> Void) throws -> StepReport {
        let line =
            #"{"step": 100, "dataEnergy": 0, "gradientNorm": 1, "learningRate": 1, "skipped": 0, "seconds": {}, "evaluationsPerSecond": 1}"#
        var report = try JSONDecoder().decode(StepReport.self, from: Data(line.utf8))
        report.gapSignChanges = 5
        (report.meanEnergyGap, report.energySpread) = (0.1, 1)
        (report.driftToNoise, report.saturation, report.acceptance) = (1, 0.1, 0.6)
        change(&report)
        return report
    }

    private func kinds(steps: Int = 100, rHat: Double? = 1.02, _ arguments: [String] = [], _ change: (inout StepReport) -> Void) throws
        -> [HealthWarning.Kind]
    {
        try HealthWarning.all(report(change), steps: steps, rHat: rHat, RunConfiguration.resolve(arguments: arguments)).map(\.kind)
    }

    /// Of the ring of eight Gaussians, whose values lie at 0 +- 2, and of noise from -1 to 1.
    private func placeKinds(
        noise: NoiseDistribution? = .uniform(-1...1), mean: Double, deviation: Double, _ comparison: NoiseComparison? = nil
    ) throws
        -> [HealthWarning.Kind]
    {
        let configuration = try RunConfiguration.resolve()
        let report = try report { ($0.chainMean, $0.chainDeviation) = (mean, deviation) }
        let scale = try DataScale(.density(PlaneDensity(.gaussians8)), configuration, noise: noise)
        return HealthWarning.all(report, steps: 100, rHat: nil, comparison: comparison, scale: scale, configuration).map(\.kind)
    }

    @Test func `chains far from the data and from where they start are named`() throws {
        #expect(try placeKinds(mean: 0, deviation: 2).isEmpty)
        #expect(try placeKinds(mean: 0, deviation: 5).isEmpty)
        #expect(try placeKinds(mean: 0, deviation: 7) == [.departure])
        #expect(try placeKinds(mean: -7, deviation: 0.1) == [.departure])
        #expect(try placeKinds(mean: 0, deviation: .infinity) == [.departure])
        // Chains that start far away may be on their way.
        #expect(try placeKinds(noise: .uniform(-10...10), mean: 0, deviation: 7).isEmpty)
        #expect(try placeKinds(noise: nil, mean: 0, deviation: 7) == [.departure])
    }

    @Test func `chains that have left the data are told of an energy that may fall as |x|² there`() throws {
        let configuration = try RunConfiguration.resolve()
        let report = try report { ($0.chainMean, $0.chainDeviation) = (0, 7) }
        let scale = try DataScale(.density(PlaneDensity(.gaussians8)), configuration, noise: .uniform(-1...1))
        func text(_ falls: Bool) -> String? {
            HealthWarning.all(report, steps: 100, rHat: nil, scale: scale, fallsWithSquare: falls, configuration).first?.text
        }
        #expect(text(true)?.contains("model.output") == true && text(false)?.contains("model.output") == false)
    }

    @Test func `samples that an evaluation found no nearer than noise are named, but where noise is like the data`() throws {
        #expect(try placeKinds(mean: 0, deviation: 2, NoiseComparison(samples: 0.1, noise: 1.4)).isEmpty)
        #expect(try placeKinds(mean: 0, deviation: 2, NoiseComparison(samples: 1.5, noise: 1.4)) == [.worseThanNoise])
        #expect(try placeKinds(mean: 0, deviation: 2, NoiseComparison(samples: 0.12, noise: 0.1)).isEmpty)
    }

    @Test func `where the drift is far above the noise, a gap is not mended by more steps`() throws {
        func advice(_ drift: Double) throws -> String {
            let report = try report { ($0.gapSignChanges, $0.meanEnergyGap, $0.driftToNoise) = (0, -3, drift) }
            return try #require(
                HealthWarning.all(report, steps: 100, rHat: nil, RunConfiguration.resolve()).first { $0.kind == .gap }?.text)
        }
        #expect(try advice(1).contains("more sampler.steps"))
        #expect(try !advice(80).contains("more sampler.steps") && advice(80).contains("a smaller sampler.stepSize"))
    }

    @Test func `a healthy report has no warning`() throws {
        #expect(try kinds { _ in }.isEmpty)
        // A gap without change of sign that is small, and a large one over few steps.
        #expect(try kinds { $0.gapSignChanges = 0 }.isEmpty)
        #expect(
            try kinds(steps: 5) {
                $0.gapSignChanges = 0
                $0.meanEnergyGap = -3
            }.isEmpty)
        #expect(try kinds(rHat: nil) { _ in }.isEmpty)
        // Densities of the plane, and proper noise, may have sampler noise above that of the data.
        #expect(try kinds(["data.source=moons", "sampler.noise=0.1"]) { _ in }.isEmpty)
        #expect(try kinds(["sampler.noise=null"]) { _ in }.isEmpty)
    }

    @Test func `everything that leaves its range is named`() throws {
        #expect(
            try kinds {
                $0.gapSignChanges = 0
                $0.meanEnergyGap = -3
            } == [.gap])
        #expect(try kinds { $0.saturation = 0.6 } == [.saturation])
        #expect(try kinds { $0.driftToNoise = 30 } == [.drift])
        #expect(try kinds { $0.driftToNoise = 0.001 } == [.noise])
        #expect(try kinds { $0.acceptance = 0.1 } == [.acceptance])
        #expect(try kinds { $0.acceptance = 0.99 } == [.acceptance])
        #expect(try kinds(rHat: 1.2) { _ in } == [.agreement])
        #expect(try kinds(["sampler.noise=0.1"]) { _ in } == [.dataNoise])
    }

    @Test func `a warning of a log is as grave as its kind, and grave where that is not known`() {
        let levels: [(String?, Finding.Level)] = [
            ("noise", .look), ("agreement", .look), ("departure", .bad), ("of another version", .bad), (nil, .bad),
        ]
        for (kind, level) in levels { #expect(HealthWarning.finding("a", kind: kind).levelOfRun == level, "\(kind ?? "nil")") }
    }
}

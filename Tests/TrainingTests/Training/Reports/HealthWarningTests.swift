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
        try warnings(steps: steps, rHat: rHat, arguments, report(change)).map(\.kind)
    }

    private func warnings(steps: Int = 100, rHat: Double? = 1.02, _ arguments: [String], _ report: StepReport) throws -> [HealthWarning] {
        let configuration = try RunConfiguration.resolve(arguments: arguments)
        return HealthWarning.all(
            report, steps: steps, rHat: rHat, configuration, SamplerAdvice(configuration, configuration.anyKernel))
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
        return HealthWarning.all(
            report, steps: 100, rHat: nil, comparison: comparison, scale: scale, configuration,
            SamplerAdvice(configuration, configuration.anyKernel)
        ).map(\.kind)
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
            HealthWarning.all(report, steps: 100, rHat: nil, scale: scale, fallsWithSquare: falls, configuration, .ofMALA).first?.text
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
            return try #require(try warnings(rHat: nil, [], report).first { $0.kind == .gap }?.text)
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
        #expect(try kinds(["sampler.kind=mala"]) { $0.acceptance = 0.1 } == [.acceptance])
        #expect(try kinds(["sampler.kind=mala"]) { $0.acceptance = 0.99 } == [.acceptance])
        #expect(try kinds(rHat: 1.2) { _ in } == [.agreement])
        #expect(try kinds(["sampler.noise=0.1"]) { _ in } == [.dataNoise])
    }

    @Test func `where a flow draws the samples a gap is told of that stays far beyond the spread of the energies`() throws {
        func text(mean: Double, last: Double, spread: Double, signs: Int = 0, steps: Int = 50) throws -> String? {
            let report = try report {
                ($0.meanEnergyGap, $0.gapSignChanges) = (mean, signs)
                ($0.measures["energyGap"], $0.energySpread) = (last, spread)
            }
            return HealthWarning.calibration(report, steps: steps).map { $0.kind == .calibration ? $0.text : "" }
        }
        #expect(
            try text(mean: 1047, last: 1010, spread: 150)?.contains("1047.000 over 50 steps without a change of sign, 7.0 times the spread")
                == true)
        #expect(try text(mean: 1047, last: 1010, spread: 150)?.contains("sharpen for longer") == true)
        #expect(try text(mean: -1047, last: -1010, spread: 150)?.contains("objective.sharpenSteps") == true)
        // The digits of the documentation: at the end, and in the interval that the first chains belong to, at whose end they have come back.
        #expect(try text(mean: 39.4, last: 37, spread: 18.5) == nil && text(mean: 188, last: 33.6, spread: 16.8) == nil)
        #expect(
            try text(mean: 1047, last: 1010, spread: 150, signs: 1) == nil && text(mean: 1047, last: 1010, spread: 150, steps: 19) == nil)
    }

    @Test func `a given energy that is not finite where chains stand is named`() throws {
        let given = ["energy.formula=x0", "objective.kind=sampling"]
        #expect(try kinds(given) { $0.measures["sampleEnergy"] = .infinity } == [.energy])
        #expect(try kinds(given) { $0.measures["sampleEnergy"] = 3 }.isEmpty)
    }

    @Test func `an acceptance out of range has words that fit the kernel, and none where it says nothing`() throws {
        func words(_ acceptance: Double, _ kind: String, _ more: String...) throws -> String? {
            let report = try report { ($0.acceptance, $0.driftToNoise) = (acceptance, nil) }
            return try warnings(["sampler.kind=\(kind)"] + more, report).first { $0.kind == .acceptance }?.text
        }
        #expect(try words(0.1, "mala")?.contains("a smaller sampler.stepSize, or let sampler.adaptSteps find one") == true)
        #expect(try words(0.99, "mala")?.contains("a larger sampler.stepSize") == true)
        // Gibbs never rejects: of an ordered lattice few sites change.
        #expect(try words(0.02, "gibbs", "sampler.sites=[spin]") == nil && words(0.99, "gibbs", "sampler.sites=[spin]") == nil)
        let gradients = try words(0.1, "gibbsWithGradients", "sampler.sites=[spin]")
        #expect(gradients?.contains("sampler.kind=gibbs") == true && gradients?.contains("stepSize") == false, "\(gradients ?? "")")
        #expect(try words(0.99, "gibbsWithGradients", "sampler.sites=[spin]") == nil)
        // Of discrete Langevin a longer step is one where distances of values still count: 4 a T is 2 of 4 and then 400 of 4.
        let sites = ["sampler.sites=[spin]", "sampler.temperature=2"]
        #expect(try words(0.1, "discreteLangevin", sites[0], sites[1])?.contains("a smaller sampler.stepSize") == true)
        #expect(
            try words(0.99, "discreteLangevin", sites[0], sites[1], "sampler.stepSize=0.25")?.contains("a larger sampler.stepSize") == true)
        #expect(try words(0.99, "discreteLangevin", sites[0], sites[1], "sampler.stepSize=50") == nil)
        // Beside numbers it is their acceptance.
        #expect(try words(0.1, "gibbs", "sampler.sites=[spin, number]")?.contains("a smaller sampler.stepSize") == true)
    }

    @Test func `a warning of a log is as grave as its kind, and grave where that is not known`() {
        let levels: [(String?, Finding.Level)] = [
            ("noise", .look), ("agreement", .look), ("departure", .bad), ("of another version", .bad), (nil, .bad),
        ]
        for (kind, level) in levels { #expect(HealthWarning.finding("a", kind: kind).levelOfRun == level, "\(kind ?? "nil")") }
    }
}

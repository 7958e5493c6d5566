import Configuration
import Failures
import Numerics
import Sampling
import Testing
import Training

/// Every kind of sampler becomes its kernel, with the values of its keys.
struct SamplerAssemblyTests {
    static let image = ImageShape(height: 4, width: 4, channels: 3)

    private func kernel(_ arguments: [String], steps: Int? = nil) throws -> any TransitionKernel {
        try ScratchRun.configuration(["sampler.stepSize=0.5"] + arguments)
            .kernel(for: Self.image, in: nil, steps: steps)
    }

    @Test func `langevin, heun and proximal have the noise of their temperature, or the one that is given`() throws {
        let heun = try #require(try kernel(["sampler.kind=heun", "sampler.temperature=4", "sampler.high=3"]) as? Heun)
        #expect(heun.stepSize == 0.5 && heun.noise == 2 && heun.box == -Float.infinity...3)
        let proximal = try #require(
            try kernel(["sampler.kind=proximal", "sampler.noise=0.25", "sampler.iterations=7"]) as? ProximalLangevin)
        #expect(proximal.noise == 0.25 && proximal.iterations == 7)
        #expect(try kernel([]) is Langevin)
    }

    @Test(arguments: ["energyDiscrepancy", "nce"])
    func `models of words and numbers are sampled at the temperature 1 where nobody chooses a sampler`(kind: String) throws {
        let sites = ["objective.kind=\(kind)", "data.dequantize=false"]
        let own = try RunConfiguration.resolve(arguments: sites)
        #expect(own.sampler.noise == nil && own.sampler.stepSize == 0.01 && own.chains.noise == .gaussian)
        #expect(own.kernel(for: Self.image, in: nil).temperature == 1)
        let others = [["objective.kind=\(kind)"], sites + ["sampler.noise=0.005"]]
        for arguments in others {
            #expect(try RunConfiguration.resolve(arguments: arguments).kernel(for: Self.image, in: nil).temperature < 1e-4)
        }
        #expect(try RunConfiguration.resolve(arguments: sites + ["sampler.kind=mala"]).sampler.stepSize == 1)
    }

    @Test func `samplers with an accept step have the temperature of the configuration, whatever the noise`() throws {
        let mala = try #require(try kernel(["sampler.kind=mala", "sampler.temperature=3"]) as? MALA)
        #expect(mala.stepSize == 0.5 && mala.temperature == 3 && mala.anisotropy == nil)
        let hmc = try #require(
            try kernel(["sampler.kind=hmc", "sampler.leapfrogSteps=4", "sampler.leapfrogJitter=true", "sampler.temperature=3"]) as? HMC)
        #expect(hmc.stepSize == 0.5 && hmc.leapfrogSteps == 4 && hmc.hasRandomLength && hmc.temperature == 3)
        let underdamped = try #require(try kernel(["sampler.kind=underdamped", "sampler.friction=2"]) as? Underdamped)
        #expect(underdamped.friction == 2 && underdamped.temperature == 1)
    }

    @Test func `stanley: options by key or by preset, plain or adjusted; a pixel has the channels of the image`() throws {
        let plain = try #require(try kernel(["sampler.kind=stanley", "sampler.temperature=4", "sampler.threshold=0.25"]) as? Stanley)
        // σ = √(2 · ½ · .5 · 4)
        #expect(
            plain.options == Stanley.Options(DriftScale(threshold: 0.25, channels: 3)) && plain.stepSize == 0.5
                && plain.noise == Float(2).squareRoot())
        for preset in Stanley.Preset.allCases {
            let named = try #require(
                try kernel(["sampler.kind=stanley", "sampler.preset=\(preset.rawValue)", "sampler.noise=0.1"]) as? Stanley)
            #expect(named.options == preset.options(threshold: 0.01, channels: 3) && named.noise == 0.1)
        }
        let keys = try #require(
            try kernel([
                "sampler.kind=stanley", "sampler.granularity=channels", "sampler.noiseScaling=linear", "sampler.halfDrift=false",
                "sampler.recompute=oncePerIteration", "sampler.driftScaling=none",
            ]) as? Stanley)
        #expect(
            keys.options.noiseScaling == .linear && keys.options.scale.granularity == .channels && keys.options.scale.channels == 3
                && !keys.options.halfDrift)
        #expect(keys.options.recomputation == .oncePerIteration && keys.options.driftScaling == .none)
        let adjusted = try #require(
            try kernel(["sampler.kind=stanley", "sampler.adjusted=true", "sampler.granularity=sample", "sampler.temperature=2"])
                as? MALA)
        #expect(adjusted.temperature == 2 && adjusted.anisotropy?.scale.granularity == .sample)
    }

    @Test func `an annealed kernel cools over the run it is made for`() throws {
        let arguments = ["sampler.kind=annealed", "sampler.hotTemperature=16"]
        let (training, long) = (try kernel(arguments) as? AnnealedLangevin, try kernel(arguments, steps: 9) as? AnnealedLangevin)
        #expect(training?.levels.count == 4 && long?.levels.count == 9)
        #expect(long?.levels.last == .init(stepSize: 0.5, noise: 1))
        #expect(abs((long?.levels[0].stepSize ?? 0) - 8) < 1e-5 && abs((long?.levels[4].noise ?? 0) - 4) < 1e-5)
    }
}

import Failures
import Testing
import Training

@Suite struct RunConfigurationContinuationTests {
    private func differences(_ stored: [String], _ asked: [String]) throws -> [RunConfiguration.Difference] {
        try RunConfiguration.resolve(arguments: asked).differences(from: RunConfiguration.resolve(arguments: stored))
    }

    /// A value other than the default for every key, alone or with what it needs.
    private static let others: [String: [String]] = [
        "objective.kind": ["objective.kind=cd"], "model.kind": ["model.kind=convolution"],
        "sampler.temperature": ["sampler.temperature=2", "sampler.noise=null"],
        "chains.storage": ["chains.storage=byte", "sampler.low=-1", "sampler.high=1"],
        "optimizer.momentum": ["optimizer.momentum=.5", "optimizer.kind=sgd"], "chains.buffer": ["chains.buffer=512"],
        "optimizer.clipSigma": ["optimizer.clipSigma=3"], "model.layers": ["model.layers=[{kind: 'flatten'}]"],
        "run.name": ["run.name=other"],
        "data.source": ["data.source=other"], "data.columns": ["data.columns=['a']"], "run.steps": ["run.steps=1000000"],
        "model.kernels": ["model.kernels=[9, 9]"],
        "model.initialScale": ["model.initialScale=2"], "model.initial": ["model.initial=other.safetensors"],
        "sampler.threshold": ["sampler.threshold=1", "sampler.kind=stanley"],
        "sampler.preset": ["sampler.preset=code", "sampler.kind=stanley"],
        "sampler.granularity": ["sampler.granularity=sample", "sampler.kind=stanley"],
        "sampler.recompute": ["sampler.recompute=oncePerIteration", "sampler.kind=stanley"],
        "sampler.noiseScaling": ["sampler.noiseScaling=none", "sampler.kind=stanley"],
        "sampler.halfDrift": ["sampler.halfDrift=false", "sampler.kind=stanley"],
        "sampler.adjusted": ["sampler.adjusted=true", "sampler.kind=stanley"],
        "sampler.leapfrogSteps": ["sampler.leapfrogSteps=5", "sampler.kind=hmc"],
        "sampler.leapfrogJitter": ["sampler.leapfrogJitter=true", "sampler.kind=hmc"],
        "sampler.friction": ["sampler.friction=2", "sampler.kind=underdamped"],
        "sampler.iterations": ["sampler.iterations=5", "sampler.kind=proximal"],
        "sampler.hotTemperature": ["sampler.hotTemperature=5", "sampler.kind=annealed"],
        "sampler.adaptSteps": ["sampler.adaptSteps=5", "sampler.kind=mala"],
        "sampler.targetAcceptance": ["sampler.targetAcceptance=.7", "sampler.adaptSteps=5", "sampler.kind=mala"],
        "objective.noise": ["objective.noise=2", "objective.kind=denoising-score"],
        "objective.samples": ["objective.samples=2", "objective.kind=energy-discrepancy"],
        "objective.stabilisation": ["objective.stabilisation=2", "objective.kind=energy-discrepancy"],
        "objective.estimator": ["objective.estimator=recovery", "objective.kind=diffusion-cd"],
        "objective.diffusion": [
            "objective.diffusion=variancePreserving", "objective.noise=.5", "objective.estimator=oneStep", "objective.kind=diffusion-cd",
        ],
        "objective.trace": ["objective.trace=stein", "objective.estimator=oneStep", "objective.kind=diffusion-cd"],
        "objective.bracket": ["objective.bracket=noised", "objective.estimator=oneStep", "objective.kind=diffusion-cd"],
        "objective.projections": ["objective.projections=2", "objective.kind=sliced-score"],
        "objective.flow": ["objective.flow=explicit", "objective.kind=wasserstein-flow"],
        "objective.penalty": ["objective.penalty=2", "objective.kind=wasserstein-flow"],
        "objective.levels": ["objective.levels=4", "objective.kind=diffusion-cd"],
        "objective.lowNoise": ["objective.lowNoise=.1", "objective.levels=4", "objective.kind=diffusion-cd"],
        "objective.dataDeviation": ["objective.dataDeviation=2", "objective.levels=4", "objective.kind=diffusion-cd"],
        "objective.prior": ["objective.prior=chains", "objective.kind=latent-prior"],
        "objective.decoderDeviation": ["objective.decoderDeviation=.5", "objective.kind=latent-prior"],
        "posterior.steps": ["posterior.steps=5", "objective.kind=latent-prior"],
        "posterior.stepSize": ["posterior.stepSize=.2", "objective.kind=latent-prior"],
        "posterior.keepChains": ["posterior.keepChains=true", "objective.kind=latent-prior"],
        "condition.kind": ["condition.kind=label", "objective.kind=variational-teaching"],
        "condition.channels": ["condition.channels=5", "condition.kind=label", "objective.kind=variational-teaching"],
        "condition.mask": ["condition.mask=centre", "condition.kind=mask", "objective.kind=variational-teaching"],
        "condition.source": ["condition.source=digits", "condition.kind=image", "objective.kind=variational-teaching"],
        "objective.lastStep": ["objective.lastStep=1"], "objective.entropy": ["objective.entropy=.3"],
        "objective.keepChains": ["objective.keepChains=true", "objective.estimator=recovery", "objective.kind=diffusion-cd"],
        "objective.divergenceWeight": ["objective.divergenceWeight=3", "objective.kind=variational-teaching"],
        "generator.latent": ["generator.latent=5", "objective.kind=variational-teaching"],
        "generator.widths": ["generator.widths=[5]", "objective.kind=variational-teaching"],
        "generator.layers": ["generator.layers=[{kind: 'flatten'}]", "objective.kind=variational-teaching"],
        "generator.output": ["generator.output=tanh", "objective.kind=variational-teaching"],
        "generator.learningRate": ["generator.learningRate=.1", "objective.kind=variational-teaching"],
        "encoder.widths": ["encoder.widths=[5]", "objective.kind=variational-teaching"],
        "encoder.layers": ["encoder.layers=[{kind: 'flatten'}]", "objective.kind=variational-teaching"],
        "encoder.learningRate": ["encoder.learningRate=.1", "objective.kind=variational-teaching"],
        "guard.rollbackEvery": ["guard.rollbackEvery=7", "guard.policy=rollback"],
        "objective.innerSteps": ["objective.innerSteps=3", "objective.kind=wasserstein-flow"],
    ]

    private static func change(_ key: ConfigurationKey) -> [String] {
        if let known = others[key.path] { return known }
        switch key.rule {
        case .flag: return ["\(key.path)=true", "\(key.path)=false"]
        case .integer(let range): return ["\(key.path)=\(range.lowerBound + 7)"]
        case .number: return ["\(key.path)=0.625"]
        case .choice(let words): return words.map { "\(key.path)=\($0)" }
        case .integers: return ["\(key.path)=[5, 6]"]
        case .numbers: return ["\(key.path)=[1, 2]", "run.shards=2", "sampler.noise=null"]
        case .name, .text, .texts, .layers: return []
        }
    }

    @Test func everyKeyIsEitherFreeOrItsChangeIsRefusedByName() throws {
        // chains.start cannot change without objective.kind.
        for key in ConfigurationKey.all where key.path != "chains.start" {
            let change = Self.change(key)
            #expect(!change.isEmpty, "\(key.path)")
            // Flags and words list all values: at least one of them is not the default.
            let alternatives = key.ruleListsValues && Self.others[key.path] == nil ? change.map { [$0] } : [change]
            let found = try alternatives.flatMap { try differences([], $0) }
            #expect(found.contains { $0.key == key.path } == (key.continuation == .fixed), "\(key.path)")
        }
    }

    @Test func whatMayChangeIsThisList() {
        let free = ConfigurationKey.all.filter { $0.continuation != .fixed }.map(\.path)
        #expect(
            free == [
                "run.name", "run.steps", "run.threads", "run.maxHours", "data.source", "data.separator", "data.header", "data.limit",
                "condition.source", "guard.replicaCheckEvery", "checkpoint.every", "checkpoint.keep",
                "report.every",
                "samples.every", "samples.count", "samples.columns", "samples.scale", "evaluate.every", "evaluate.count",
                "diagnostics.every", "diagnostics.draws", "diagnostics.thin", "diagnostics.chains",
            ])
    }

    @Test func aDifferenceNamesKeyStoredAndAskedValue() throws {
        let found = try differences(["optimizer.learningRate=0.001"], ["optimizer.learningRate=0.1", "run.threads=3"])
        #expect(found.count == 1)
        #expect(found.first?.description.contains("optimizer.learningRate: the run folder has 0.001, asked for 0.1") == true)
    }

    @Test func stepsMayGrowAndNotShrink() throws {
        #expect(try differences(["run.steps=100"], ["run.steps=200"]).isEmpty)
        let found = try differences(["run.steps=200"], ["run.steps=100"])
        #expect(found.map(\.key) == ["run.steps"])
        #expect(found.first?.description.contains("longer") == true)
    }

    @Test func aCosineScheduleTiesTheStepsUnlessItsOwnLengthIsGiven() throws {
        let cosine = "optimizer.schedule=cosine"
        let found = try differences([cosine, "run.steps=100"], [cosine, "run.steps=200"])
        #expect(found.map(\.key) == ["optimizer.decaySteps"])
        #expect(found.first?.description.contains("optimizer.decaySteps=100") == true)
        #expect(try differences([cosine, "run.steps=100"], [cosine, "run.steps=200", "optimizer.decaySteps=100"]).isEmpty)
    }

    @Test func aDefaultWrittenOutIsNoDifference() throws {
        let plain = RunConfiguration()
        let buffer = 16 * plain.run.shards * plain.run.chainsPerShard
        #expect(try differences([], ["chains.buffer=\(buffer)", "optimizer.learningRate=\(plain.optimizer.learningRate)"]).isEmpty)
    }

    @Test func theTextFollowsTheMathematicsAndNothingElse() throws {
        let plain = try RunConfiguration.resolve().mathematics()
        #expect(
            try RunConfiguration.resolve(arguments: ["run.threads=3", "run.steps=5", "report.every=1", "run.name=x"]).mathematics()
                == plain)
        #expect(try RunConfiguration.resolve(arguments: ["run.seed=2"]).mathematics() != plain)
        #expect(try RunConfiguration.resolve(arguments: ["run.reduction=float"]).mathematics() != plain)
    }
}

extension ConfigurationKey {
    fileprivate var ruleListsValues: Bool {
        switch rule {
        case .flag, .choice: true
        default: false
        }
    }
}

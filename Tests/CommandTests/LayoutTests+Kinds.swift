/// The trainings whose bits are compared.
extension CommandTests.LayoutTests {
    static let kinds =
        [
            Kind(name: "bytes", arguments: ["chains.storage=byte", "sampler.low=-1", "sampler.high=1"]),
            Kind(
                name: "reservoir",
                arguments: ["chains.replacement=reservoir", "chains.restartFrom=data", "objective.energyRegularization=0.1"]),
            Kind(name: "spectral", arguments: ["model.spectralNormalization=true", "optimizer.clipNorm=0.5"]),
            Kind(
                name: "convolution",
                arguments: [
                    "model.kind=convolution", "model.channels=[4]", "model.kernels=[3]", "model.strides=[2]", "model.paddings=[1]",
                    "model.dense=[8]",
                ]),
            Kind(name: "cd", arguments: ["objective.kind=cd", "optimizer.kind=sgd", "optimizer.momentum=0.5"]),
            Kind(name: "shortRun", arguments: ["objective.kind=shortRun", "chains.noise=gaussian", "optimizer.average=null"]),
            // The warm-up ends behind the stop, so that an adaptation that goes on is saved and loaded.
            Kind(
                name: "mala",
                arguments: [
                    "sampler.kind=mala", "sampler.stepSize=0.02", "sampler.adaptSteps=9", "sampler.low=-1", "sampler.high=1",
                ]),
            Kind(
                name: "hmc",
                arguments: [
                    "sampler.kind=hmc", "sampler.stepSize=0.2", "sampler.leapfrogSteps=3", "sampler.leapfrogJitter=true",
                    "sampler.adaptSteps=4", "sampler.targetAcceptance=0.8",
                ]),
            Kind(
                name: "nuts with a metric",
                arguments: [
                    "sampler.kind=nuts", "sampler.stepSize=0.2", "sampler.treeDepth=4", "sampler.adaptSteps=20",
                    "sampler.metric=diagonal",
                ]),
            Kind(
                name: "adjusted stanley",
                arguments: [
                    "sampler.kind=stanley", "sampler.adjusted=true", "sampler.granularity=channels", "sampler.threshold=0.05",
                    "sampler.stepSize=0.01", "model.kind=convolution", "model.channels=[4]", "model.kernels=[3]", "model.strides=[2]",
                    "model.paddings=[1]", "model.dense=[8]",
                ]),
            // 64 levels from 0 to 16.
            Kind(
                name: "a Boltzmann machine of levels",
                arguments: [
                    "model.kind=rbm", "model.widths=[8]", "sampler.kind=gibbsWithGradients", "sampler.sites=[\"levels:17\"]", "data.low=0",
                    "data.high=16",
                ]),
            Kind(
                name: "sites by discrete Langevin",
                arguments: [
                    "sampler.kind=discreteLangevin", "sampler.sites=[\"levels:17\"]", "data.low=0", "data.high=16", "sampler.adaptSteps=9",
                    "chains.restartFrom=data",
                ]),
            Kind(name: "underdamped", arguments: ["sampler.kind=underdamped", "sampler.stepSize=0.2"]),
            Kind(
                name: "diagnostics",
                arguments: [
                    "diagnostics.every=2", "diagnostics.draws=10", "diagnostics.chains=3", "diagnostics.thin=2", "chains.storage=byte",
                    "sampler.low=-1", "sampler.high=1",
                ]),
            // Evaluations fall on the stop, as the end of the shorter run writes one.
            Kind(name: "evaluation", arguments: ["evaluate.every=3", "evaluate.count=50"]),
            Kind(
                name: "held-out rows",
                arguments: ["data.validation=0.2", "evaluate.every=3", "evaluate.count=50", "samples.every=6", "optimizer.average=0.5"]),
            Kind(
                name: "plane",
                arguments: [
                    "data.source=25gaussians", "sampler.noise=null", "sampler.stepSize=0.05", "optimizer.kind=adamw",
                    "model.referenceDeviation=3",
                ]),
            Kind(
                name: "improved cd",
                arguments: [
                    "objective.lastStep=1", "objective.entropy=0.3", "sampler.low=-1", "sampler.high=1", "chains.storage=byte",
                    "chains.replacement=reservoir",
                ]),
        ] + exchanges + objectives + precisions

    /// Products in half precision; where energies decide, on the way back alone.
    static let precisions = [
        Kind(
            name: "half precision",
            arguments: [
                "sampler.precision=bfloat16", "gradient.precision=bfloat16", "model.kind=convolution", "model.channels=[5, 17]",
                "model.kernels=[3, 3]", "model.strides=[2, 1]", "model.paddings=[1, 1]", "model.dense=[20]",
                "model.activation=leakyReLU",
            ]),
        Kind(name: "half precision, mala", arguments: ["sampler.precision=bfloat16", "sampler.kind=mala", "sampler.stepSize=0.02"]),
        Kind(
            name: "half precision, latent",
            arguments: [
                "sampler.precision=bfloat16", "objective.kind=latentPrior", "objective.prior=chains", "generator.latent=8",
                "generator.widths=[10]", "posterior.steps=3",
            ]),
    ]

    /// Exchange between shards.
    static let exchanges = [
        Kind(name: "ring", arguments: ["exchange.policy=ring", "exchange.fraction=0.5"]),
        Kind(name: "pairs", arguments: ["exchange.policy=pairs", "exchange.every=2", "chains.replacement=reservoir"]),
        Kind(
            name: "shuffle",
            arguments: ["exchange.policy=shuffle", "exchange.fraction=1", "chains.storage=byte", "sampler.low=-1", "sampler.high=1"]),
        Kind(
            name: "ladder",
            arguments: [
                "exchange.temperatures=[1, 1.5, 3]", "data.source=25gaussians", "sampler.noise=null", "sampler.stepSize=0.05",
            ]),
    ]

    /// The objectives beside maximum likelihood, on images with a smooth energy.
    static let objectives: [Kind] = [
        ("energyDiscrepancy", ["objective.samples=2"]), ("diffusionCD", ["objective.estimator=oneStep"]),
        ("diffusionCD", ["objective.estimator=recovery"]),
        ("diffusionCD", ["objective.estimator=recovery", "objective.keepChains=true", "sampler.stepSize=0.02"]),
        ("wassersteinFlow", ["objective.innerSteps=3"]),
        ("wassersteinFlow", ["objective.flow=explicit", "chains.start=data"]), ("denoisingScore", []),
        ("diffusionCD", ["objective.levels=3", "objective.lowNoise=0.05", "objective.levelWeight=inverseVariance"]),
        (
            "diffusionCD",
            [
                "objective.estimator=recovery", "objective.levels=3", "objective.lowNoise=0.05", "objective.sharedNoise=true",
                "objective.levelWeight=inverseVariance", "objective.proposal=true", "proposal.widths=[20]", "proposal.learningRate=0.01",
                "condition.kind=label", "sampler.stepSize=0.001", "evaluate.every=3", "evaluate.count=50",
            ]
        ),
        ("denoisingScore", ["objective.levels=4", "objective.lowNoise=0.05", "objective.tie=classification", "objective.tieLevels=3"]),
        ("denoisingScore", ["objective.levels=3", "objective.lowNoise=0.05", "objective.tie=dual"]),
        ("slicedScore", ["objective.projections=2"]), ("nce", []),
        (
            "energyMatching",
            ["objective.sharpenAfter=8", "objective.sharpenSteps=3", "objective.sharpenAverage=0.9", "model.readouts=true"]
        ),
        (
            "energyMatching",
            [
                "objective.sharpenAfter=4", "objective.sharpenSteps=3", "objective.sharpenStepSize=0.4", "objective.keepChains=true",
                "exchange.policy=shuffle", "objective.sharpenLearningRate=1e-3", "objective.sharpenTrim=0.2", "sampler.kind=heun",
                "model.kind=unet", "model.channels=[3, 5]", "model.blocks=1",
            ]
        ),
        ("latentPrior", ["objective.samples=2", "generator.latent=4", "generator.widths=[10]", "posterior.steps=3"]),
        ("latentPrior", ["objective.prior=chains", "generator.latent=4", "generator.widths=[10]", "posterior.steps=3"]),
        (
            "latentPrior",
            ["objective.prior=chains", "generator.latent=4", "generator.widths=[10]", "posterior.steps=3", "posterior.keepChains=true"]
        ),
        (
            "variationalTeaching",
            ["condition.kind=label", "condition.channels=2", "generator.latent=4", "generator.widths=[10]", "encoder.widths=[12]"]
        ),
        (
            "variationalTeaching",
            ["condition.kind=mask", "condition.mask=random", "generator.latent=2", "generator.widths=[10]", "encoder.widths=[12]"]
        ),
        (
            "variationalTeaching",
            ["condition.kind=image", "condition.source=digits", "generator.latent=2", "generator.widths=[10]", "encoder.widths=[12]"]
        ),
        ("variationalTeaching", ["generator.latent=4", "generator.widths=[10]", "encoder.widths=[12]", "encoder.learningRate=0.01"]),
    ].map { kind, options in
        let noise = ["diffusionCD", "denoisingScore", "energyDiscrepancy"].contains(kind) ? ["objective.noise=0.3"] : []
        return Kind(name: ([kind] + options).joined(separator: " "), arguments: ["objective.kind=\(kind)"] + noise + options)
    }
}

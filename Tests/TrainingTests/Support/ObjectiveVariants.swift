import Training

/// Every objective, in all forms that keep or need something of their own.
enum ObjectiveVariants {
    private static let latents = ["generator.latent=4", "generator.widths=[10]"]
    private static let coded = ["data.source=digits", "encoder.widths=[12]", "model.referenceDeviation=null"] + latents
    private static let digits = ["data.source=digits"]
    private static let recovery = ["objective.kind=diffusionCD", "objective.estimator=recovery", "objective.noise=0.3"]
    private static let oneStep = ["objective.kind=diffusionCD", "objective.estimator=oneStep", "objective.noise=0.3"]

    private static let matching = ["objective.kind=energyMatching", "objective.sharpenAfter=1", "objective.sharpenSteps=3"]

    /// Over the configuration of `ScratchRun`.
    static let all: [[String]] = [
        ["objective.kind=pcd"], ["chains.storage=byte", "sampler.low=-2", "sampler.high=2", "chains.replacement=reservoir"],
        ["objective.kind=cd"], ["objective.kind=shortRun"], ["objective.lastStep=1", "objective.entropy=0.3", "chains.restartFrom=data"],
        ["sampler.kind=hmc", "sampler.leapfrogSteps=3"],
        ["sampler.kind=nuts", "sampler.treeDepth=3", "sampler.adaptSteps=20", "sampler.metric=diagonal"], ["exchange.temperatures=[1,2]"],
        ["objective.kind=energyDiscrepancy"], ["objective.kind=diffusionCD"], oneStep, oneStep + ["objective.trace=stein"], recovery,
        recovery + ["objective.keepChains=true"],
        recovery + ["objective.levels=3", "objective.lowNoise=0.1", "objective.levelWeight=inverseVariance"],
        recovery + ["objective.levels=3", "objective.lowNoise=0.1", "objective.sharedNoise=true"],
        recovery + ["objective.levels=3", "objective.lowNoise=0.1", "objective.proposal=true", "proposal.widths=[7]"],
        ["objective.kind=wassersteinFlow"], ["objective.kind=wassersteinFlow", "objective.flow=explicit", "chains.start=data"],
        ["objective.kind=energyMatching"], matching,
        matching + ["objective.keepChains=true", "objective.pairing=random"],
        ["objective.kind=denoisingScore", "objective.noise=0.5"],
        ["objective.kind=denoisingScore", "objective.noise=0.5", "objective.levels=2", "objective.lowNoise=0.1"],
        [
            "objective.kind=denoisingScore", "objective.noise=0.5", "objective.levels=3", "objective.lowNoise=0.1",
            "objective.tie=classification",
        ],
        ["objective.kind=denoisingScore", "objective.noise=0.5", "objective.levels=3", "objective.lowNoise=0.1", "objective.tie=dual"],
        ["objective.kind=slicedScore"], ["objective.kind=exactScore"], ["objective.kind=nce"],
        ["objective.kind=latentPrior", "data.source=digits", "model.referenceDeviation=null"] + latents,
        [
            "objective.kind=latentPrior", "objective.prior=chains", "posterior.keepChains=true", "data.source=digits",
            "model.referenceDeviation=null",
        ]
            + latents,
        ["objective.kind=variationalTeaching"] + coded, ["objective.kind=autoencoder", "sampler.steps=0"] + coded,
        ["objective.kind=variationalTeaching", "condition.kind=mask"] + coded,
        ["objective.kind=autoencoder", "sampler.steps=0", "condition.kind=label"] + coded,
        ["objective.kind=pcd", "condition.kind=label", "condition.dropout=0.2"] + digits,
        ["objective.kind=cd", "condition.kind=image", "condition.source=digits"] + digits,
        ["objective.kind=denoisingScore", "objective.levels=3", "condition.kind=label"] + digits,
        matching + [
            "objective.keepChains=true", "objective.pairing=random", "condition.kind=label", "condition.dropout=0.2",
            "condition.guidance=2",
        ] + digits,
    ]
}

import Configuration
import Distributed
import Failures
import Learning
import Testing
import Training

@Suite("Keys of objectives")
struct ObjectiveKeysTests {
    @Test(arguments: [
        (["objective.kind=slicedScore", "model.activation=leakyReLU"], "leakyReLU"),
        (
            [
                "objective.kind=exactScore", "model.kind=layers",
                "model.layers=[{kind: 'relu'}, {kind: 'flatten'}, {kind: 'dense', outputs: 1}]",
            ], "relu"
        ),
        (["objective.kind=diffusionCD", "objective.estimator=oneStep", "model.activation=relu"], "relu"),
        (
            [
                "objective.kind=slicedScore", "model.kind=layers",
                "model.layers=[{kind: 'residual', layers: [{kind: 'dense', outputs: 2}, {kind: 'leakyReLU'}]}, {kind: 'dense', outputs: 1}]",
            ], "leakyReLU"
        ),
        (
            ["objective.kind=denoisingScore", "objective.noise=0.3", "objective.levels=2", "objective.lowNoise=0.2999999999"],
            "objective.lowNoise"
        ),
        (["objective.kind=denoisingScore", "objective.levels=2", "objective.lowNoise=1e-50"], "objective.lowNoise"),
        (
            ["objective.kind=denoisingScore", "objective.levels=2", "objective.lowNoise=1e-21", "objective.dataDeviation=1e-21"],
            "objective.dataDeviation"
        ),
        (["objective.kind=diffusionCD", "objective.dataDeviation=2"], "objective.levels above 1"),
        (["objective.kind=diffusionCD", "objective.levels=1000", "objective.lowNoise=0.99999"], "objective.lowNoise"),
        (["objective.kind=diffusionCD", "objective.estimator=oneStep", "objective.diffusion=variancePreserving"], "below 1"),
        (["objective.kind=nce", "objective.penalty=2"], "objective.penalty"),
        (["objective.kind=autoencoder"], "expected sampler.steps = 0, found 20"),
        (["sampler.steps=0"], "expected sampler.steps of at least 1"),
        (["condition.kind=mask"], "completes what a generator draws"),
        (["objective.kind=variationalTeaching", "condition.kind=image"], "needs condition.source"),
        (["objective.kind=variationalTeaching", "condition.kind=label", "diagnostics.every=5"], "expected diagnostics.every = 0"),
        (["objective.kind=latentPrior", "posterior.keepChains=true", "data.flip=true"], "expected data.flip = false"),
        (["objective.kind=variationalTeaching", "condition.source=digits"], "it needs condition.kind = \"image\""),
        (["objective.kind=variationalTeaching", "condition.channels=3"], "it needs condition.kind = \"label\""),
        (["objective.kind=variationalTeaching", "condition.mask=center"], "it needs condition.kind = \"mask\""),
        (["generator.latent=5"], "found objective.kind = \"pcd\""),
        (["objective.kind=latentPrior", "encoder.widths=[5]"], "found objective.kind = \"latentPrior\""),
        (["objective.kind=latentPrior", "objective.prior=chains", "objective.noise=2"], "objective.prior = \"discrepancy\""),
    ])
    func `what an objective cannot be is refused with its key before anything starts`(arguments: [String], part: String) throws {
        do {
            _ = try RunConfiguration.resolve(arguments: arguments)
            Issue.record("\(arguments) was accepted")
        } catch {
            #expect(error.kind == .configuration && error.message.contains(part), "\(error.message)")
        }
    }

    @Test func `smooth activations, and piecewise linear ones where no curvature is needed, are accepted`() throws {
        _ = try RunConfiguration.resolve(arguments: ["objective.kind=slicedScore", "model.activation=elu"])
        _ = try RunConfiguration.resolve(arguments: ["objective.kind=energyDiscrepancy", "model.activation=relu"])
        _ = try RunConfiguration.resolve(
            arguments: ["objective.kind=diffusionCD", "objective.estimator=oneStep", "objective.trace=stein", "model.activation=relu"])
    }

    @Test func `more random numbers than a stream has are refused`() throws {
        let long = try ScratchRun.configuration([
            "objective.kind=slicedScore", "objective.projections=10000", "data.source=digits", "run.chainsPerShard=20000",
            "chains.buffer=null",
        ])
        #expect(throws: Failure.self) { _ = try RunPlan(long, SoloCommunicator()) }
    }
}

@Suite("Updates of a step")
struct InnerUpdatesTests {
    @Test func `when the guard leaves out a later update of a step, the earlier ones are taken back, and the guard gives up at last`()
        throws
    {
        // The first gap of a fresh network is some hundredths; after an update a thousand times too large it is out of all bounds.
        let trainer = try ScratchRun.trainer([
            "objective.kind=wassersteinFlow", "objective.penalty=1e-9", "objective.innerSteps=2", "guard.policy=skip",
            "guard.maximumGap=1",
            "optimizer.kind=sgd", "optimizer.learningRate=1000", "optimizer.warmupSteps=0",
        ])
        let before = trainer.state.parameters
        for step in 1...Guard.maximumSkips {
            let result = try trainer.step(stop: false)
            guard case .skip = result.verdict else {
                Issue.record("step \(step): \(result.verdict)")
                return
            }
            #expect(trainer.state.parameters == before && trainer.state.step == step)
            #expect(trainer.state.guardState.consecutiveSkips == step && trainer.state.optimizer.updates == 0)
        }
        guard case .stop = try trainer.step(stop: false).verdict else {
            Issue.record("the guard goes on for ever")
            return
        }
    }
}

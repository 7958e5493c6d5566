import Configuration
import Distributed
import Failures
import Learning
import Testing
import Training

@Suite("Keys of objectives")
struct ObjectiveKeysTests {
    @Test(
        "what an objective cannot be is refused with its key before anything starts",
        arguments: [
            (["objective.kind=sliced-score", "model.activation=leakyReLU"], "leakyReLU"),
            (
                [
                    "objective.kind=exact-score", "model.kind=layers",
                    "model.layers=[{kind: 'relu'}, {kind: 'flatten'}, {kind: 'dense', outputs: 1}]",
                ], "relu"
            ),
            (["objective.kind=diffusion-cd", "objective.estimator=oneStep", "model.activation=relu"], "relu"),
            (
                [
                    "objective.kind=sliced-score", "model.kind=layers",
                    "model.layers=[{kind: 'residual', layers: [{kind: 'dense', outputs: 2}, {kind: 'leakyReLU'}]}, {kind: 'dense', outputs: 1}]",
                ], "leakyReLU"
            ),
            (
                ["objective.kind=denoising-score", "objective.noise=0.3", "objective.levels=2", "objective.lowNoise=0.2999999999"],
                "objective.lowNoise"
            ),
            (["objective.kind=denoising-score", "objective.levels=2", "objective.lowNoise=1e-50"], "objective.lowNoise"),
            (
                ["objective.kind=denoising-score", "objective.levels=2", "objective.lowNoise=1e-21", "objective.dataDeviation=1e-21"],
                "objective.dataDeviation"
            ),
            (["objective.kind=diffusion-cd", "objective.dataDeviation=2"], "objective.levels above 1"),
            (["objective.kind=diffusion-cd", "objective.levels=1000", "objective.lowNoise=0.99999"], "objective.lowNoise"),
            (["objective.kind=diffusion-cd", "objective.estimator=oneStep", "objective.diffusion=variancePreserving"], "below 1"),
            (["objective.kind=nce", "objective.penalty=2"], "objective.penalty"),
            (["objective.kind=autoencoder"], "expected sampler.steps = 0, found 20"),
            (["sampler.steps=0"], "expected sampler.steps of at least 1"),
            (["condition.kind=label"], "needs objective.kind = \"variational-teaching\" or \"autoencoder\""),
            (["objective.kind=variational-teaching", "condition.kind=image"], "needs condition.source"),
            (["objective.kind=variational-teaching", "condition.kind=label", "diagnostics.every=5"], "expected diagnostics.every = 0"),
            (["objective.kind=latent-prior", "posterior.keepChains=true", "data.flip=true"], "expected data.flip = false"),
            (["objective.kind=variational-teaching", "condition.source=digits"], "it needs condition.kind = \"image\""),
            (["objective.kind=variational-teaching", "condition.channels=3"], "it needs condition.kind = \"label\""),
            (["objective.kind=variational-teaching", "condition.mask=centre"], "it needs condition.kind = \"mask\""),
            (["generator.latent=5"], "found objective.kind = \"pcd\""),
            (["objective.kind=latent-prior", "encoder.widths=[5]"], "found objective.kind = \"latent-prior\""),
            (["objective.kind=latent-prior", "objective.prior=chains", "objective.noise=2"], "objective.prior = \"discrepancy\""),
        ])
    func refused(arguments: [String], part: String) throws {
        do {
            _ = try RunConfiguration.resolve(arguments: arguments)
            Issue.record("\(arguments) was accepted")
        } catch {
            #expect(error.kind == .configuration && error.message.contains(part), "\(error.message)")
        }
    }

    @Test("smooth activations, and piecewise linear ones where no curvature is needed, are accepted")
    func accepted() throws {
        _ = try RunConfiguration.resolve(arguments: ["objective.kind=sliced-score", "model.activation=elu"])
        _ = try RunConfiguration.resolve(arguments: ["objective.kind=energy-discrepancy", "model.activation=relu"])
        _ = try RunConfiguration.resolve(
            arguments: ["objective.kind=diffusion-cd", "objective.estimator=oneStep", "objective.trace=stein", "model.activation=relu"])
    }

    @Test("more random numbers than a stream has are refused")
    func draws() throws {
        let long = try ScratchRun.configuration([
            "objective.kind=sliced-score", "objective.projections=10000", "data.source=digits", "run.chainsPerShard=20000",
            "chains.buffer=null",
        ])
        #expect(throws: Failure.self) { _ = try RunPlan(long, SoloCommunicator()) }
    }
}

@Suite("Updates of a step")
struct InnerUpdatesTests {
    @Test("when the guard leaves out a later update of a step, the earlier ones are taken back, and the guard gives up at last")
    func allOrNone() throws {
        // The first gap of a fresh network is some hundredths; after an update a thousand times too large it is out of all bounds.
        let trainer = try ScratchRun.trainer([
            "objective.kind=wasserstein-flow", "objective.penalty=1e-9", "objective.innerSteps=2", "guard.policy=skip",
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

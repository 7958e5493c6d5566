import Numerics
import Sampling

/// Samples to show of an objective that trains without chains: the run's sampler, from noise, with the parameters as they are; down the noise
/// levels where the energy has them.
package struct FreshChains<Kernel: TransitionKernel>: Sendable {
    let seed: UInt64
    let kernel: Kernel
    /// Of a level.
    let steps: Int
    let noise: NoiseDistribution
    let ladder: NoiseLadder?
    /// Whether the chains are latent vectors, which the generator decodes.
    let decodes: Bool

    package init(seed: UInt64, kernel: Kernel, steps: Int, noise: NoiseDistribution, ladder: NoiseLadder?, decodes: Bool) {
        self.seed = seed
        self.kernel = kernel
        self.steps = steps
        self.noise = noise
        self.ladder = ladder
        self.decodes = decodes
    }

    /// Leaves the samples in the shard's negatives, the same ones for a step wherever they are drawn.
    package func fill(_ shard: ShardState, worker: ShardWorker, step: Int) {
        guard let chains = worker.freshChains else { preconditionFailure("training draws the samples of this objective") }
        let positions = chains.positions
        noise.fill(positions, stream: RandomStream(seed: seed, purpose: .samplingStart, step: step, index: shard.index))
        let descent = NoiseLadder.descent(ladder)
        for (part, level) in descent.enumerated() {
            if let feature = level.feature { worker.engine.setCondition(feature) }
            let stream = ChainNoise(
                seed: seed, motion: .sampling, decisions: .samplingDecision, step: step * descent.count + part, index: shard.index)
            kernel.scaled(toVariance: level.variance).run(chains, steps: steps, noise: stream, in: worker.engine.chainPotential)
        }
        shard.negatives.copy(from: decodes ? worker.engine.generator?.outputs(of: positions) ?? positions : positions)
        worker.times.stamp(.report)
    }
}

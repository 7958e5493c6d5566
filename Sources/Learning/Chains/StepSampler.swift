import Numerics
import Sampling

/// The chains of a training step: K steps of a sampler from where they stand, with the random numbers of the step.
package struct StepSampler<Kernel: TransitionKernel>: Sendable {
    let seed: UInt64
    package let kernel: Kernel
    /// K
    package let steps: Int
    /// The sampler's box.
    let box: ClosedRange<Float>?

    package init(seed: UInt64, kernel: Kernel, steps: Int, box: ClosedRange<Float>?) {
        (self.seed, self.kernel, self.steps, self.box) = (seed, kernel, steps, box)
    }

    /// The tiles that chains of the energy need.
    package struct Tiles {
        package let chains: ChainBuffers
        /// Where they started: chains x dimension.
        package let origin: Matrix

        init(_ sampler: StepSampler, _ make: TileMaker) {
            chains = make.chains(scratch: sampler.kernel.scratchTiles)
            origin = make.tile(make.energyDimension)
        }
    }

    /// Passes of each chain.
    var evaluations: Double { kernel.energyEvaluations(steps: steps) }

    /// What reports show of such chains.
    /// - Parameter samples: those that training leaves in a shard.
    func measures(_ samples: SampleLayout) -> [Measure] {
        let moves =
            (kernel.hasAcceptStep ? [Measure.acceptance(steps: steps)] : []) + (kernel.treeDepth == nil ? [] : Measure.ofTrees)
            + (kernel.hasTrajectories ? [Measure.divergences(steps: steps)] : [])
        if case .none = samples { return moves }
        return [.chainGradientNorm, .displacement, .energySpread, .chainMean, .chainDeviation] + moves
            + (box == nil ? [] : [.saturation]) + (samples.storage == nil ? [] : [.bufferAge])
    }

    /// Moves chains from `chains.positions`.
    /// - Parameter beforeLast: gets the positions before the last step.
    @discardableResult
    func run(
        _ chains: ChainBuffers, _ shard: ShardState, _ worker: ShardWorker, step: Int, in potential: some Potential,
        beforeLast: Matrix? = nil
    ) -> RunInfo {
        let noise = ChainNoise(seed: seed, motion: .langevin, decisions: .acceptance, step: step, index: shard.index)
        return kernel.tuned(by: worker.tuning).run(chains, steps: steps, noise: noise, in: potential) { [steps] in
            if $0 == steps - 1 { beforeLast?.copy(from: chains.positions) }
        }
    }
}

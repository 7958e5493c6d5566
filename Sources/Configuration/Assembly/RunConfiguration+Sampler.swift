import Numerics
import Sampling

extension RunConfiguration {
    /// The transition kernel of the `sampler` group for samples of a shape.
    /// - Parameter steps: the length of the run, over which an annealed kernel cools; nil: that of training.
    package func kernel(for shape: ImageShape, steps: Int? = nil) -> any TransitionKernel {
        sampler.kind.make(
            KernelKind.Parts(sampler: sampler, channels: shape.channels, box: samplerBox, steps: steps ?? sampler.steps))
    }

    /// The kernel for samples of any shape: who asks only what it does need not know which.
    package var anyKernel: any TransitionKernel { kernel(for: ImageShape(vector: 1), steps: 1) }

    package var samplerBox: ClosedRange<Float>? {
        guard sampler.low != nil || sampler.high != nil else { return nil }
        return Float(sampler.low ?? -.infinity)...Float(sampler.high ?? .infinity)
    }

    /// The acceptance that the step size is adapted to; nil where it is not adapted.
    package var targetAcceptance: Double? {
        guard sampler.adaptSteps > 0 else { return nil }
        return sampler.targetAcceptance ?? anyKernel.bestAcceptance
    }
}

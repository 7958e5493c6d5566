import Datasets
import Learning
import Model
import Numerics
import Sampling

extension RunConfiguration {
    /// The transition kernel that chains from where training starts them have, for samples of a shape.
    /// - Parameters:
    ///   - space: what the coordinates of a sample are; nil: real numbers.
    ///   - steps: the length of the run, over which an annealed kernel cools; nil: that of training.
    package func kernel(for shape: ImageShape, in space: RowSpace?, steps: Int? = nil) -> any TransitionKernel {
        objective.kind.drawingKernel?(self, steps ?? sampler.steps) ?? settledKernel(for: shape, in: space, steps: steps)
    }

    /// Whether samples are drawn along a schedule that chains which go on have behind them.
    package var drawsBySchedule: Bool { objective.kind.drawingKernel != nil }

    /// The kernel of the `sampler` group, as chains have it that are samples already.
    ///
    /// States with sites and numbers have a kernel of each, in turn: one of the two is `sampler.kind`, the other `gibbs` or `mala`.
    package func settledKernel(for shape: ImageShape, in space: RowSpace?, steps: Int? = nil) -> any TransitionKernel {
        var own = sampler
        if drawsBySchedule { (own.noise, own.stepSize) = (nil, sampler.stepSize * objective.kind.unit(objective)) }
        let parts = KernelKind.Parts(
            sampler: own, channels: shape.channels, box: samplerBox, steps: steps ?? sampler.steps,
            sites: space?.sites.map(\.site) ?? [])
        let kernel = sampler.kind.make(parts)
        guard let space else { return kernel }
        guard !sampler.kind.movesSites else { return space.kernel(ofSites: kernel, numbers: KernelKind.mala.make(parts)) }
        // Of a kernel without noise the temperature is 0, where sites take their best value: the least that floats have.
        let ofSites = Gibbs(sites: parts.sites, temperature: max(kernel.temperature, .leastNormalMagnitude))
        return space.kernel(ofSites: ofSites, numbers: kernel)
    }

    /// The kernel for samples of any shape: who asks only what it does need not know which.
    package var anyKernel: any TransitionKernel {
        let space = anySpace
        return kernel(for: ImageShape(vector: space?.dimension ?? 1), in: space, steps: 1)
    }

    /// Of the networks.
    ///
    /// Energies that decide are float: those of an accept step, which chains read, and those of a swap of temperatures, which the gradients' passes make.
    /// Rounded on the way forward they would be rough at the scale of a move, and chains stick. Rounded on the way back alone, moves follow a gradient that
    /// is a little off, and are accepted by the energy itself.
    package var precisions: Precisions {
        func precision(_ precision: Precision, decides: Bool) -> PassPrecision {
            PassPrecision(forward: decides ? .float : precision, backward: precision)
        }
        return Precisions(
            gradient: precision(gradient.precision, decides: !exchange.temperatures.isEmpty),
            sampler: precision(sampler.precision, decides: anyKernel.hasAcceptStep))
    }

    /// Whether the kernel's metric is adapted in the warm-up.
    package var adaptsMetric: Bool { uses("sampler.metric") && sampler.metric == .diagonal }

    /// Windows of the metric; nil where it is not adapted.
    package var metricWindows: WarmUpWindows? { adaptsMetric ? WarmUpWindows(warmUp: sampler.adaptSteps) : nil }

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

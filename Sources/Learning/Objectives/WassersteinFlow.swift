import Model
import Numerics
import Sampling

/// Wasserstein gradient flow: maximum likelihood whose energy changes smoothly, by a penalty on ∇E at the negatives.
///
/// Learning is read as a flow of KL(p* ‖ p_θ). Between consecutive steps the second-order Wasserstein distance, which particles that move along
/// E_θ for a time s bound by s² mean|∇(E_θ - E_θt)|², takes the place of the KL divergence:
/// - `proximal`: θ_{t+1} = argmin mean_data E_θ - mean_neg E_θ + (λ/2) mean_neg |∇E_θ - ∇E_θt|², by J updates with the same data and negatives. At θ_t
///   the penalty has no gradient: with J = 1 it is contrastive divergence.
/// - `explicit`: the gradient of contrastive divergence plus that of (λ/2) mean_neg |∇E_θ|², one update.
///
/// λ = 0 is contrastive divergence, bit for bit, with J updates a step: what tells the penalty from the further updates. The energy should be smooth (no ReLU). Cost
/// beside contrastive divergence: three passes a negative and update. The printed equations of the source were not at hand; this is a reconstruction from its
/// abstract.
///
/// Source: Y. Wu, P. Wei, L. Lin, arXiv:1910.14216; its ancestor is X. Cai et al., arXiv:1812.01186.
package struct WassersteinFlow<Kernel: TransitionKernel>: Objective {
    package enum Form: Sendable, Hashable {
        case proximal(updates: Int)
        case explicit
    }

    let base: ContrastiveDivergence<Kernel>
    let form: Form
    /// λ
    let penalty: Float
    /// s, the time that the sampler runs for in a step before its step size is adapted; nil for samplers whose step size is no time of diffusion.
    let time: Double?

    package init(base: ContrastiveDivergence<Kernel>, form: Form, penalty: Float, time: Double?) {
        (self.base, self.form, self.penalty, self.time) = (base, form, penalty, time)
    }

    package var profile: ObjectiveProfile {
        var profile = base.profile
        if let time { profile.measures.append(Self.step(time: time)) }
        if case .proximal(let updates) = form { profile.updates = updates }
        // Data and negatives once more for each further update.
        profile.evaluations += 2 * Double(profile.updates - 1)
        guard penalty > 0 else { return profile }
        profile.engine.lineOrder = 1
        // ∇E at the negatives and a pass along a line for each update; the proximal form begins with ∇E of θt.
        profile.evaluations += 3 * Double(profile.updates) + (form == .explicit ? 0 : 1)
        return profile
    }

    /// (1/2s) mean |x_K - x_0|²: bounds the Wasserstein step.
    private static func step(time: Double) -> Measure {
        Measure("wassersteinStep", unit: "squared values per time", of: [.squaredDisplacement]) {
            $0[.squaredDisplacement] / (2 * (time * $0.stepSizeFactor) * $0.rows)
        }
    }

    package final class State: ContrastiveDivergence<Kernel>.State, @unchecked Sendable {
        /// ∇E of the negatives before the step's first update; nil where the energy does not stay close to it.
        let anchor: Matrix?

        init(_ shard: Int, _ flow: WassersteinFlow, _ make: TileMaker) {
            anchor = if case .proximal = flow.form, flow.penalty > 0 { make.tile(make.dimension) } else { nil }
            super.init(shard, flow.profile, looksAtLastStep: flow.base.lastStep != nil, make)
        }
    }

    package func makeState(_ shard: Int, _ make: TileMaker) -> State { State(shard, self, make) }

    package func makeScratch(_ make: TileMaker) -> ContrastiveDivergence<Kernel>.Scratch { base.makeScratch(make) }

    package func populate(_ shard: State, _ scratch: ContrastiveDivergence<Kernel>.Scratch, _ worker: ShardWorker) {
        base.populate(shard, scratch, worker)
    }

    package func sampleNegatives(
        _ shard: State, _ scratch: ContrastiveDivergence<Kernel>.Scratch, _ worker: ShardWorker, step: Int
    ) {
        base.sampleNegatives(shard, scratch, worker, step: step)
        guard let anchor = shard.anchor else { return }
        worker.engine.evaluate(shard.negatives, energies: worker.energies, gradient: anchor)
        worker.times.stamp(.gradients)
    }

    package func addGradient(_ shard: State, _ scratch: ContrastiveDivergence<Kernel>.Scratch, _ worker: ShardWorker, step: Int) {
        base.addGradient(shard, scratch, worker, step: step)
        guard penalty > 0 else { return }
        let gradient = scratch.tiles.chains.gradient
        worker.engine.evaluate(shard.negatives, energies: worker.energies, gradient: gradient)
        if let anchor = shard.anchor { gradient.combine(gradient, anchor) { $0 - $1 } }
        let weight = penalty / Float(base.rowsPerStep)
        worker.engine.addLineGradient(of: shard.negatives, along: gradient) { _, weights in
            weights[0].fill(0)
            weights[1].fill(weight)
        }
        worker.times.stamp(.gradients)
    }
}

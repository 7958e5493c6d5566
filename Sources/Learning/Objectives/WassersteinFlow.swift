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
/// λ = 0 is contrastive divergence, bit for bit: one update, whatever J. The energy should be smooth (no ReLU). Cost beside contrastive divergence: three passes a
/// negative and update. The printed equations of the source were not at hand; this is a reconstruction from its abstract.
///
/// Source: B. Wu, X. Wei, D. Lin, arXiv:1910.14216; the explicit form after Y. Cai et al., arXiv:1909.12459.
package struct WassersteinFlow<Kernel: TransitionKernel>: Objective {
    package enum Form: Sendable, Hashable {
        case proximal(updates: Int)
        case explicit
    }

    let base: ContrastiveDivergence<Kernel>
    let form: Form
    /// λ
    let penalty: Float

    package init(base: ContrastiveDivergence<Kernel>, form: Form, penalty: Float) {
        self.base = base
        self.form = form
        self.penalty = penalty
    }

    package var profile: ObjectiveProfile {
        var profile = base.profile
        guard penalty > 0 else { return profile }
        profile.lineOrder = 1
        // Each update: data and negatives, ∇E at the negatives, and a pass along a line.
        if case .proximal(let updates) = form {
            profile.updates = updates
            profile.keepsGradient = true
            profile.evaluations += 1
        }
        profile.evaluations += Double(profile.updates) * 5 - 2
        return profile
    }

    package func populate(_ shard: ShardState, worker: ShardWorker) { base.populate(shard, worker: worker) }

    package func sampleNegatives(_ shard: ShardState, worker: ShardWorker, step: Int) {
        base.sampleNegatives(shard, worker: worker, step: step)
        guard case .proximal = form, penalty > 0 else { return }
        worker.potential.evaluate(shard.negatives, energies: worker.energies, gradient: shard.anchor)
        worker.times.stamp(.gradients)
    }

    package func addGradient(_ shard: ShardState, worker: ShardWorker, step: Int) {
        base.addGradient(shard, worker: worker, step: step)
        guard penalty > 0 else { return }
        let gradient = worker.chains.gradient
        worker.potential.evaluate(shard.negatives, energies: worker.energies, gradient: gradient)
        if case .proximal = form { gradient.combine(gradient, shard.anchor) { $0 - $1 } }
        let weight = penalty / Float(base.rowsPerStep)
        worker.addLineGradient(of: shard.negatives, along: gradient) { _, weights in
            weights[0].fill(0)
            weights[1].fill(weight)
        }
        worker.times.stamp(.gradients)
    }
}

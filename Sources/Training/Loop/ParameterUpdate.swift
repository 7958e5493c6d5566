import Configuration
import Distributed
import Failures
import Learning

/// What follows a reduced gradient: it is clipped, and moves the parameters, the moments and the average that this rank updates; then every rank has the
/// parameters of all.
struct ParameterUpdate {
    private let plan: RunPlan
    private let communicator: any Communicator
    private let watch: Guard
    private let schedule: LearningRateSchedule
    private let clip: GradientClip

    /// How an update went, the same on every rank.
    struct Result {
        /// Of the whole gradient, before clipping.
        var gradientNorm: Double
        /// 0 where nothing was updated.
        var learningRate: Float = 0
        var verdict = Guard.Verdict.update
    }

    init(_ plan: RunPlan, _ watch: Guard, _ communicator: any Communicator) {
        (self.plan, self.watch, self.communicator) = (plan, watch, communicator)
        schedule = plan.configuration.learningRateSchedule
        clip = plan.configuration.gradientClip
    }

    /// Collective.
    /// - Parameter gradient: of the parameters that this rank updates; clipped on return.
    func make(_ state: inout TrainingState, _ gradient: inout [Float]) throws(Failure) -> Result {
        let (plan, communicator) = (plan, communicator)
        plan.networks.convertGradient(&gradient, parameters: state.parameters, state: state.modelState)
        let norm = try clip.apply(to: &gradient, optimizer: state.optimizer) { (sums) throws(Failure) in
            try plan.slices.share(&sums, communicator)
        }
        var result = Result(gradientNorm: norm)
        guard norm.isFinite else {
            result.verdict = watch.verdict(on: "the gradient's norm is \(norm)", state: state.guardState)
            return result
        }
        result.learningRate = schedule.rate(at: state.step) * state.guardState.learningRateFactor
        state.apply(gradient, learningRate: result.learningRate, decay: plan.configuration.averageDecay(at: state.step))
        try plan.slices.exchange(&state.parameters, communicator)
        if try !plan.slices.isFinite(state, communicator) {
            result.verdict = watch.verdict(onBrokenUpdate: "the update made parameters that are not finite", state: state.guardState)
        }
        return result
    }
}

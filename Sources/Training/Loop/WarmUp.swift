import Configuration
import Distributed
import Failures
import Learning
import Sampling

/// The warm-up of the sampler: after each of its steps the step size is adapted to the acceptance, and in windows the metric to the chains, both of all shards
/// together and the same on every rank.
struct WarmUp {
    /// Acceptance; nil where nothing is adapted.
    private let target: Double?
    private let steps: Int
    /// Moves of a training step.
    private let moves: Double
    /// nil where the metric is not adapted.
    private let windows: WarmUpWindows?
    private let shards: Int

    init(_ configuration: RunConfiguration) {
        (target, steps) = (configuration.targetAcceptance, configuration.sampler.adaptSteps)
        moves = Double(configuration.rowsPerStep * configuration.sampler.steps)
        (windows, shards) = (configuration.metricWindows, configuration.run.shards)
    }

    /// Collective. After a step of the warm-up, nothing later.
    /// - Parameters:
    ///   - report: of all shards.
    ///   - own: the shards of this rank, with the chains of the step.
    func adapt(
        _ state: inout TrainingState, _ report: ShardReport, _ own: [ShardState], _ communicator: any Communicator
    ) throws(Failure) {
        guard let target, state.step < steps else { return }
        state.stepSize?.update(acceptance: report[.accepted] / moves, target: target)
        guard let windows, let metric = state.metric, windows.steps.contains(state.step) else { return }
        if let sums = try sums(metric, own, communicator) { state.metric?.add(sums) }
        guard windows.ends.contains(state.step + 1) else { return }
        state.metric?.endWindow()
        state.stepSize?.restart()
    }

    /// Collective. Of the chains of all shards; nil where they are too far apart for floats. Each value has a scale of its own in the exact sum, so that the bits
    /// depend on nothing but the chains.
    private func sums(_ metric: MetricAdaptation, _ own: [ShardState], _ communicator: any Communicator) throws(Failure) -> [Float]? {
        let parts = own.map { shard in metric.sums(of: shard.negatives, where: shard.isNegative) }
        let count = 1 + 2 * metric.dimension
        var sum = ExactSum(tensors: (0..<count).map { $0..<$0 + 1 }, shards: shards)
        var outcome = ExactSum.Outcome.rescaled
        while outcome == .rescaled {
            sum.begin()
            for part in parts { sum.part.add(part) }
            outcome = try sum.reduce(over: communicator)
        }
        guard outcome == .exact else { return nil }
        var total = [Float](repeating: 0, count: count)
        sum.total(into: &total)
        return total
    }
}

import Configuration
import Datasets
import Distributed
import Failures
import Learning
import Numerics
import Sampling

/// Makes the lines of metrics.jsonl and the final table from what the steps leave behind.
package final class Reporter {
    private let plan: RunPlan
    private var lastTimes = PhaseTimes()
    private var lastInstant = ContinuousClock.now
    private var lastSteps = 0

    init(_ plan: RunPlan) { self.plan = plan }

    /// The clock of the first interval starts.
    func start() { lastInstant = .now }

    /// Collective. The line of a step.
    func report(_ result: Trainer.StepResult, trainer: Trainer) throws(Failure) -> StepReport {
        let configuration = plan.configuration
        let profile = plan.profile
        let (seconds, ranks, wall, steps) = try interval(trainer)
        let rate = Double(configuration.rowsPerStep) * Double(steps) / max(wall, 1e-9)
        let modes = try ChainModes(trainer, trainer.communicator)
        let loop = StepReport.Loop(
            step: trainer.state.step, gradientNorm: result.gradientNorm,
            samplerStepSize: trainer.state.stepSize.map { _ in configuration.sampler.stepSize * Double(result.tuning.stepSizeFactor) },
            metricSpread: result.tuning.metric?.spread,
            exchangedBytes: exchangedBytes(trainer), swapRates: try trainer.replicas?.swapRates(trainer.shards, trainer.communicator),
            modesCovered: modes?.covered, modesPerShard: modes?.perShard,
            learningRate: Double(result.learningRate), skipped: trainer.state.guardState.skips, seconds: seconds,
            wallSeconds: wall, rankSeconds: Self.work(of: ranks), ranks: ranks.count > Self.mostGroups ? ranks.count : nil,
            chainStepsPerSecond: profile.movesChains ? rate * Double(configuration.sampler.steps) : nil,
            evaluationsPerSecond: rate * evaluations(result, step: trainer.state.step - 1))
        return StepReport(measures: profile.measures.values(result.sums), loop: loop)
    }

    /// Passes for each data row of a step.
    private func evaluations(_ result: Trainer.StepResult, step: Int) -> Double {
        plan.profile.evaluations(atStep: step) - plan.mostTreeEvaluations + result.sums[.treeEvaluations] / result.sums.rows
    }

    private func exchangedBytes(_ trainer: Trainer) -> Int? {
        // Rank 0 alone writes the line: the others need not count the places of a shuffle.
        guard trainer.communicator.rank == 0 else { return nil }
        return trainer.buffers?.bytesOfNewestExchange(steps: trainer.state.step) ?? trainer.replicas?.bytesOfSwap
    }

    /// Collective. Seconds per phase since the last line, averaged over ranks, and of each rank; wall seconds; steps.
    private func interval(_ trainer: Trainer) throws(Failure) -> ([String: Double], ranks: [[Double]], Double, Int) {
        var now = trainer.times
        now.add(lastTimes, scale: -1)
        lastTimes = trainer.times
        let means = try Self.allRanks(now.seconds, trainer.communicator)
        let instant = ContinuousClock.now
        defer { (lastInstant, lastSteps) = (instant, trainer.stepsDone) }
        let steps = trainer.stepsDone - lastSteps
        let named = Phase.allCases.map { phase in (phase.rawValue, means.map { $0[phase.index] }.reduce(0, +) / Double(means.count)) }
        return (Dictionary(uniqueKeysWithValues: named), means, (instant - lastInstant) / .seconds(1), steps)
    }

    /// Phases in which a rank works for itself: in the others it may wait.
    private static let ownPhases = [Phase.data, .sampling, .gradients]
    private static let mostGroups = 64

    /// Seconds of work of each rank, or the most of each group of neighbours; nil for one rank.
    package static func work(of ranks: [[Double]]) -> [Double]? {
        guard ranks.count > 1 else { return nil }
        let work = ranks.map { seconds in ownPhases.reduce(0) { $0 + seconds[$1.index] } }
        let groups = min(work.count, mostGroups)
        return (0..<groups).map { group in
            let most = work[group * work.count / groups..<(group + 1) * work.count / groups].max() ?? 0
            return (most * 1e4).rounded() / 1e4
        }
    }

    /// Collective. Where the time of this process's steps went.
    func table(trainer: Trainer, wall: Double) throws(Failure) -> PerformanceTable {
        let (traffic, node) = (trainer.traffic, trainer.communicator.node)
        let sent = try Self.allRanks([Double(traffic.messages), Double(traffic.bytes)], trainer.communicator)
        return PerformanceTable(
            seconds: try Self.allRanks(trainer.times.seconds, trainer.communicator), wallSeconds: wall,
            exchanged: trainer.buffers == nil ? nil : (sent.reduce(0) { $0 + $1[0] }, sent.reduce(0) { $0 + $1[1] }),
            evaluations: evaluations(trainer),
            waitingShares: try waitingShares(trainer), crowd: node.ranks > node.nodeCores ? (node.ranks, node.nodeCores) : nil)
    }

    /// Passes of single rows that this process's steps took, those that a rollback took back counted as the newest ones.
    private func evaluations(_ trainer: Trainer) -> Double {
        let (profile, end) = (plan.profile, trainer.state.step)
        let passes = profile.evaluations(beforeStep: end) - profile.evaluations(beforeStep: end - trainer.stepsDone)
        let rows = Double(plan.configuration.rowsPerStep)
        return rows * (passes - plan.mostTreeEvaluations * Double(trainer.stepsDone)) + trainer.treeEvaluations
    }

    /// Collective. All ranks have sampled the same steps, so that all know theirs or none.
    private func waitingShares(_ trainer: Trainer) throws(Failure) -> [Double]? {
        guard let share = trainer.waiting.share, trainer.communicator.size > 1 else { return nil }
        return try Self.allRanks([share], trainer.communicator).map { $0[0] }
    }

    /// Collective. The values of each rank.
    private static func allRanks(_ values: [Double], _ communicator: any Communicator) throws(Failure) -> [[Double]] {
        let layout = try ShardLayout(shards: communicator.size, ranks: communicator.size)
        let all = try communicator.gather(values, perShard: values.count, layout: layout)
        return stride(from: 0, to: all.count, by: values.count).map { Array(all[$0..<$0 + values.count]) }
    }
}

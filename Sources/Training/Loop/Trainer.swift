import Configuration
import Datasets
import Distributed
import Failures
import Learning
import Model
import Numerics
import Sampling

/// The training loop: where model, samples and ranks meet.
///
/// Every rank holds the parameters and its own shards. `step` reads as the recipe. All of it is a function of (configuration, step), so that ranks, threads and restarts cannot be seen in the result.
package final class Trainer {
    package let plan: RunPlan
    package let communicator: any Communicator
    /// This rank's.
    package var shards: [ShardState] { learner.shards }
    package private(set) var state: TrainingState
    /// Steps computed by this process: those that were left out or that a rollback takes back included.
    package private(set) var stepsDone = 0
    /// Rows that the energy was evaluated at in these steps, on all ranks, for trajectories that double.
    package private(set) var treeEvaluations = 0.0
    /// Time of this rank, averaged over its threads where they work.
    package private(set) var times = PhaseTimes()
    /// What of the time of the sum is waiting for other ranks.
    private(set) var waiting: WaitingTime
    /// What this rank sent to others in exchanges of samples.
    package private(set) var traffic = ExchangeTraffic()
    package let buffers: BufferExchange?
    package let replicas: ReplicaExchange?
    private let team: ThreadTeam
    private let learner: any Learner
    private let workers: [ShardWorker]
    private let engines: Engines
    private var sum: GradientSum
    private var gradient: [Float]
    private let watch: Guard
    private let parameterUpdate: ParameterUpdate
    private let warmUp: WarmUp

    /// A trainer before its first step, its chains not populated.
    package init(_ plan: RunPlan, threads: Int, _ communicator: any Communicator) {
        let configuration = plan.configuration
        self.plan = plan
        self.communicator = communicator
        state = plan.initialState(ofRank: communicator.rank)
        let own = plan.layout.range(of: communicator.rank)
        team = ThreadTeam(count: max(1, min(threads, own.count)))
        let progress = communicator.progress
        engines = plan.makeEngines(threads: team.count) { progress.note("sampling") }
        (learner, workers) = plan.makeLearner(own, engines)
        sum = GradientSum(
            tensors: plan.networks.layout.tensors.map(\.range), shards: configuration.run.shards, threads: team.count,
            tallies: plan.profile.tallies, isExact: configuration.run.reduction == .exact, slices: plan.slices.layout)
        gradient = Array(repeating: 0, count: state.optimizer.own.count)
        watch = Guard(policy: configuration.guard.policy, maximumGap: configuration.guard.maximumGap)
        parameterUpdate = ParameterUpdate(plan, watch, communicator)
        warmUp = WarmUp(configuration)
        waiting = WaitingTime(sharesCores: communicator.node.ranks > communicator.node.nodeCores)
        buffers = BufferExchange(plan)
        replicas = ReplicaExchange(plan)
    }

    /// Fills the chains of a new run.
    package func populate() {
        let learner = learner
        forEachShard { learner.populate($0, thread: $1) }
        prepareWeights(iterating: false)
    }

    /// Takes over the state of a checkpoint, whose chains are in the shards already.
    package func restore(_ state: TrainingState) throws(Failure) {
        self.state = state
        try sum.restore(exponents: state.exponents)
        prepareWeights(iterating: false)
    }

    /// One step: negatives, gradients, their sum, guard, update, exchange. Collective.
    package func step(stop: Bool) throws(Failure) -> StepResult {
        let (step, updates) = (state.step, plan.profile.updates)
        stepsDone += 1
        times.start()
        sampleNegatives()
        try plan.model.checkEvaluations()
        // Samples on their way to other shards travel while gradients are computed and summed.
        let travelling = try buffers?.begin(step, shards, communicator)
        times.stamp(.exchange)
        // Several updates with the data and negatives of a step are made all, or none.
        let before = updates > 1 ? state : nil
        var result = StepResult(sums(of: ShardReport([])), tuning: tuning)
        for number in 0..<updates where result.verdict == .update {
            let outcome = try sumGradients(stop: stop)
            let found = sums(of: sum.report)
            result.note(found, stopRequested: sum.stopRequested, isFirst: number == 0)
            result.verdict = watch.judge(outcome, gap: found.gap, loss: found[.loss], state: state.guardState)
            if result.verdict == .update { try update(&result, isFirst: number == 0) }
            times.stamp(.optimiser)
        }
        treeEvaluations += result.sums[.treeEvaluations]
        try conclude(result.verdict, before)
        times.stamp(.optimiser)
        // Here whatever the verdict: a checkpoint, a rollback and an end find the buffers whole.
        try replicas?.swap(step, shards, communicator)
        if let travelling {
            try travelling.finish()
            traffic.add(travelling.traffic)
        }
        times.stamp(.exchange)
        return result
    }

    /// Goes back to the state of a rollback point with half the learning rate.
    package func rollBack(to saved: TrainingState, _ points: RollbackPoints) throws(Failure) {
        var (saved, guardState) = (saved, saved.guardState)
        // What later steps have found counts on: the saved state knows nothing of it.
        (guardState.rollbacks, guardState.returnedTo) = (state.guardState.rollbacks, state.guardState.returnedTo)
        guardState.newestPoint = state.guardState.newestPoint
        points.remember(saved.step, from: state.step, in: &guardState)
        saved.guardState = guardState
        try restore(saved)
    }

    /// Remembers a step's gap for the next report.
    func note(gap: Double) { state.health.note(gap: gap) }

    func note(rHat: Double?) { state.health.note(rHat: rHat) }

    func note(_ comparison: NoiseComparison?) { state.health.note(comparison) }

    /// A report ends the interval.
    func startHealthInterval() { state.health.startInterval() }

    /// Charges the time since the last stamp to a phase outside of `step`.
    package func charge(_ phase: Phase) { times.stamp(phase) }

    /// Collective. Brings the shards' negatives to samples of the model, where the objective's are not: of the averaged parameters, as all commands draw them.
    package func drawSamples() throws(Failure) {
        guard !plan.profile.hasChains else { return }
        var modelState = state.modelState
        engines.prepare(parameters: try bestParameters(), state: &modelState, iterating: false)
        defer { prepareWeights(iterating: false) }
        let rows = try communicator.agree { plan.condition == nil ? nil : try plan.configuration.learnedRows(plan.source) }
        let (chains, step, decodes) = (plan.configuration.freshChains(for: plan.rowMetadata.rows), state.step, plan.networks.isLatent)
        forEachShard { shard, worker in
            guard let fresh = worker.freshChains else { preconditionFailure("training draws the samples of this objective") }
            let engine = worker.engine
            // Each sample has the condition of a data row of the step.
            rows?.fill(worker, step: step, shard: shard.index)
            let given = rows?.condition.map { TileCondition($0, worker.condition) }
            shard.negatives.copy(
                from: chains.samples(
                    fresh, step: step, index: shard.index, in: engine.chainPotential, condition: given,
                    proposal: engine.proposal, decoder: decodes ? engine.generator : nil))
            worker.times.stamp(.report)
        }
        chargeWorkers()
    }

    /// Collective. The parameters to sample from and to evaluate: the average where there is one.
    package func bestParameters() throws(Failure) -> [Float] { try plan.slices.bestParameters(state, communicator) }

    // MARK: parts of a step

    private func sampleNegatives() {
        communicator.progress.note("sampling")
        let (learner, step, tuning) = (learner, state.step, tuning)
        for worker in workers { worker.tuning = tuning }
        forEachShard { learner.sampleNegatives($0, thread: $1, step: step) }
        chargeWorkers()
    }

    /// Collective. The gradients of all shards and their sum over threads and ranks; again while the sum's scales have to change, which is rare.
    private func sumGradients(stop: Bool) throws(Failure) -> ExactSum.Outcome {
        communicator.progress.note("gradients")
        let before = times[.sum]
        var outcome = ExactSum.Outcome.rescaled
        while outcome == .rescaled {
            sum.begin()
            addGradients()
            try plan.model.checkEvaluations()
            try waiting.meet(step: stepsDone, communicator)
            outcome = try sum.reduce(into: &gradient, stop: stop, communicator)
        }
        times.stamp(.sum)
        waiting.note(step: stepsDone, seconds: times[.sum] - before)
        return outcome
    }

    private func addGradients() {
        let (learner, workers, step, adder) = (learner, workers, state.step, sum.adder)
        forEachShard { place, thread in
            learner.addGradient(place, thread: thread, step: step)
            let (shard, worker) = (learner.shards[place], workers[thread])
            adder.add(worker.engine.wholeGradient, shard.report, ofShard: shard.index, thread: thread)
            worker.times.stamp(.sum)
        }
        chargeWorkers()
    }

    private func sums(of report: ShardReport) -> StepSums {
        let configuration = plan.configuration
        return StepSums(
            report, pending: plan.profile.pending(atStep: state.step), rows: configuration.rowsPerStep,
            negatives: configuration.negativesPerStep, rowValues: plan.source.shape.count,
            stepSizeFactor: tuning.stepSizeFactor)
    }

    /// Collective. Moves parameters and average, and prepares the weights of the next passes.
    private func update(_ result: inout StepResult, isFirst: Bool) throws(Failure) {
        let made = try parameterUpdate.make(&state, &gradient)
        if isFirst { (result.gradientNorm, result.learningRate) = (made.gradientNorm, made.learningRate) }
        result.verdict = made.verdict
        if made.verdict == .update { prepareWeights(iterating: true) }
    }

    /// Collective. The next step follows an update, and one that is left out: then the parameters stay, and the objective has started afresh the chains that are not
    /// finite.
    private func conclude(_ verdict: Guard.Verdict, _ before: TrainingState?) throws(Failure) {
        switch verdict {
        case .update: state.guardState.consecutiveSkips = 0
        case .skip:
            if let before {
                state = before
                prepareWeights(iterating: false)
            }
            state.guardState.consecutiveSkips += 1
            state.guardState.skips += 1
        case .rollBack, .stop: return
        }
        try advance()
    }

    private func advance() throws(Failure) {
        try warmUp.adapt(&state, sum.report, shards, communicator)
        state.step += 1
        if let exponents = sum.exponents { state.exponents = exponents }
    }

    /// The sampler's: what is tried during the warm-up, what it has found afterwards.
    var tuning: KernelTuning {
        KernelTuning(state.stepSize, state.metric, isFinished: state.step >= plan.configuration.sampler.adaptSteps)
    }

    private func prepareWeights(iterating: Bool) {
        engines.prepare(parameters: state.parameters, state: &state.modelState, iterating: iterating)
    }

    /// Calls `work` for each own shard, on the threads of this rank.
    func forEachShard(_ work: @escaping @Sendable (ShardState, ShardWorker) -> Void) {
        let (shards, workers) = (shards, workers)
        forEachShard { place, thread in work(shards[place], workers[thread]) }
    }

    private func forEachShard(_ work: @escaping @Sendable (_ place: Int, _ thread: Int) -> Void) {
        let workers = workers
        let progress = communicator.progress
        team.forEach(learner.shards.indices) { thread, place in
            // Started here and not before the team wakes up: that would charge the wake-up to the first phase of a shard.
            workers[thread].times.start()
            work(place, thread)
            progress.note("a shard")
        }
    }

    /// Moves the workers' times into this rank's, averaged over threads.
    func chargeWorkers() {
        for worker in workers {
            times.add(worker.times, scale: 1 / Double(workers.count))
            worker.times.reset()
        }
        times.start()
    }
}

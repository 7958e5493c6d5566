import Configuration
import Learning
import Model
import Numerics
import Training

/// The objective of a trainer at work on one thread and on shards of its own, with parameters that a test chooses.
struct LearnerBench {
    let trainer: Trainer
    let engines: Engines
    let learner: any Learner
    let worker: ShardWorker

    /// With the trainer's present parameters; chains are filled as those of a new run.
    init(_ trainer: Trainer) {
        self.trainer = trainer
        let plan = trainer.plan
        engines = plan.makeEngines(threads: 1)
        let (learner, workers) = plan.makeLearner(0..<plan.configuration.run.shards, engines)
        (self.learner, worker) = (learner, workers[0])
        for place in learner.shards.indices { learner.populate(place, thread: 0) }
        prepare(trainer.state.parameters)
    }

    var plan: RunPlan { trainer.plan }
    var engine: any Engine { worker.engine }
    var shards: [ShardState] { learner.shards }

    func prepare(_ parameters: [Float]) {
        var state = trainer.state.modelState
        engines.prepare(parameters: parameters, state: &state, iterating: false)
    }

    func sampleNegatives(_ shard: Int = 0, step: Int = 0) { learner.sampleNegatives(shard, thread: 0, step: step) }

    /// A shard's gradient on negatives that are there already.
    func gradient(_ shard: Int = 0, step: Int = 0) -> [Float] {
        learner.addGradient(shard, thread: 0, step: step)
        return engine.wholeGradient.values
    }

    /// As above, with some parameters.
    func gradient(_ parameters: [Float], _ shard: Int = 0, step: Int = 0) -> [Float] {
        prepare(parameters)
        return gradient(shard, step: step)
    }

    /// Weights of the present parameters, for a test's own passes.
    func weights(_ parameters: [Float]) -> RunWeights {
        let weights = RunWeights(plan.networks)
        var state = trainer.state.modelState
        weights.prepare(parameters: parameters, state: &state, iterating: false)
        return weights
    }
}

import Numerics

/// An objective at work on the shards of a rank: what the trainer sees of it. Shards are told apart by their place on the rank.
package protocol Learner: AnyObject, Sendable {
    /// The rank's shards.
    var shards: [ShardState] { get }

    /// `Objective.populate` for a shard, on a thread.
    func populate(_ place: Int, thread: Int)

    /// `Objective.sampleNegatives` for a shard, on a thread, with a new report.
    func sampleNegatives(_ place: Int, thread: Int, step: Int)

    /// `Objective.addGradient` for a shard, on a thread, whose gradient is that of the shard alone afterwards.
    func addGradient(_ place: Int, thread: Int, step: Int)
}

extension Objective {
    /// The objective with what it keeps for some shards, and what it needs on each thread.
    package func makeLearner(shards: Range<Int>, workers: [ShardWorker], _ make: TileMaker) -> any Learner {
        ObjectiveLearner(self, shards: shards, workers: workers, make)
    }

    /// The tensors that a shard keeps between steps, in the order of checkpoints.
    package func keptTensors(_ make: TileMaker) -> [StateTensor] { makeState(0, make).kept.map(\.tensor) }

    /// Counts the scratch of a thread.
    package func countScratch(_ make: TileMaker) { _ = makeScratch(make) }
}

/// States and scratch have the objective's own types here, so that nothing is looked up or cast while it works.
private final class ObjectiveLearner<O: Objective>: Learner, @unchecked Sendable {
    private let objective: O
    private let states: [O.State]
    private let workers: [ShardWorker]
    /// By thread.
    private let scratch: [O.Scratch]

    var shards: [ShardState] { states }

    init(_ objective: O, shards: Range<Int>, workers: [ShardWorker], _ make: TileMaker) {
        (self.objective, self.workers) = (objective, workers)
        states = shards.map { objective.makeState($0, make) }
        scratch = workers.map { _ in objective.makeScratch(make) }
        let tallies = objective.profile.tallies
        for state in states { state.report = ShardReport(tallies) }
    }

    func populate(_ place: Int, thread: Int) { objective.populate(states[place], scratch[thread], workers[thread]) }

    func sampleNegatives(_ place: Int, thread: Int, step: Int) {
        states[place].report.reset()
        objective.sampleNegatives(states[place], scratch[thread], workers[thread], step: step)
    }

    func addGradient(_ place: Int, thread: Int, step: Int) {
        workers[thread].engine.wholeGradient.fill(0)
        objective.addGradient(states[place], scratch[thread], workers[thread], step: step)
    }
}

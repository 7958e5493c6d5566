import Numerics

/// What a run learns by: how negatives come about, and what a shard adds to the gradient.
///
/// An objective declares all that others need to know of it (`profile`), makes what it keeps for each shard (`State`) and what it needs on each thread
/// (`Scratch`), and works on one shard at a time, on any thread. It must give the same bits wherever it runs: all randomness is a function of
/// (seed, purpose, step, shard). Checkpoints, reports, needs of memory and the loop follow from the declaration and name no objective; the trainer owns
/// the threads and the sum.
package protocol Objective: Sendable {
    /// What a shard keeps between phases and steps: `ShardState`, or a class of the objective's own that adds to it.
    associatedtype State: ShardState = ShardState
    /// The tiles of a thread: nothing in them lasts from one call to the next.
    associatedtype Scratch

    var profile: ObjectiveProfile { get }

    /// The state of a shard before its chains are filled. Tensors that checkpoints save are handed to `ShardState.keep`.
    func makeState(_ shard: Int, _ make: TileMaker) -> State

    func makeScratch(_ make: TileMaker) -> Scratch

    /// Fills a new shard's chains before the first step.
    func populate(_ shard: State, _ scratch: Scratch, _ worker: ShardWorker)

    /// Brings the shard's negatives to where this step's gradient needs them. The report is new.
    func sampleNegatives(_ shard: State, _ scratch: Scratch, _ worker: ShardWorker, step: Int)

    /// Adds the shard's part of the gradient to that of the worker's engine, which is zero before. Called again with the same arguments when the exact
    /// sum needs another scale, and where a step has several updates.
    func addGradient(_ shard: State, _ scratch: Scratch, _ worker: ShardWorker, step: Int)
}

extension Objective {
    package func populate(_ shard: State, _ scratch: Scratch, _ worker: ShardWorker) {}
    package func sampleNegatives(_ shard: State, _ scratch: Scratch, _ worker: ShardWorker, step: Int) {}
}

extension Objective where State == ShardState {
    package func makeState(_ shard: Int, _ make: TileMaker) -> ShardState { ShardState(shard, profile.samples, make) }
}

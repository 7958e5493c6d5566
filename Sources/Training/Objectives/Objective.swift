import Numerics

/// What a run learns by: how negatives come about, and what a shard adds to the gradient.
///
/// Both methods work on one shard, on any thread, and must give the same bits wherever they run: all randomness is a function of
/// (seed, purpose, step, shard). The trainer owns the shards, the threads and the sum.
package protocol Objective: Sendable {
    /// Tiles of scratch that the chains of a worker need.
    var scratchTiles: Int { get }

    /// Whether the chains' sampler rejects proposals, so that reports have an acceptance rate.
    var hasAcceptStep: Bool { get }

    /// Whether `ShardState.negatives` and the replay buffer hold chains of the model, which evaluations look at.
    var hasChains: Bool { get }

    /// Energies of single rows that a training step computes over all shards, with or without a gradient.
    var energyEvaluationsPerStep: Int { get }

    /// Fills a new shard's chains before the first step.
    func populate(_ shard: ShardState, worker: ShardWorker)

    /// Brings the shard's negatives to where this step's gradient needs them.
    func sampleNegatives(_ shard: ShardState, worker: ShardWorker, step: Int)

    /// Adds the shard's part of the gradient to `worker.gradient`. Called again with the same arguments when the exact sum needs another scale.
    func addGradient(_ shard: ShardState, worker: ShardWorker, step: Int)
}

extension Objective {
    package var hasChains: Bool { true }
}

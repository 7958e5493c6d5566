import Numerics

/// What a run learns by: how negatives come about, and what a shard adds to the gradient.
///
/// All methods work on one shard, on any thread, and must give the same bits wherever they run: all randomness is a function of
/// (seed, purpose, step, shard). The trainer owns the shards, the threads and the sum.
package protocol Objective: Sendable {
    var profile: ObjectiveProfile { get }

    /// Fills a new shard's chains before the first step.
    func populate(_ shard: ShardState, worker: ShardWorker)

    /// Brings the shard's negatives to where this step's gradient needs them, and starts its report.
    func sampleNegatives(_ shard: ShardState, worker: ShardWorker, step: Int)

    /// Adds the shard's part of the gradient to `worker.gradient`, which is zero before. Called again with the same arguments when the exact sum needs another scale.
    func addGradient(_ shard: ShardState, worker: ShardWorker, step: Int)
}

extension Objective {
    package func populate(_ shard: ShardState, worker: ShardWorker) {}
    package func sampleNegatives(_ shard: ShardState, worker: ShardWorker, step: Int) { shard.report = ShardReport() }
}

/// What an objective is made of, as far as others need to know: the trainer for its workers, reports for what they can show.
package struct ObjectiveProfile: Sendable {
    /// Tiles of scratch that the sampler of the chains needs.
    package var chainScratch = 0
    /// Tiles that go through the network together in one pass.
    package var passTiles = 1
    /// The highest derivative along lines that gradients need (`EnergyModel.addLineGradient`); 0 for none.
    package var lineOrder = 0
    /// Whether there are negatives, so that an energy gap exists: all but score matching.
    package var hasNegatives = true
    /// Whether negatives are ends of Markov chains, which can be shown and compared with data.
    package var hasChains = false
    /// Whether training itself runs the sampler: not only pictures and measures.
    package var usesSampler = false
    /// Whether the chains' sampler rejects proposals, so that reports have an acceptance rate.
    package var hasAcceptStep = false
    /// Whether there is a loss, not only a gradient: `ShardReport.loss`.
    package var hasLoss = false
    /// Whether a generator learns from rows too, and whether an encoder does: `ShardReport.reconstruction` and `latentDivergence`.
    package var hasDecoder = false
    package var hasEncoder = false
    /// Whether shards keep the gradient at their negatives (`ShardState.anchor`).
    package var keepsGradient = false
    /// Updates of the parameters with the data and negatives of one step.
    package var updates = 1
    /// Passes through the energy and back for each data row of a step: the unit in which objectives are compared. A pass along a line counts as
    /// two (first order) or three (second order).
    package var evaluations = 0.0

    package init() {}
}

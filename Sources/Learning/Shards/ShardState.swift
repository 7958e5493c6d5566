import Numerics
import Sampling

/// What every shard keeps between phases and steps; used by one thread at a time. What an objective keeps beside it, it adds in a class of its own.
open class ShardState: @unchecked Sendable {
    /// The shard's number in the run.
    package final let index: Int
    /// The slice of the replay buffer; nil where chains do not persist.
    package final let replay: ReplayShard?
    /// The negatives of the current step: chains x values of a row. Where the objective has none, samples that were drawn to be shown.
    package final let negatives: Matrix
    /// Where the negatives lie in the replay buffer; empty where chains do not persist.
    package final var slots: [Int] = []
    /// The negatives' places on the ladder of temperatures during the step; empty without one.
    package final var levels: [UInt8] = []
    /// E of the negatives, as the gradient phase found it.
    package final var negativeEnergies: [Float] = []
    package final var report = ShardReport([])
    /// What checkpoints save and restore, in the order of their files.
    package final private(set) var kept: [StateSlot]

    /// - Parameters:
    ///   - index: the shard's number in the run.
    ///   - samples: those that training leaves here.
    package init(_ index: Int, _ samples: SampleLayout, _ make: TileMaker) {
        self.index = index
        let negatives = make.tile(make.dimension)
        let replay = samples.storage.map(make.replay)
        if let replay, let ladder = samples.storage?.ladder {
            replay.levels = Array(repeating: ladder.firstLevel(ofShard: index), count: replay.capacity)
        }
        (self.negatives, self.replay) = (negatives, replay)
        kept = samples.slots(shape: make.networks.sampleShape, rows: make.rows, negatives: negatives, replay: replay)
    }

    /// Keeps a tensor from step to step, and in checkpoints under its name.
    package final func keep(_ slot: StateSlot) {
        precondition(!kept.contains { $0.tensor.name == slot.tensor.name }, "a shard keeps \(slot.tensor.name) already")
        kept.append(slot)
    }

    /// Whether a chain of the step is a sample of the model: on a ladder of temperatures only the coldest ones are.
    package final func isNegative(_ row: Int) -> Bool { levels.isEmpty || levels[row] == 0 }
}

import Numerics
import Sampling

/// What a shard keeps between phases and steps; used by one thread at a time.
final class ShardState: @unchecked Sendable {
    /// The shard's number in the run.
    let index: Int
    /// The slice of the replay buffer; nil where chains do not persist.
    let replay: ReplayShard?
    /// The negatives of the current step: chains x dimension.
    let negatives: Matrix
    var report = ShardReport()

    init(index: Int, chains: Int, dimension: Int, replay: ReplayShard?) {
        self.index = index
        self.replay = replay
        negatives = Matrix(rows: chains, columns: dimension)
    }
}

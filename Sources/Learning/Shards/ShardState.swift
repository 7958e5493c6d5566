import Numerics
import Sampling

/// What a shard keeps between phases and steps; used by one thread at a time.
package final class ShardState: @unchecked Sendable {
    /// The shard's number in the run.
    package let index: Int
    /// The slice of the replay buffer; nil where chains do not persist.
    package let replay: ReplayShard?
    /// The posterior chains of the shard's own data rows, rows x latent values; nil where they are not kept.
    package let latentChains: Matrix?
    /// The negatives of the current step: chains x dimension.
    package let negatives: Matrix
    /// Where the negatives lie in the replay buffer; empty where chains do not persist.
    package var slots: [Int] = []
    /// The negatives' places on the ladder of temperatures during the step; empty without one.
    package var levels: [UInt8] = []
    /// E of the negatives, as the gradient phase found it.
    package var negativeEnergies: [Float] = []
    /// ∇E of the negatives before the step's first update, for objectives that stay close to it; made when first used.
    package private(set) lazy var anchor = Matrix(rows: negatives.rows, columns: negatives.columns)
    /// The positions of the chains before the last step of the sampler, for objectives that look at this step; made when first used.
    package private(set) lazy var beforeLastStep = Matrix(rows: negatives.rows, columns: negatives.columns)
    /// Latent vectors of the step's data rows, and of the prior where it has chains: chains x latent values; made when first used.
    package private(set) lazy var posterior = Matrix(rows: negatives.rows, columns: latent)
    package private(set) lazy var prior = Matrix(rows: negatives.rows, columns: latent)
    package var report = ShardReport()
    private let latent: Int

    package init(index: Int, chains: Int, dimension: Int, replay: ReplayShard?, latent: Int = 0, ownRows: Int = 0) {
        self.index = index
        self.latent = latent
        latentChains = ownRows == 0 ? nil : Matrix(rows: ownRows, columns: latent)
        self.replay = replay
        negatives = Matrix(rows: chains, columns: dimension)
    }

    /// Whether a chain of the step is a sample of the model: on a ladder of temperatures only the coldest ones are.
    package func isNegative(_ row: Int) -> Bool { levels.isEmpty || levels[row] == 0 }
}

import Failures

/// Which rank owns which shards: contiguous ranges, as even as possible, rank r of P owning ⌊rS/P⌋ ..< ⌊(r+1)S/P⌋ of S shards.
public struct ShardLayout: Hashable, Sendable {
    /// The most shards a run may have: with more, one shard that holds all of a gradient could fit no scale of `ExactSum`.
    public static let maximumShards = 8192

    public let shards: Int
    public let ranks: Int

    /// Throws `.configuration` for a number of shards outside 1...8192, `.launch` for more ranks than shards.
    public init(shards: Int, ranks: Int) throws(Failure) {
        precondition(ranks > 0, "a layout needs at least one rank")
        guard (1...Self.maximumShards).contains(shards) else {
            throw Failure(.configuration, "run.shards is \(shards), but must be between 1 and \(Self.maximumShards)")
        }
        guard ranks <= shards else {
            throw Failure(
                .launch,
                "\(ranks) ranks were started for \(shards) shard\(shards == 1 ? "" : "s"), but every rank needs at least one: "
                    + "start at most \(shards) rank\(shards == 1 ? "" : "s") (mpirun -n \(shards)), or for a new run set run.shards=\(ranks) or more"
            )
        }
        self.shards = shards
        self.ranks = ranks
    }

    /// The shards of a rank.
    public func range(of rank: Int) -> Range<Int> {
        precondition((0..<ranks).contains(rank), "rank \(rank) is not one of \(ranks)")
        return rank * shards / ranks..<(rank + 1) * shards / ranks
    }

    /// The rank that owns a shard.
    public func owner(of shard: Int) -> Int {
        precondition((0..<shards).contains(shard), "shard \(shard) is not one of \(shards)")
        return ((shard + 1) * ranks - 1) / shards
    }
}

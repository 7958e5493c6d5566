import Distributed
import Failures
import Numerics

/// Rows of shards of which some are samples of the model and others are not, such as the hot chains of a ladder.
enum ModelSamples {
    /// A row as it travels: whether it is a sample, then its values.
    static func record(_ row: Matrix, isSample: Bool) -> [Double] { [isSample ? 1 : 0] + row.values.map { Double($0) } }

    /// Collective. The samples among the records of all shards, in shard order: rows x width.
    /// - Parameter mine: the records of the own shards, `perShard` of each.
    static func gather(
        _ mine: [Double], perShard: Int, width: Int, layout: ShardLayout, _ communicator: any Communicator
    ) throws(Failure) -> Matrix {
        let length = width + 1
        let all = try communicator.gather(mine, perShard: perShard * length, layout: layout)
        let rows = stride(from: 0, to: all.count, by: length).filter { all[$0] == 1 }
        return Matrix(rows: rows.count, columns: width, rows.flatMap { all[$0 + 1..<$0 + length].map { Float($0) } })
    }
}

import Failures

/// Work dealt to all ranks by tiles whose results all ranks then hold in tile order: the same bits on any number of ranks.
package enum DealtTiles {
    /// Tiles that go together, so that there are no more parts than a layout can have.
    private static func tilesPerPart(_ tiles: Int) -> Int { (tiles + ShardLayout.maximumShards - 1) / ShardLayout.maximumShards }

    /// Collective. The values of all tiles, in order; a failure of one rank is thrown by all.
    /// - Parameters:
    ///   - perTile: how many values `body` gives for a tile.
    package static func gather(
        tiles: Int, perTile: Int, _ communicator: any Communicator, _ body: (Int) throws -> [Double]
    ) throws(Failure) -> [Double] {
        let together = max(1, tilesPerPart(tiles))
        // A rank without a tile takes part with an empty one.
        let layout = try ShardLayout(shards: max((tiles + together - 1) / together, communicator.size), ranks: communicator.size)
        let mine = try communicator.agree {
            let parts = layout.range(of: communicator.rank)
            return try (parts.lowerBound * together..<parts.upperBound * together).flatMap { tile -> [Double] in
                communicator.progress.note("a tile of results")
                guard tile < tiles else { return [Double](repeating: 0, count: perTile) }
                let values = try body(tile)
                precondition(values.count == perTile, "a tile gave \(values.count) values instead of \(perTile)")
                return values
            }
        }
        return Array(try communicator.gather(mine, perShard: together * perTile, layout: layout).prefix(tiles * perTile))
    }

    /// Collective. Some numbers of each of so many rows; tiles of rows are dealt.
    /// - Parameters:
    ///   - columns: how many numbers `body` gives for a row.
    package static func rows(
        _ count: Int, perTile size: Int, columns: Int, _ communicator: any Communicator, _ body: (Range<Int>) throws -> [[Double]]
    ) throws(Failure) -> [[Double]] {
        let values = try gather(tiles: (count + size - 1) / size, perTile: size * columns, communicator) { tile in
            let part = tile * size..<min(count, (tile + 1) * size)
            let found = try body(part)
            precondition(
                found.count == part.count && found.allSatisfy { $0.count == columns }, "\(columns) numbers for each row of \(part)")
            return found.flatMap { $0 } + [Double](repeating: 0, count: (size - part.count) * columns)
        }
        return (0..<count).map { Array(values[$0 * columns..<($0 + 1) * columns]) }
    }
}

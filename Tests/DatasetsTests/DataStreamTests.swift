import Datasets
import Failures
import Numerics
import Testing

/// Rows that tell their number: row r holds 2r and 2r + 1.
private func numbered(_ count: Int) throws -> Dataset {
    try Dataset(name: "numbered", shape: ImageShape(vector: 2), values: .floats((0..<(2 * count)).map { Float($0) }))
}

private func tile(_ stream: DataStream, step: Int, shard: Int) -> [Float] {
    let tile = Matrix(rows: stream.rowsPerShard, columns: stream.shape.count)
    // Whatever stood in the tile must not matter.
    tile.fill(.nan)
    stream.fill(tile, step: step, shard: shard)
    return tile.values
}

@Suite struct DataStreamTests {
    @Test(arguments: [(1, 1, 1), (7, 3, 2), (24, 4, 3), (25, 4, 3), (100, 5, 7), (5, 4, 8)])
    func `every epoch visits every row once over all shards`(count: Int, shards: Int, rows: Int) throws {
        let stream = try DataStream(source: .dataset(numbered(count)), seed: 3, shards: shards, rowsPerShard: rows)
        var visited: [Int] = []
        var step = 0
        while visited.count < 4 * count {
            for shard in 0..<shards {
                visited += tile(stream, step: step, shard: shard).enumerated().filter { $0.offset % 2 == 0 }.map { Int($0.element) / 2 }
            }
            step += 1
        }
        for epoch in 0..<4 { #expect(visited[(epoch * count)..<((epoch + 1) * count)].sorted() == Array(0..<count)) }
        if count >= 24 {
            // Two equal orders of 24 rows have probability 1/24! < 1e-23.
            #expect(visited[0..<count] != visited[count..<(2 * count)])
            #expect(Array(visited[0..<count]) != Array(0..<count))
        }
    }

    @Test func `another seed gives another order`() throws {
        let streams = try [1, 2].map { try DataStream(source: .dataset(numbered(100)), seed: $0, shards: 1, rowsPerShard: 100) }
        #expect(tile(streams[0], step: 0, shard: 0) != tile(streams[1], step: 0, shard: 0))
    }

    @Test func `any position is reached at once and gives what the sequence gives`() throws {
        var preparation = DataPreparation()
        (preparation.dequantize, preparation.noise, preparation.flip) = (true, 0.1, true)
        let make = { try DataStream(source: .dataset(.digits()), preparation: preparation, seed: 5, shards: 8, rowsPerShard: 16) }
        let sequential = try make()
        var last: [Float] = []
        for step in 0...40 { for shard in 0..<8 { last = tile(sequential, step: step, shard: shard) } }
        #expect(tile(try make(), step: 40, shard: 7) == last)
        #expect(tile(try make(), step: 40, shard: 6) != last)
        #expect(sequential.rows(step: 40, shard: 7)?.count == 16)
        #expect(tile(try make(), step: 1 << 40, shard: 7).allSatisfy(\.isFinite))
    }

    @Test func `the rows do not depend on how many shards a rank fills first`() throws {
        let stream = try DataStream(source: .density(PlaneDensity(.rings)), seed: 1, shards: 4, rowsPerShard: 100)
        let forward = (0..<4).map { tile(stream, step: 9, shard: $0) }
        let backward = (0..<4).reversed().map { tile(stream, step: 9, shard: $0) }
        #expect(forward == backward.reversed())
        #expect(Set(forward).count == 4)
    }

    @Test(arguments: [(24, 4, 3), (25, 4, 3), (100, 7, 5), (9, 8, 4)])
    func `dealt rows stay with their shard, and each shard visits its own in epochs`(count: Int, shards: Int, rows: Int) throws {
        let stream = try DataStream(source: .dataset(numbered(count)), seed: 3, shards: shards, rowsPerShard: rows).dealt()
        var all: [Int] = []
        for shard in 0..<shards {
            let visits = (0..<40).flatMap { stream.rows(step: $0, shard: shard) ?? [] }
            let places = (0..<40).flatMap { stream.ownPlaces(step: $0, shard: shard) }
            let own = Set(visits)
            #expect(own.count <= DataStream.mostOwnRows(count, shards: shards) && own.count >= count / shards)
            // The same place is the same row, whenever it comes.
            #expect(Set(zip(places, visits).map { [$0, $1] }).count == own.count && Set(places) == Set(0..<own.count))
            for start in stride(from: 0, to: visits.count - own.count, by: own.count) {
                #expect(Set(visits[start..<start + own.count]) == own)
            }
            #expect(
                tile(stream, step: 5, shard: shard) == stream.rows(step: 5, shard: shard)?.flatMap { [Float(2 * $0), Float(2 * $0 + 1)] })
            all += own
        }
        #expect(all.sorted() == Array(0..<count))
        #expect(count < 24 || all != Array(0..<count))
    }

    @Test func `levels are scaled to the range`() throws {
        let data = try Dataset(name: "levels", shape: ImageShape(vector: 3), values: .levels([0, 8, 16], levels: 17))
        var preparation = DataPreparation()
        (preparation.low, preparation.high) = (-2, 2)
        #expect(
            tile(try DataStream(source: .dataset(data), preparation: preparation, seed: 1, shards: 1, rowsPerShard: 1), step: 0, shard: 0)
                == [-2, 0, 2])
    }

    @Test func `dequantised levels are uniform in their cells`() throws {
        let (count, level, levels) = (20_000, 5, 17)
        let data = try Dataset(
            name: "levels", shape: ImageShape(vector: 1), values: .levels([UInt8](repeating: UInt8(level), count: count), levels: levels))
        var preparation = DataPreparation()
        (preparation.low, preparation.high, preparation.dequantize) = (0, 1, true)
        let stream = try DataStream(source: .dataset(data), preparation: preparation, seed: 2, shards: 1, rowsPerShard: count)
        let places = tile(stream, step: 3, shard: 0).map { $0 * Float(levels) - Float(level) }
        #expect(places.allSatisfy { $0 >= -1e-5 && $0 <= 1 + 1e-5 })
        // Twenty bins of 1000 expected: binomial deviation 30.8, 6 of them is a false alarm below 1e-7 over all bins.
        var bins = [Int](repeating: 0, count: 20)
        for place in places { bins[max(0, min(19, Int(place * 20)))] += 1 }
        #expect(bins.allSatisfy { abs($0 - 1000) < 185 })
    }

    @Test func `noise has the deviation asked for`() throws {
        let count = 50_000
        let data = try Dataset(name: "zeros", shape: ImageShape(vector: 1), values: .floats([Float](repeating: 0, count: count)))
        var preparation = DataPreparation()
        preparation.noise = 0.3
        let stream = try DataStream(source: .dataset(data), preparation: preparation, seed: 2, shards: 1, rowsPerShard: count)
        let values = tile(stream, step: 0, shard: 0).map(Double.init)
        // The variance of n normal numbers has relative deviation √(2/n) = 0.0063; the mean has 0.3/√n = 0.0013. Six of each.
        #expect(abs(values.reduce(0) { $0 + $1 * $1 } / Double(count) / 0.09 - 1) < 0.038)
        #expect(abs(values.reduce(0, +) / Double(count)) < 0.008)
        #expect(tile(stream, step: 1, shard: 0).map(Double.init) != values)
    }

    @Test func `flips mirror about half of the images`() throws {
        let count = 4000
        let image: [UInt8] = [0, 1, 2, 10, 11, 12, 20, 21, 22, 100, 101, 102, 110, 111, 112, 120, 121, 122]
        let mirrored: [UInt8] = [20, 21, 22, 10, 11, 12, 0, 1, 2, 120, 121, 122, 110, 111, 112, 100, 101, 102]
        let data = try Dataset(
            name: "images", shape: ImageShape(height: 2, width: 3, channels: 3),
            values: .levels([[UInt8]](repeating: image, count: count).flatMap { $0 }, levels: 256))
        var preparation = DataPreparation()
        (preparation.low, preparation.high, preparation.flip) = (0, 255, true)
        let stream = try DataStream(source: .dataset(data), preparation: preparation, seed: 2, shards: 1, rowsPerShard: count)
        let values = tile(stream, step: 0, shard: 0)
        let rows = (0..<count).map { row in values[(row * 18)..<(row * 18 + 18)].map { UInt8($0) } }
        let flipped = rows.filter { $0 == mirrored }.count
        #expect(rows.filter { $0 == image }.count == count - flipped)
        // Binomial(4000, 1/2): deviation 31.6; six of them.
        #expect(abs(flipped - 2000) < 190)
    }

    @Test func `standardised columns have mean zero and deviation one`() throws {
        let data = try Dataset(name: "table", shape: ImageShape(vector: 2), values: .floats([1, 100, 3, 500, 5, 600, 7, 800]))
        var preparation = DataPreparation()
        preparation.standardize = true
        let stream = try DataStream(source: .dataset(data), preparation: preparation, seed: 2, shards: 1, rowsPerShard: 4)
        let values = tile(stream, step: 0, shard: 0)
        for column in 0..<2 {
            let numbers = stride(from: column, to: 8, by: 2).map { values[$0] }
            #expect(abs(numbers.reduce(0, +)) < 1e-5)
            #expect(abs(numbers.reduce(0) { $0 + $1 * $1 } - 4) < 1e-5)
        }
        // (1 - 4) / √5 in the first column.
        #expect(stride(from: 0, to: 8, by: 2).contains { abs(values[$0] + 3 / Float(5).squareRoot()) < 1e-6 })
    }

    @Test func `preparations that do not fit the data are refused`() throws {
        let table = try numbered(4)
        let digits = try Dataset.digits()
        let cases: [(DataSource, (inout DataPreparation) -> Void)] = [
            (.dataset(table), { $0.dequantize = true }), (.dataset(table), { $0.flip = true }),
            (.dataset(digits), { $0.standardize = true }),
            (.density(PlaneDensity(.moons)), { $0.standardize = true }), (.dataset(digits), { $0.low = 1 }),
            (.dataset(digits), { $0.noise = -1 }), (.dataset(digits), { $0.noise = .nan }), (.dataset(digits), { $0.high = .infinity }),
        ]
        for (source, change) in cases {
            var preparation = DataPreparation()
            change(&preparation)
            let failure = #expect(throws: Failure.self) {
                try DataStream(source: source, preparation: preparation, seed: 1, shards: 1, rowsPerShard: 1)
            }
            #expect(failure?.kind == .configuration)
        }
        let constant = try Dataset(name: "table", shape: ImageShape(vector: 2), values: .floats([1, 2, 1, 3]), columnNames: ["a", "b"])
        var preparation = DataPreparation()
        preparation.standardize = true
        let stream = try DataStream(source: .dataset(constant), preparation: preparation, seed: 1, shards: 1, rowsPerShard: 1)
        // A constant column has no deviation to be scaled by.
        #expect(stream.scales?.moments == ColumnMoments(means: [1, 2.5], deviations: [1, 0.5]))
    }
}

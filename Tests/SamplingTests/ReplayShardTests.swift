import Numerics
import Sampling
import Testing

/// Samples come back as they were stored, chains are drawn evenly, and each way of replacement does what it promises.
struct ReplayShardTests {
    static func stream(step: Int, index: Int = 0) -> RandomStream { RandomStream(seed: 3, purpose: .test, step: step, index: index) }

    static func row(_ values: [Float]) -> Matrix { Matrix(rows: 1, columns: values.count, values) }

    static func read(_ shard: ReplayShard, _ slot: Int, step: Int = 0, from draw: Int = 0) -> [Float] {
        let row = Matrix(rows: 1, columns: shard.dimension)
        shard.read(slot, into: row, dither: stream(step: step), from: draw)
        return row.values
    }

    @Test func `float storage gives back every bit, NaN and infinities included`() {
        let shard = ReplayShard(capacity: 4, dimension: 3, options: ReplayOptions())
        let samples: [[Float]] = [[0.1, -2, Float.leastNonzeroMagnitude], [.nan, .infinity, -.infinity], [1, 2, 3], [-0.0, 0, 5]]
        for (slot, sample) in samples.enumerated() { shard.write(Self.row(sample), age: Int32(slot * 7), slot: slot) }
        for (slot, sample) in samples.enumerated() {
            #expect(Self.read(shard, slot).map(\.bitPattern) == sample.map(\.bitPattern))
        }
        #expect(shard.ages == [0, 7, 14, 21])
    }

    @Test func `byte storage gives back a value of the same level: less than a 256th of the range away, and clamped outside of it`() {
        let range: ClosedRange<Float> = -1...3
        let shard = ReplayShard(capacity: 1, dimension: 4096, options: ReplayOptions(storage: .byte(range)))
        let values = Matrix(rows: 1, columns: 4096)
        Self.stream(step: 1).fillUniforms(values)
        let samples = values.values.map { -1.2 + 4.4 * $0 }
        shard.write(Self.row(samples), age: 0, slot: 0)
        let width = (range.upperBound - range.lowerBound) / 256
        for (old, new) in zip(samples, Self.read(shard, 0)) {
            #expect(range.contains(new))
            let inside = min(max(old, range.lowerBound), range.upperBound)
            // A level is [k, k + 1) widths; the sum rounds to 2^-23.
            #expect(abs(new - inside) <= width + 4 * 0x1p-23, "\(old) came back as \(new)")
        }
    }

    @Test func `what was read once and stored again keeps its byte`() {
        let shard = ReplayShard(capacity: 1, dimension: 256, options: ReplayOptions(storage: .byte(-1...1)))
        shard.storedBytes = (0...255).map { UInt8($0) }
        for step in 0..<20 {
            let row = Matrix(rows: 1, columns: 256)
            shard.read(0, into: row, dither: Self.stream(step: step), from: 0)
            shard.write(row, age: 0, slot: 0)
        }
        // u reaches 1 - 2^-24, which rounds to the next level where the level is large: at most one in 2^16 reads of a value.
        let moved = zip(shard.storedBytes, 0...255).filter { Int($0) != $1 }.count
        #expect(moved <= 1)
    }

    @Test(arguments: [ReplayOptions.Storage.float, .byte(-1...1)])
    func `a record carries sample and age to another buffer, bit for bit`(storage: ReplayOptions.Storage) {
        let options = ReplayOptions(storage: storage)
        let (from, to) = (
            ReplayShard(capacity: 3, dimension: 5, options: options), ReplayShard(capacity: 4, dimension: 5, options: options)
        )
        from.storedBytes = (0..<from.storedBytes.count).map { UInt8(truncatingIfNeeded: 11 * $0 + 3) }
        from.ages = [5, .max, 0x0102_0304]
        var bytes: [UInt8] = []
        for slot in [2, 1] { from.appendRecord(of: slot, to: &bytes) }
        let size = ReplayShard.recordBytes(dimension: 5, options: options)
        #expect(bytes.count == 2 * size && size == (storage == .float ? 24 : 9))
        let untouched = to.storedBytes
        to.replace(slot: 0, byRecord: bytes[..<size])
        to.replace(slot: 3, byRecord: bytes[size...])
        let length = size - 4
        #expect(Array(to.storedBytes[..<length]) == Array(from.storedBytes[2 * length..<3 * length]))
        #expect(Array(to.storedBytes[3 * length..<4 * length]) == Array(from.storedBytes[length..<2 * length]))
        #expect(to.storedBytes[length..<3 * length] == untouched[length..<3 * length] && to.ages == [0x0102_0304, 0, 0, .max])
    }

    @Test func `values outside of the range and NaN become the end levels`() {
        let shard = ReplayShard(capacity: 1, dimension: 6, options: ReplayOptions(storage: .byte(0...1)))
        shard.write(Self.row([-5, 0, 1, 7, .infinity, .nan]), age: 0, slot: 0)
        #expect(shard.storedBytes == [0, 0, 255, 255, 255, 0])
    }

    @Test func `dequantised values are uniform inside their level, and no two values of a step share a draw`() {
        let dimension = 64
        let shard = ReplayShard(capacity: 2, dimension: dimension, options: ReplayOptions(storage: .byte(0...256)))
        shard.storedBytes = Array(repeating: 7, count: 2 * dimension)
        var bins = [Int](repeating: 0, count: 64)
        for step in 0..<500 {
            for value in Self.read(shard, 0, step: step) { bins[min(63, Int((value - 7) * 64))] += 1 }
        }
        let chiSquare = Statistics.chiSquare(bins)
        #expect(Statistics.chiSquareIsPlausible(chiSquare, degrees: 63), "\(chiSquare)")
        #expect(Self.read(shard, 0) != Self.read(shard, 1, from: dimension))
    }

    @Test(arguments: [ReplayOptions.Storage.float, .byte(-2...2)])
    func `stored bytes put into another shard make it the same`(storage: ReplayOptions.Storage) {
        let options = ReplayOptions(storage: storage)
        let (first, second) = (
            ReplayShard(capacity: 5, dimension: 3, options: options), ReplayShard(capacity: 5, dimension: 3, options: options)
        )
        for slot in 0..<5 {
            let row = Matrix(rows: 1, columns: 3)
            Self.stream(step: slot).fillNormals(row)
            first.write(row, age: 1, slot: slot)
        }
        #expect(first.storedBytes.count == 15 * first.bytesPerValue)
        second.storedBytes = first.storedBytes
        for slot in 0..<5 { #expect(Self.read(first, slot) == Self.read(second, slot)) }
    }

    @Test func `the drawn slots of a step are distinct, and every pair of slots is as likely as any other`() {
        let shard = ReplayShard(capacity: 7, dimension: 1, options: ReplayOptions())
        var pairs = [Int](repeating: 0, count: 49)
        for step in 0..<20_000 {
            let slots = shard.draw(count: 4, key: Self.stream(step: step))
            #expect(Set(slots).count == 4 && slots.allSatisfy { (0..<7).contains($0) })
            pairs[slots[0] * 7 + slots[1]] += 1
        }
        let counts = pairs.indices.filter { $0 / 7 != $0 % 7 }.map { pairs[$0] }
        #expect(Statistics.chiSquareIsPlausible(Statistics.chiSquare(counts), degrees: 41))
        #expect(shard.draw(count: 7, key: Self.stream(step: 0)).sorted() == Array(0..<7))
    }

    @Test func `in-place replacement returns every chain to its slot`() {
        let shard = ReplayShard(capacity: 6, dimension: 1, options: ReplayOptions())
        #expect((0..<6).map { shard.slot(afterStartingFrom: $0, random: Self.stream(step: 0), draw: $0) } == Array(0..<6))
        #expect(shard.offered == 0)
    }

    @Test func `a reservoir is a uniform sample of everything it was offered`() {
        let (capacity, items, runs, tile) = (10, 60, 4000, 4)
        var kept = [Int](repeating: 0, count: items)
        for run in 0..<runs {
            let shard = ReplayShard(
                capacity: capacity, dimension: 1, options: ReplayOptions(replacement: .reservoir))
            for item in 0..<items {
                // As in training: a stream for each step, a draw for each row of the tile.
                let random = Self.stream(step: item / tile, index: run)
                if let slot = shard.slot(afterStartingFrom: 0, random: random, draw: item % tile) {
                    shard.write(Self.row([Float(item)]), age: 0, slot: slot)
                }
            }
            #expect(shard.offered == items)
            for slot in 0..<capacity { kept[Int(Self.read(shard, slot)[0])] += 1 }
        }
        // Each item is kept with probability p = capacity/items; in one run exactly `capacity` are, so the counts have the covariance
        // p(1 - p)(δ - 1/n) n/(n - 1): this sum is chi-square with n - 1 degrees of freedom.
        let p = Double(capacity) / Double(items)
        let (n, expected) = (Double(items), Double(runs) * p)
        let chiSquare =
            kept.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) } / (Double(runs) * p * (1 - p)) * (n - 1) / n
        #expect(Statistics.chiSquareIsPlausible(chiSquare, degrees: items - 1), "\(chiSquare)")
    }
}

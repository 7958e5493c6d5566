import Formats
import Learning
import Numerics
import Sampling
import Testing
import Training

struct LittleEndianTests {
    @Test func `numbers become little-endian bytes and come back`() {
        #expect(LittleEndian.bytes(of: [Int32(1), -2]) == [1, 0, 0, 0, 254, 255, 255, 255])
        #expect(LittleEndian.bytes(of: [Float(1)]) == [0, 0, 0x80, 0x3f])
        let floats: [Float] = [0, -0.0, 1.5, .infinity, .leastNonzeroMagnitude]
        let back: [Float] = LittleEndian.values(of: LittleEndian.bytes(of: floats))
        #expect(back.map(\.bitPattern) == floats.map(\.bitPattern))
        let counts: [Int64] = LittleEndian.values(of: LittleEndian.bytes(of: [Int64.max, .min, 7]))
        #expect(counts == [.max, .min, 7])
        #expect(LittleEndian.bytes(of: [Float]()).isEmpty)
    }
}

struct ChannelOrderTests {
    @Test func `two pixels of three channels become three planes of two pixels, and come back`() {
        let shape = ImageShape(height: 1, width: 2, channels: 3)
        let inner: [Float] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
        let outer: [Float] = [1, 4, 2, 5, 3, 6, 7, 10, 8, 11, 9, 12]
        #expect(ChannelOrder.outermost(inner, shape: shape) == outer)
        #expect(ChannelOrder.innermost(outer, shape: shape) == inner)
        #expect(ChannelOrder.outermost([UInt8](1...12), shape: shape, valueSize: 1) == [1, 4, 2, 5, 3, 6, 7, 10, 8, 11, 9, 12])
    }

    @Test(
        arguments: [ImageShape(height: 3, width: 5, channels: 4), ImageShape(height: 2, width: 2, channels: 1), ImageShape(vector: 7)],
        [1, 4])
    func `every shape survives both ways, with values of one and four bytes`(shape: ImageShape, valueSize: Int) {
        let bytes = (0..<3 * shape.count * valueSize).map { UInt8(truncatingIfNeeded: $0 &* 37) }
        let outer = ChannelOrder.outermost(bytes, shape: shape, valueSize: valueSize)
        #expect(ChannelOrder.innermost(outer, shape: shape, valueSize: valueSize) == bytes)
        #expect((outer == bytes) == (shape.channels == 1 || shape.isVector))
    }
}

struct ChainsFileTests {
    @Test(
        arguments: [nil, ReplayOptions(), ReplayOptions(storage: .byte(-1...2))],
        [ImageShape(vector: 3), ImageShape(height: 2, width: 3, channels: 2)])
    func `the parts of all shards cover the data section without gap or overlap`(options: ReplayOptions?, shape: ImageShape) {
        let file = ChainsFile(shards: 5, capacity: 7, shape: shape, options: options)
        let ranges = (0..<5).flatMap { file.ranges(of: $0) }.sorted { $0.lowerBound < $1.lowerBound }
        #expect(ranges.first?.lowerBound == 0 && ranges.last?.upperBound == file.header.dataCount)
        #expect(zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
        #expect(file.header.fileSize == file.header.bytes.count + file.header.dataCount)
        let valueSize = options?.storage == .byte(-1...2) ? 1 : 4
        #expect(file.header.dataCount == 35 * shape.count * valueSize + 35 * 4 + 5 * 8)
        #expect(file.header["chains"]?.shape == (shape.isVector ? [35, 3] : [35, 2, 2, 3]))
        #expect(file.header.metadata["range"] == (valueSize == 1 ? "-1.0 2.0" : nil) && file.header.metadata["shards"] == "5")
    }

    @Test(arguments: [ReplayOptions.Storage.float, .byte(-3...3)])
    func `a shard's part has the sizes of its ranges, and makes another shard the same`(storage: ReplayOptions.Storage) {
        let shape = ImageShape(height: 2, width: 2, channels: 3)
        let options = ReplayOptions(storage: storage, replacement: .reservoir)
        let file = ChainsFile(shards: 3, capacity: 4, shape: shape, options: options)
        func shard() -> ShardState {
            ShardState(index: 1, chains: 2, dimension: 12, replay: ReplayShard(capacity: 4, dimension: 12, options: options))
        }
        let (first, second) = (shard(), shard())
        for slot in 0..<4 {
            let row = Matrix(rows: 1, columns: 12)
            RandomStream(seed: 1, purpose: .test, step: slot, index: 0).fillNormals(row)
            first.replay?.write(row, age: Int32(slot + 10), slot: slot)
        }
        first.replay?.offered = 1 << 40
        let part = file.part(first)
        #expect([part.samples.count, part.ages.count, part.offered.count] == file.ranges(of: 1).map(\.count))
        file.restore(part, into: second)
        #expect(second.replay?.storedBytes == first.replay?.storedBytes)
        #expect(second.replay?.ages == [10, 11, 12, 13] && second.replay?.offered == 1 << 40)
        #expect(file.part(second).checksum == part.checksum)
    }

    @Test func `chains that do not persist are stored as the negatives of the last step`() {
        let file = ChainsFile(shards: 1, capacity: 2, shape: ImageShape(vector: 2), options: nil)
        let shard = ShardState(index: 0, chains: 2, dimension: 2, replay: nil)
        shard.negatives.copy(from: Matrix(rows: 2, columns: 2, [1, 2, 3, 4]))
        #expect(file.part(shard).samples == LittleEndian.bytes(of: [Float(1), 2, 3, 4]))
    }
}

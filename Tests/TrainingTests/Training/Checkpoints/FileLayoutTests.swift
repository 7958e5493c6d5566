import Failures
import Formats
import Learning
import Model
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
        let layout = options.map { SampleLayout.stored(ChainStorage(capacity: 7, options: $0)) } ?? .negatives
        let file = ChainsFile(shards: 5, layout.tensors(shape: shape, rows: 7))
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
    func `a shard's part has the sizes of its ranges, and makes another shard the same`(storage: ReplayOptions.Storage) throws {
        let shape = ImageShape(height: 2, width: 2, channels: 3)
        let options = ReplayOptions(storage: storage, replacement: .reservoir)
        let make = TileMaker(rows: 2, networks: RunNetworks(energy: try energy(shape)))
        let layout = SampleLayout.stored(ChainStorage(capacity: 4, options: options))
        let file = ChainsFile(shards: 3, layout.tensors(shape: shape, rows: 2))
        func shard() -> ShardState { ShardState(1, layout, make) }
        let (first, second) = (shard(), shard())
        for slot in 0..<4 {
            let row = Matrix(rows: 1, columns: 12)
            RandomStream(seed: 1, purpose: .test, step: slot, index: 0).fillNormals(row)
            first.replay?.write(row, age: Int32(slot + 10), slot: slot)
        }
        first.replay?.offered = 1 << 40
        let part = file.part(first)
        #expect(part.tensors.map(\.count) == file.ranges(of: 1).map(\.count))
        file.restore(part, into: second)
        #expect(second.replay?.storedBytes == first.replay?.storedBytes)
        #expect(second.replay?.ages == [10, 11, 12, 13] && second.replay?.offered == 1 << 40)
        #expect(file.part(second).checksum == part.checksum)
    }

    @Test func `chains that do not persist are stored as the negatives of the last step`() throws {
        let shape = ImageShape(vector: 2)
        let make = TileMaker(rows: 2, networks: RunNetworks(energy: try energy(shape)))
        let file = ChainsFile(shards: 1, SampleLayout.negatives.tensors(shape: shape, rows: 2))
        let shard = ShardState(0, .negatives, make)
        shard.negatives.copy(from: Matrix(rows: 2, columns: 2, [1, 2, 3, 4]))
        #expect(
            file.part(shard).tensors == [
                LittleEndian.bytes(of: [Float(1), 2, 3, 4]), [UInt8](repeating: 0, count: 8), [UInt8](repeating: 0, count: 8),
            ])
    }

    @Test func `without samples the tensors are there, and empty`() {
        let file = ChainsFile(shards: 3, SampleLayout.none.tensors(shape: ImageShape(vector: 2), rows: 2))
        #expect(file.header.tensors.map(\.name) == ["chains", "age", "offered"])
        #expect(file.header.tensors.map(\.shape) == [[0, 2], [0], [3]])
    }

    @Test func `whole numbers outside of a tensor's range are refused with the place and the tensor`() throws {
        let file = ChainsFile(shards: 1, SampleLayout.negatives.tensors(shape: ImageShape(vector: 1), rows: 1))
        let sample = LittleEndian.bytes(of: [Float.nan])
        func part(age: Int32, offered: Int64) -> ChainsFile.Part {
            ChainsFile.Part([sample, LittleEndian.bytes(of: [age]), LittleEndian.bytes(of: [offered])])
        }
        try file.check(part(age: .max, offered: 1 << 62 - 1), "here")
        for (wrong, name) in [
            (part(age: -1, offered: 0), "age"), (part(age: 0, offered: -1), "offered"), (part(age: 0, offered: 1 << 62), "offered"),
        ] {
            let refused = failure { try file.check(wrong, "here") }
            #expect(refused?.kind == .checkpoint && refused?.message.hasPrefix("here: \(name): expected numbers from 0") == true)
        }
    }

    private func energy(_ shape: ImageShape) throws -> EnergyModel {
        try EnergyModel(
            Network(NetworkDescription(input: shape, layers: shape.isVector ? [.dense(outputs: 1)] : [.flatten, .dense(outputs: 1)])))
    }
}

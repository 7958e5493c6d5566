import Datasets
import Failures
import Numerics
import Testing

/// Rows with what belongs to them.
@Suite struct PartnerTests {
    private static let shape = ImageShape(height: 2, width: 3, channels: 1)

    /// Image r has the values r, r + 0.1, ..., its partner the negative ones and hundred more, in two channels.
    private static func pairs(_ count: Int) throws -> Dataset {
        let images = (0..<count).flatMap { row in (0..<6).map { Float(row) + Float($0) / 10 } }
        let partners = images.flatMap { [-$0, 100 + $0] }
        return try Dataset(name: "images", shape: shape, values: .floats(images)).paired(
            with: Dataset(name: "partners", shape: ImageShape(height: 2, width: 3, channels: 2), values: .floats(partners)))
    }

    @Test(arguments: [false, true]) func `every row has its own partner, mirrored as the row is`(flip: Bool) throws {
        var preparation = DataPreparation()
        preparation.flip = flip
        let stream = try DataStream(source: .dataset(Self.pairs(50)), preparation: preparation, seed: 3, shards: 2, rowsPerShard: 40)
        let (rows, partners) = (Matrix(rows: 40, columns: 6), Matrix(rows: 40, columns: 12))
        var mirrored = 0
        for step in 0..<3 {
            stream.fill(rows, step: step, shard: 1)
            partners.fill(.nan)
            stream.fillPartners(partners, step: step, shard: 1)
            #expect(partners.values == rows.values.flatMap { [-$0, 100 + $0] })
            mirrored += (0..<40).count { rows[$0, 0] > rows[$0, 1] }
        }
        // Binomial(120, 1/2): six deviations are 33.
        #expect(flip ? abs(mirrored - 60) < 33 : mirrored == 0)
    }

    @Test func `partners are scaled to the range of the rows, without what makes rows noisy`() throws {
        let bytes = (0..<30).map { UInt8($0) }
        let data = try Dataset(name: "a", shape: ImageShape(vector: 3), values: .levels(bytes, levels: 256))
        let paired = try data.paired(with: data)
        var preparation = DataPreparation()
        (preparation.low, preparation.high, preparation.noise, preparation.dequantize) = (0, 255, 3, true)
        let stream = try DataStream(source: .dataset(paired), preparation: preparation, seed: 1, shards: 1, rowsPerShard: 10)
        let partners = Matrix(rows: 10, columns: 3)
        stream.fillPartners(partners, step: 0, shard: 0)
        #expect(partners.values.sorted() == bytes.map { Float($0) })
    }

    @Test func `pairs come back from their bytes, and damage is found`() throws {
        for data in [try Self.pairs(5), try Dataset.digits().paired(with: .digits())] {
            let bytes = try data.encoded()
            let back = try Dataset(encoded: bytes)
            #expect(back == data && back.partner == data.partner && back.partner != nil)
            #expect(throws: Failure.self) { try Dataset(encoded: Array(bytes.dropLast())) }
            #expect(throws: Failure.self) { try Dataset(encoded: bytes + [0]) }
            var changed = bytes
            changed[changed.count - 1] ^= 1
            #expect(throws: Failure.self) { try Dataset(encoded: changed) }
        }
    }

    @Test(arguments: [Int.min, -1, 0, 7, 1 << 40, Int.max]) func `sizes of partners that cannot be are found`(size: Int) throws {
        let bytes = try Self.pairs(5).encoded()
        let length = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
        let text = String(decoding: bytes[8..<8 + length], as: UTF8.self)
        let changed = Array(text.replacing(/"partnerBytes":\d+/, with: "\"partnerBytes\":\(size)").utf8)
        let prefix = (0..<8).map { UInt8(changed.count >> (8 * $0) & 255) }
        #expect(throws: Failure.self) { try Dataset(encoded: prefix + changed + bytes[(8 + length)...]) }
    }

    @Test func `partners have no partners of their own`() throws {
        let paired = try Self.pairs(5)
        let twice = try paired.paired(with: paired)
        #expect(twice.partner?.partner == nil && twice.partner?.values == paired.values)
    }

    @Test func `rows that are no partners are refused`() throws {
        let data = try Self.pairs(4)
        for (other, text) in [
            (try Self.pairs(5), "images: expected 4 rows, one for each row of images, found 5"),
            (
                try Dataset(name: "flat", shape: ImageShape(vector: 6), values: .floats([Float](repeating: 0, count: 24))),
                "flat: expected rows of the height and width of images"
            ),
        ] {
            let failure = #expect(throws: Failure.self) { try data.paired(with: other) }
            #expect(failure?.kind == .data && failure?.message.contains(text) == true, "\(failure?.message ?? "")")
        }
    }
}

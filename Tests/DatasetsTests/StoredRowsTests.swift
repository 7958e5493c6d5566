import Datasets
import Failures
import Formats
import Foundation
import Numerics
import TestSupport
import Testing

private let fixtures = Fixture.path("formats")

/// Rows that stay in their file are, bit for bit, those that are held in memory.
@Suite struct StoredRowsTests {
    private static func npy(_ shape: [Int], _ values: NumericArray.Values) -> [UInt8] { NPY.encode(NumericArray(shape: shape, values)) }

    /// The same file, held in memory and not.
    private func both(_ path: String, _ change: (inout LoadingOptions) -> Void = { _ in }) throws -> (held: Dataset, stored: Dataset) {
        var options = LoadingOptions()
        change(&options)
        let held = try Dataset.load(path: path, options)
        options.memory = .file
        return (held, try Dataset.load(path: path, options))
    }

    /// What training sees of rows.
    private func tiles(_ data: Dataset, standardize: Bool = false) throws -> [Float] {
        var preparation = DataPreparation()
        (preparation.dequantize, preparation.standardize) = (data.levels != nil, standardize)
        let stream = try DataStream(source: .dataset(data), preparation: preparation, seed: 3, shards: 2, rowsPerShard: 5)
        let tile = Matrix(rows: 5, columns: data.shape.count)
        return (0..<4).flatMap { step in
            stream.fill(tile, step: step, shard: step % 2)
            return tile.values
        }
    }

    private func expectSame(_ held: Dataset, _ stored: Dataset, standardize: Bool = false, _ name: String) throws {
        #expect(held.stored == nil && stored.stored != nil, "\(name)")
        #expect(stored.digest == held.digest && stored.shape == held.shape && stored.count == held.count, "\(name)")
        #expect(stored.levels == held.levels && stored.labels == held.labels && stored.labelName == held.labelName, "\(name)")
        #expect(stored.columnNames == held.columnNames && stored.notes == held.notes && stored.losses == held.losses, "\(name)")
        #expect(stored.isPrecise == held.isPrecise && stored.preciseDigest == held.preciseDigest && stored.range == held.range, "\(name)")
        #expect(stored.moments() == held.moments(), "\(name)")
        #expect(try tiles(stored, standardize: standardize) == tiles(held, standardize: standardize), "\(name)")
    }

    private static let wide = (0..<120).map { 1e9 + Double($0 * 29 % 37) / 7 }

    @Test func `arrays of every kind give the same data, and the same tiles of training`() throws {
        let folder = try TemporaryFolder()
        let arrays: [(String, [UInt8])] = [
            ("floats", Self.npy([40, 3], .float32((0..<120).map { Float($0 * 29 % 37) }))),
            ("doubles", Self.npy([40, 3], .float64(Self.wide))),
            ("numbers", Self.npy([120], .int32((0..<120).map { Int32($0 * $0) }))),
            ("long numbers", Self.npy([60, 2], .int64((0..<120).map { Int64($0) << 40 + 1 }))),
            ("bytes", Self.npy([10, 12], .uint8((0..<120).map { UInt8($0 * 2) }))),
            ("truth values", Self.npy([10, 3, 4], .bool((0..<120).map { UInt8($0 % 5 % 2) }))),
            ("planes", Self.npy([10, 3, 2, 2], .uint8((0..<120).map { UInt8($0) }))),
            ("pixels", Self.npy([10, 2, 2, 3], .float32((0..<120).map { Float($0) }))),
        ]
        for (name, bytes) in arrays {
            let (held, stored) = try both(folder.file("\(name).npy", bytes))
            try expectSame(held, stored, name)
        }
        for name in ["big-endian.npy", "half.npy"] + (OptionalLibrary.hdf5.isThere ? ["table.h5", "table.nc"] : []) {
            let (held, stored) = try both("\(fixtures)/\(name)")
            try expectSame(held, stored, name)
        }
    }

    @Test func `labels, columns, images of vectors and the file's own precision are what they are in memory`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file(
            "a.npy", Self.npy([20, 6], .float64(Self.wide.enumerated().map { $0 % 6 == 5 ? Double($0 / 6 % 3) : $1 })))
        try expectSame(both(path) { $0.label = .last }.held, both(path) { $0.label = .last }.stored, "the last value")
        let (first, other) = try both(path) { $0.shape = [3, 2, 1] }
        try expectSame(first, other, "planes of a vector")
        #expect(other.shape == ImageShape(height: 2, width: 1, channels: 3))
        let (precise, stored) = try both(path) { ($0.label, $0.keepsPrecision, $0.moments) = (.last, true, .all) }
        #expect(stored.isPrecise)
        try expectSame(precise, stored, standardize: true, "standardised")
        let bytes = try folder.file(
            "images-idx3-ubyte", [0, 0, 8, 3, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0, 3] + (0..<24).map { UInt8($0 * 10) })
        _ = try folder.file("labels-idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, 4, 3, 1, 2, 0])
        let (images, kept) = try both(bytes) { $0.readsLabels = true }
        try expectSame(images, kept, "IDX")
        #expect(kept.labels == [3, 1, 2, 0])
        guard OptionalLibrary.hdf5.isThere else { return }
        let (pair, beside) = try both("\(fixtures)/pair.h5") { ($0.label, $0.arrays) = (.named("events/target"), []) }
        if beside.stored != nil { try expectSame(pair, beside, "labels beside the rows") }
    }

    @Test(arguments: [0.1, 0.34, 0.9]) func `the rows that a share leaves and holds out are the same, and so are their digests`(
        share: Double
    ) throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("a.npy", Self.npy([60, 2], .float64(Self.wide)))
        for known in [nil, share] {
            let (held, stored) = try both(path) { ($0.label, $0.keepsPrecision, $0.heldOut, $0.moments) = (.none, true, known, .all) }
            let (first, other) = (try held.holdingOut(share), try stored.holdingOut(share))
            try expectSame(first.rest, other.rest, standardize: true, "rest, share known: \(known != nil)")
            try expectSame(first.heldOut, other.heldOut, standardize: true, "held out, share known: \(known != nil)")
        }
    }

    @Test func `what another rank opens by the encoded description is the same, and another file in its place is refused`() throws {
        let folder = try TemporaryFolder()
        let bytes = Self.npy([20, 6], .float32((0..<120).map { Float($0) }))
        let path = try folder.file("a.npy", bytes)
        let (held, stored) = try both(path) { $0.label = .first }
        let encoded = try stored.encoded()
        #expect(encoded.count < 4000, "the rows do not travel")
        try expectSame(held, Dataset(encoded: encoded), "encoded")
        _ = try folder.file("a.npy", Self.npy([20, 6], .float32((0..<120).map { Float($0 == 119 ? 0 : $0) })))
        let other = #expect(throws: Failure.self) { _ = try Dataset(encoded: encoded) }
        #expect(other?.message.contains("expected the file that rank 0 reads") == true, "\(other?.message ?? "")")
        try FileManager.default.removeItem(atPath: path)
        #expect(#expect(throws: Failure.self) { _ = try Dataset(encoded: encoded) }?.kind == .missingInput)
    }

    @Test func `the values of a node's copy are the same in every part of it`() throws {
        let folder = try TemporaryFolder()
        let table = try folder.file("t.csv", Array(("a,b\n" + (0..<60).map { "\(1e9 + Double($0)),\($0 % 7)\n" }.joined()).utf8))
        var options = LoadingOptions()
        (options.keepsPrecision, options.moments, options.heldOut) = (true, .all, 0.2)
        let held = try Dataset.load(path: table, options)
        let partner = try Dataset.load(path: folder.file("p.npy", Self.npy([60, 2], .uint8((0..<120).map { UInt8($0) }))))
        let source = DataSource.dataset(try held.paired(with: partner))
        let image = try #require(NodeImage(source))
        let copy = try folder.file(
            "copy", stride(from: 0, to: image.size, by: 100).flatMap { image.bytes(in: $0..<min(image.size, $0 + 100)) })
        let standing = try #require(try source.standing(at: copy, options).dataset)
        try expectSame(held, standing, standardize: true, "rows")
        #expect(standing.isPrecise)
        let (first, other) = (try held.paired(with: partner).holdingOut(0.2), try standing.holdingOut(0.2))
        try expectSame(first.rest, other.rest, standardize: true, "rest")
        #expect(other.rest.partner?.digest == first.rest.partner?.digest)
        // Where another rank finds it.
        let moved = "\(folder.path)/moved"
        try FileManager.default.moveItem(atPath: copy, toPath: moved)
        try expectSame(held, Dataset(encoded: standing.encoded(), node: moved), standardize: true, "encoded")
        #expect(NodeImage(.dataset(standing)) == nil)
    }

    @Test func `a value that is not finite is refused as in memory, and so is a file that has to be read whole`() throws {
        let folder = try TemporaryFolder()
        var options = LoadingOptions()
        let path = try folder.file("a.npy", Self.npy([20, 3], .float32((0..<60).map { $0 == 40 ? .nan : Float($0) })))
        let expected = #expect(throws: Failure.self) { _ = try Dataset.load(path: path, options) }
        options.memory = .file
        #expect(#expect(throws: Failure.self) { _ = try Dataset.load(path: path, options) } == expected)
        let text = try folder.file("t.csv", Array("a,b\n1,2\n3,4\n".utf8))
        let refused = #expect(throws: Failure.self) { _ = try Dataset.load(path: text, options) }
        #expect(refused?.kind == .data && refused?.message.contains("data.memory") == true, "\(refused?.message ?? "")")
        options.isOfOtherData = true
        #expect(try Dataset.load(path: text, options).stored == nil)
        // Small data stay in memory.
        options.memory = .automatic
        #expect(try Dataset.load(path: "\(fixtures)/table.npy", options).stored == nil)
    }

    @Test func `what was found of a file is taken as long as its size and its time are the same`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("a.npy", Self.npy([20, 3], .float32((0..<60).map { Float($0) })))
        var options = LoadingOptions()
        options.memory = .file
        let first = try Dataset.load(path: path, options)
        let found = DataSource.dataset(first).measuredFiles
        #expect(found.count == 1)
        // Other values of the same size, at another time.
        _ = try folder.file("a.npy", Self.npy([20, 3], .float32((0..<60).map { Float($0 + 1) })))
        let now = DataSource.dataset(try Dataset.load(path: path, options)).measuredFiles
        options.measured = found
        #expect(try Dataset.load(path: path, options).digest == Dataset.load(path: path).digest)
        #expect(try Dataset.load(path: path, options).digest != first.digest)
        options.measured = found + now
        #expect(try DataSource.dataset(Dataset.load(path: path, options)).measuredFiles == now)
        options.allowsIdleKeys = true
        #expect(try DataSource.dataset(Dataset.load(path: path, options)).measuredFiles == now)
        // Read in another way.
        options.label = .last
        #expect(try Dataset.load(path: path, options).labels?.count == 20)
    }

    @Test func `rows that are lost are noted, and not finite`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("a.npy", Self.npy([20, 3], .float32((0..<60).map { Float($0) })))
        let stored = try both(path).stored
        let rows = try #require(stored.stored)
        try rows.loss.check()
        try FileHandle(forWritingTo: URL(filePath: path)).truncate(atOffset: 200)
        #expect(try tiles(stored).contains { $0.isNaN })
        let lost = #expect(throws: Failure.self) { try rows.loss.check() }
        #expect(lost?.kind == .inputOutput && lost?.message.contains("expected 12 bytes") == true, "\(lost?.message ?? "")")
    }
}

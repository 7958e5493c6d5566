import Datasets
import Failures
import Formats
import Foundation
import Numerics
import TestSupport
import Testing

/// A row preparation of whole-number data of 4 levels, on [-1, 1].
private func levels(_ shape: ImageShape = ImageShape(vector: 2), isDequantised: Bool) -> RowPreparation {
    RowPreparation(shape: shape, levels: 4, low: -1, high: 1, isDequantised: isDequantised)
}

private func npy(_ shape: [Int], _ values: NumericArray.Values) -> [UInt8] { NPY.encode(NumericArray(shape: shape, values)) }

private func refusal(_ body: () throws -> Void) -> String {
    let failure = #expect(throws: Failure.self) { try body() }
    #expect(failure?.kind == .data)
    return failure?.message ?? ""
}

@Suite struct RowPreparationTests {
    /// A level of 256 in (-1, 1), spread over its cell: 2/256 each; on the lattice 2/255; deviations 2 and 4: 1/8.
    @Test func `a unit of the data has the volume that its scale says`() throws {
        let image = ImageShape(height: 1, width: 3, channels: 1)
        func volume(_ preparation: RowPreparation) throws -> Double { try #require(preparation.logVolume) }
        #expect(abs(try volume(RowPreparation(shape: image, levels: 256, isDequantised: true)) - 3 * log(2.0 / 256)) < 1e-12)
        #expect(abs(try volume(RowPreparation(shape: image, levels: 256)) - 3 * log(2.0 / 255)) < 1e-12)
        let scales = ColumnScales(ColumnMoments(means: [5, 6], deviations: [2, 4]))
        #expect(abs(try volume(RowPreparation(shape: ImageShape(vector: 2), scales: scales)) + log(8)) < 1e-12)
        #expect(try volume(RowPreparation(shape: image)) == 0)
        let curved = ColumnScales(ColumnMoments(means: [0, 0], deviations: [1, 1]), curves: [.straight, .log])
        #expect(RowPreparation(shape: ImageShape(vector: 2), scales: curved).logVolume == nil)
    }

    @Test func `values of the data go to the model by the stated formulas, and back`() {
        // low + (high - low) v / (levels - 1), and the middle of the cell.
        #expect(levels(isDequantised: false).modelValues([0, 3, 1, 2]) == [-1, 1, Float(-1.0 / 3), Float(1.0 / 3)])
        #expect(levels(isDequantised: true).modelValues([0, 3, 1, 2]) == [-0.75, 0.75, -0.25, 0.25])
        let moments = ColumnMoments(means: [5000, -2], deviations: [70, 0.01])
        let standardised = RowPreparation(shape: ImageShape(vector: 2), scales: ColumnScales(moments))
        #expect(standardised.modelValues([5070, -2.01, 4930, -1.98]).elementsEqual([1, -1, -1, 2]) { abs($0 - $1) < 1e-6 })
        let samples: [Float] = (0..<400).map { Float(($0 * 7919 + 13) % 1000) / 400 - 1.21 }
        for preparation in [
            levels(isDequantised: false), levels(isDequantised: true), standardised, RowPreparation(shape: ImageShape(vector: 2)),
        ] {
            // Samples are written in doubles and read again: the same floats.
            #expect(preparation.modelValues(preparation.dataValues(samples)) == samples)
        }
    }

    @Test func `rows of levels are the middles of the cells that training spreads them over`() throws {
        let data = try Dataset(name: "a", shape: ImageShape(vector: 2), values: .levels([0, 1, 2, 3], levels: 4))
        #expect(levels(isDequantised: true).rows(of: data).values == [-0.75, -0.25, 0.25, 0.75])
        var preparation = DataPreparation()
        let stream = try DataStream(source: .dataset(data), preparation: preparation, seed: 1, shards: 1, rowsPerShard: 2)
        let tile = Matrix(rows: 2, columns: 2)
        stream.fill(tile, step: 0, shard: 0)
        #expect(RowPreparation(of: stream).rows(of: data).values.sorted() == tile.values.sorted())
        preparation.dequantize = true
        let spread = try DataStream(source: .dataset(data), preparation: preparation, seed: 1, shards: 1, rowsPerShard: 2)
        #expect(RowPreparation(of: spread) == levels(isDequantised: true))
    }

    @Test func `a file of any layout and number type conforms to the data that were learned`() throws {
        let folder = try TemporaryFolder()
        let shape = ImageShape(height: 2, width: 2, channels: 3)
        let learned = RowPreparation(shape: shape, levels: 256, isDequantised: true)
        // Value = 10 channel + pixel.
        let planes: [UInt8] = [0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23]
        let pixels: [UInt8] = [0, 10, 20, 1, 11, 21, 2, 12, 22, 3, 13, 23]
        let numbers = planes.map { Double($0) }
        let files: [(String, [UInt8])] = [
            ("planes.npy", npy([1, 3, 2, 2], .uint8(planes))), ("pixels.npy", npy([1, 2, 2, 3], .uint8(pixels))),
            ("flat.npy", npy([1, 12], .uint8(planes))), ("numbers.npy", npy([1, 3, 2, 2], .float64(numbers))),
            ("whole.npy", npy([1, 12], .int64(planes.map { Int64($0) }))),
            ("table.csv", Array("0,1,2,3,10,11,12,13,20,21,22,23".utf8)),
        ]
        for (name, bytes) in files {
            let read = try learned.conform(Dataset.load(path: folder.file(name, bytes)), name)
            #expect(read.values == .levels(pixels, levels: 256) && read.shape == shape, "\(name)")
        }
        // Real numbers in the units of levels, as `sample` writes them.
        let quarters = try folder.file("x.npy", npy([1, 12], .float64(numbers.map { $0 + 0.25 })))
        let between = try learned.conform(Dataset.load(path: quarters), "x")
        #expect(between.values == .floats(learned.modelValues(pixels.map { Double($0) + 0.25 })))
        // Bytes that fit another number of levels.
        let dark = try Dataset(name: "b", shape: ImageShape(vector: 2), values: .levels([3, 0], levels: 256))
        let few = try levels(isDequantised: true).conform(dark, "b")
        #expect(few.values == .levels([3, 0], levels: 4))
    }

    @Test func `what differs from the data that were learned is refused by name`() throws {
        let vector = ImageShape(vector: 2)
        func data(_ values: Dataset.Values, names: [String]? = nil, _ shape: ImageShape = ImageShape(vector: 2)) throws -> Dataset {
            try Dataset(name: "a", shape: shape, values: values, columnNames: names)
        }
        let bytes = RowPreparation(shape: vector, levels: 256, isDequantised: true)
        let (four, real) = (levels(isDequantised: true), RowPreparation(shape: vector, columns: ["a", "b"]))
        let cases: [(RowPreparation, Dataset, [String])] = [
            (real, try data(.levels([0, 200], levels: 256)), ["real numbers", "256 levels"]),
            (real, try data(.levels([0, 1], levels: 2)), ["real numbers", "truth values"]),
            (bytes, try data(.levels([0, 1], levels: 2)), ["0 to 255", "truth values"]),
            (bytes, try data(.levels([0, 16], levels: 17)), ["0 to 255", "17 levels"]),
            (four, try data(.levels([0, 200], levels: 256)), ["0 to 3", "a value of 200"]),
            (four, try data(.floats([0, 4])), ["0 to 3", "a value of 4"]),
            (bytes, try data(.floats([0, 0.5])), ["0 to 255", "from 0.0 to 0.5"]),
            (bytes, try data(.floats([-1, 1])), ["0 to 255", "from -1.0 to 1.0"]),
            (bytes, try data(.floats([0, 256])), ["0 to 255", "a value of 256"]),
            (real, try data(.floats([0, 1, 2]), ImageShape(vector: 3)), ["shape 2", "found 3"]),
            (real, try data(.floats([0, 1]), names: ["b", "a"]), ["a, b", "b, a"]),
        ]
        for (learned, given, words) in cases {
            let message = refusal { _ = try learned.conform(given, "--input x.npy") }
            #expect(message.hasPrefix("--input x.npy: expected") && words.allSatisfy(message.contains), "\(message)")
        }
        #expect(refusal { _ = try bytes.conform(.density(PlaneDensity(.moons)), "--data moons") }.contains("256 levels"))
        #expect(throws: Never.self) { try real.conform(.density(PlaneDensity(.moons)), "--data moons") }
    }

    @Test func `whole numbers of any type are the levels that bytes of the same values are, also where all are 0 or 1`() throws {
        let (folder, bytes) = (try TemporaryFolder(), RowPreparation(shape: ImageShape(vector: 2), levels: 256))
        func conforming(_ values: NumericArray.Values) throws -> Dataset {
            try bytes.conform(Dataset.load(path: folder.file("x.npy", npy([2, 2], values))), "--input x.npy")
        }
        let expected = try conforming(.uint8([0, 1, 1, 0])).values
        for values: NumericArray.Values in [.float32([0, 1, 1, 0]), .float64([0, 1, 1, 0]), .int32([0, 1, 1, 0]), .int64([0, 1, 1, 0])] {
            let found = try conforming(values)
            #expect(found.values == expected)
            // A picture in black and white may have meant 255 by its 1.
            #expect(found.notes == ["--input x.npy: the whole numbers 0 to 1 are read as the lowest of 256 levels, as bytes would be"])
        }
        #expect(try conforming(.float32([0, 200, 0, 0])).notes.isEmpty)
    }

    @Test func `columns are taken by name where a table has names, else by position`() throws {
        let folder = try TemporaryFolder()
        var options = LoadingOptions()
        (options.columns, options.isOfOtherData) = (["a", "b"], true)
        let turned = try Dataset.load(path: folder.file("t.csv", Array("note,b,a\nx,2,1\ny,4,3\n".utf8)), options)
        #expect(turned.values == .floats([1, 2, 3, 4]) && turned.columnNames == ["a", "b"])
        #expect(try Dataset.load(path: folder.file("n.csv", Array("1,2\n3,4\n".utf8)), options).values == turned.values)
        let missing = refusal { _ = try Dataset.load(path: folder.file("m.csv", Array("a,c\n1,2\n".utf8)), options) }
        #expect(missing.contains("a column named 'b', found a, c"))
        // A label is no part of a row, where there is one.
        let (first, last) = (try folder.file("f.csv", Array("7,1,2\n8,3,4\n".utf8)), try folder.file("l.csv", Array("1,2,0\n3,4,1\n".utf8)))
        (options.label, options.rowWidth) = (.last, 2)
        for path in [folder.path + "/t.csv", folder.path + "/n.csv", last] {
            #expect(try Dataset.load(path: path, options).values == turned.values, "\(path)")
        }
        options.label = .first
        #expect(try Dataset.load(path: first, options).values == turned.values)
        options.rowWidth = 4
        let learned = RowPreparation(shape: ImageShape(vector: 4))
        #expect(refusal { _ = try learned.conform(Dataset.load(path: last, options), "l") }.contains("found 3"))
    }
}

@Suite struct PrecisionTests {
    private static let text = "time,x\n" + (0..<500).map { "\(1_600_000_000 + 60 * ($0 * 7 % 500) / 500).\($0 % 10),\($0)\n" }.joined()
    private static let exact = (0..<500).map { Double("\(1_600_000_000 + 60 * ($0 * 7 % 500) / 500).\($0 % 10)") ?? 0 }

    private func standardised(_ data: Dataset) throws -> [Float] {
        var preparation = DataPreparation()
        preparation.standardize = true
        let stream = try DataStream(source: .dataset(data), preparation: preparation, seed: 1, shards: 1, rowsPerShard: data.count)
        let tile = Matrix(rows: data.count, columns: data.shape.count)
        stream.fill(tile, step: 0, shard: 0)
        return tile.values
    }

    @Test func `a column far from zero is standardised from the file's own numbers`() throws {
        let folder = try TemporaryFolder()
        var options = LoadingOptions()
        options.keepsPrecision = true
        let arrays = Self.exact.enumerated().flatMap { [$1, Double($0)] }
        for path in [
            try folder.file("t.csv", Array(Self.text.utf8)), try folder.file("t.npy", npy([500, 2], .float64(arrays))),
        ] {
            let data = try Dataset.load(path: path, options)
            let all = try standardised(data)
            let found = stride(from: 0, to: 1000, by: 2).map { all[$0] }.sorted()
            let mean = Self.exact.reduce(0, +) / 500
            let deviation = (Self.exact.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 500).squareRoot()
            let expected = Self.exact.map { Float(($0 - mean) / deviation) }.sorted()
            #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-5 } && Set(found).count == Set(Self.exact).count)
            // As another process gets it.
            #expect(try standardised(Dataset(encoded: data.encoded())) == standardised(data))
        }
    }

    @Test func `a column of which floats leave little is named, and its digest is that of the floats`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("t.csv", Array(Self.text.utf8))
        let data = try Dataset.load(path: path)
        let distinct = Set(Self.exact)
        let loss = try #require(data.losses.first)
        #expect(data.losses.count == 1 && loss.column == 0 && loss.name == "time" && loss.before == distinct.count)
        #expect(distinct.count > 100 && loss.after == Set(distinct.map { Float($0) }).count && loss.after < 4)
        #expect(try Dataset(encoded: data.encoded()).losses == data.losses)
        var options = LoadingOptions()
        options.keepsPrecision = true
        let precise = try Dataset.load(path: path, options)
        #expect(precise.losses.isEmpty && precise.digest == data.digest && precise.values == data.values)
        // Numbers that floats hold are kept once.
        #expect(try Dataset.load(path: folder.file("w.csv", Array("1,2.5\n3,4\n".utf8)), options).precise == nil)
    }

    @Test func `floats are standardised in float, to the bits of earlier versions`() throws {
        let values: [Float] = (0..<60).map { (place: Int) -> Float in Float(place * 37 % 61) / 7 + (place % 2 == 0 ? 0.1 : 300) }
        let data = try Dataset(name: "f", shape: ImageShape(vector: 2), values: .floats(values))
        let moments = data.moments()
        let (means, factors) = (moments.means.map { Float($0) }, moments.deviations.map { 1 / Float($0) })
        let expected = values.indices.map { (values[$0] - means[$0 % 2]) * factors[$0 % 2] }
        #expect(try standardised(data).sorted() == expected.sorted())
    }

    @Test func `a constant column of doubles is shifted to 0 and not scaled, although its mean is rounded`() throws {
        let folder = try TemporaryFolder()
        var options = LoadingOptions()
        options.keepsPrecision = true
        let path = try folder.file("c.csv", Array("a,b\n0.1,1\n0.1,2\n0.1,3.3\n0.1,5\n0.1,6\n0.1,7\n".utf8))
        let found = try standardised(Dataset.load(path: path, options))
        #expect(stride(from: 0, to: found.count, by: 2).allSatisfy { found[$0] == 0 } && Set(found).count == 7)
    }
}

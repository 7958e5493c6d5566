import Datasets
import Failures
import Formats
import Foundation
import Numerics
import TestSupport
import Testing

/// Files that NumPy, h5py, pandas, netCDF4 and Pillow wrote (Tests/Fixtures/formats/write.py).
private let fixtures = Fixture.path("formats")

private func options(_ change: (inout LoadingOptions) -> Void) -> LoadingOptions {
    var options = LoadingOptions()
    change(&options)
    return options
}

private func load(_ name: String, _ change: (inout LoadingOptions) -> Void = { _ in }) throws -> Dataset {
    try Dataset.load(path: "\(fixtures)/\(name)", options(change))
}

private func refusal(_ name: String, _ change: (inout LoadingOptions) -> Void = { _ in }) throws -> String {
    let failure = #expect(throws: Failure.self) { try load(name, change) }
    #expect(failure?.kind == .data && failure?.message.hasPrefix("\(fixtures)/\(name)") == true, "\(failure?.message ?? "")")
    return try #require(failure).message
}

@Suite struct DataFormatTests {
    /// The rows of all tables.
    private static let table: [Float] = (0..<18).map { (index: Int) -> Float in
        let (i, j) = (index / 3, index % 3)
        let whole: Int = 7 * i * i + 3 * j * j - 5 * i * j - 40
        return Float(whole) / 8
    }
    private static let labels: [Int32] = [0, 1, 2, 0, 1, 2]
    private static let pixels: [UInt8] = (0..<96).map { (index: Int) -> UInt8 in UInt8(index * 185 % 256) }

    @Test(arguments: ["table.npy", "fortran.npy", "big-endian.npy", "half.npy", "table.npz", "table.txt", "padded.csv.gz"])
    func `the same rows have the same digest from every format`(name: String) throws {
        let dataset = try load(name)
        #expect(dataset.values == .floats(Self.table) && dataset.shape == ImageShape(vector: 3) && dataset.labels == nil)
        #expect(try dataset.digest == load("table.npy").digest)
    }

    @Test(.enabled(if: OptionalLibrary.hdf5.isThere), arguments: ["table.h5", "latest.h5", "table.nc"])
    func `HDF5 and NetCDF-4 files give the same rows, chunked and compressed, with a user's block and deep in groups`(name: String) throws {
        let dataset = try load(name)
        #expect(dataset.values == .floats(Self.table) && dataset.labels == nil)
        #expect(try dataset.digest == load("table.npy").digest)
    }

    @Test(.enabled(if: OptionalLibrary.hdf5.isThere)) func `arrays of one value a row stand side by side in the order that is told`() throws
    {
        let dataset = try load("columns.h5") { $0.arrays = ["a", "b", "c"] }
        #expect(dataset.values == .floats(Self.table) && dataset.columnNames == ["a", "b", "c"])
        #expect(try dataset.digest == load("table.npy").digest)
        let turned = try load("columns.h5") { $0.arrays = ["c", "a"] }
        #expect(turned.columnNames == ["c", "a"])
    }

    @Test(arguments: ["records.npy"] + (OptionalLibrary.hdf5.isThere ? ["records.h5", "frame.h5.gz"] : []))
    func `columns of tables are chosen by name, and the label is the one that is named`(name: String) throws {
        let chosen = try load(name) { $0.columns = ["c", "a"] }
        #expect(chosen.columnNames == ["c", "a"])
        let expected: [Float] = (0..<6).flatMap { (row: Int) -> [Float] in [Self.table[3 * row + 2], Self.table[3 * row]] }
        #expect(chosen.values == .floats(expected))
        let labelled = try load(name) { ($0.columns, $0.label) = (["a", "b", "c"], .named("class")) }
        #expect(labelled.values == .floats(Self.table) && labelled.labels == Self.labels && labelled.labelName == "class")
        #expect(try refusal(name) { $0.columns = ["d"] }.contains("named 'd', found a, "))
        #expect(try refusal(name) { ($0.columns, $0.label) = (["a"], .named("d")) }.contains("named 'd'"))
    }

    @Test(arguments: ["pair.npz"] + (OptionalLibrary.hdf5.isThere ? ["pair.h5"] : []))
    func `a file of several arrays has the rows that are named, and labels beside them`(name: String) throws {
        let prefix = name == "pair.h5" ? "events/" : ""
        #expect(try refusal(name).contains("data.array=NAME to say which, found '\(prefix)features'"))
        let chosen = try load(name) { $0.arrays = [prefix + "features"] }
        #expect(try chosen.values == .floats(Self.table) && chosen.digest == load("table.npy").digest)
        let labelled = try load(name) { $0.label = .named(prefix + "target") }
        #expect(labelled.values == .floats(Self.table) && labelled.labels == Self.labels)
        let both = try load(name) { $0.arrays = [prefix + "features", "/\(prefix)target"] }
        #expect(both.shape == ImageShape(vector: 4) && both.columnNames?.last == prefix + "target")
        #expect(try refusal(name) { $0.arrays = ["nothing"] }.contains("expected an array named 'nothing' (data.array), found '"))
        #expect(try refusal(name) { $0.label = .named("nothing") }.contains("data.array=NAME"))
        // Of other data the names may be others.
        #expect(throws: Never.self) { try load("table.npz") { ($0.arrays, $0.isOfOtherData) = (["features"], true) } }
        #expect(try refusal("table.npz") { $0.arrays = ["features"] }.contains("found 'arr_0'"))
    }

    @Test(arguments: ["images.npz"] + (OptionalLibrary.hdf5.isThere ? ["images.h5"] : []))
    func `images keep their levels, and labels of any whole number`(name: String) throws {
        let images = try load(name) { ($0.arrays, $0.label) = (["images"], .named("labels")) }
        #expect(images.shape == ImageShape(height: 4, width: 6, channels: 1) && images.labels == [0, 1, 2, 0])
        #expect(images.values == .levels(Self.pixels, levels: 256))
    }

    @Test(.enabled(if: OptionalLibrary.hdf5.isThere)) func `truth values of h5py have two levels`() throws {
        let expected: [UInt8] = Self.pixels.map { (pixel: UInt8) -> UInt8 in pixel > 127 ? 1 : 0 }
        let bits = try load("images.h5") { $0.arrays = ["bits"] }
        #expect(bits.values == .levels(expected, levels: 2))
    }

    @Test func `images of any number of channels are read`() throws {
        let images = try load("channels.npy")
        // N x 4 x 6 x 5: the second size is the smaller one.
        #expect(images.shape == ImageShape(height: 6, width: 5, channels: 4))
        #expect(images.count == 4)
    }

    @Test func `a table of text holds images whose size is told, with the label first`() throws {
        let images = try load("images.csv") { ($0.label, $0.shape) = (.first, [4, 6]) }
        #expect(images.shape == ImageShape(height: 4, width: 6, channels: 1) && images.labels == [0, 1, 2, 0])
        #expect(images.values == .levels(Self.pixels, levels: 256) && images.notes.count == 1)
        #expect(try images.digest == load("images.npz") { $0.arrays = ["images"] }.digest)
        #expect(try refusal("images.csv") { $0.shape = [4, 6] }.contains("expected rows of 4 x 6 values (data.shape), found 25. Is one"))
        let colors = try load("images.csv") { ($0.label, $0.shape) = (.first, [3, 2, 4]) }
        #expect(colors.shape == ImageShape(height: 2, width: 4, channels: 3))
        guard case .levels(let values, _) = colors.values else { throw Failure(.software, "images have levels") }
        // The first pixel: the first value of each plane.
        #expect(Array(values[0..<3]) == [Self.pixels[0], Self.pixels[8], Self.pixels[16]])
    }

    @Test(
        .enabled(if: OptionalLibrary.hdf5.isThere),
        arguments: [
            ("packed.nc", "x: expected plain numbers, found packed ones"),
            ("missing.nc", "x: row 4 from 0: expected a number, found -999.0"),
            ("lzf.h5", "x: the values cannot be read"),
        ])
    func `arrays that do not say what they hold are refused`(name: String, message: String) throws {
        #expect(try refusal(name).contains(message))
    }

    @Test func `what is known and not read is named with the way out`() throws {
        let folder = try TemporaryFolder()
        let files: [([UInt8], String)] = [
            (Array("PAR1....".utf8), "found Parquet: two lines of Python"), (Array("ARROW1..".utf8), "found Arrow"),
            ([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], "found one picture. Give the folder"),
            (
                [0x50, 0x4b, 5, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
                "a zip archive of .npy files (numpy.savez), found an empty one"
            ),
        ]
        for (bytes, message) in files {
            let failure = #expect(throws: Failure.self) { try Dataset.load(path: folder.file("x.npy", bytes)) }
            #expect(failure?.message.contains(message) == true, "\(failure?.message ?? "")")
        }
    }

    @Test func `a program without HDF5 says what it lacks`() {
        let failure = OptionalLibrary.hdf5.absence("x.h5", instead: "convert it.")
        #expect(failure.kind == .data)
        #expect(
            failure.message.hasPrefix(
                "x.h5: this program was built without HDF5, which such files need. Install it with its headers (Debian: libhdf5-dev)"))
        guard !OptionalLibrary.hdf5.isThere else { return }
        #expect(throws: Failure.self) { try load("table.h5") }
    }
}

@Suite struct PictureFolderTests {
    @Test(.enabled(if: OptionalLibrary.turboJPEG.isThere))
    func `sub-folders are classes, and one picture in colours makes all of three`() throws {
        let pictures = try load("pictures")
        #expect(pictures.shape == ImageShape(height: 4, width: 6, channels: 3) && pictures.labels == [0, 0, 1, 1])
        #expect(pictures.notes == ["\(fixtures)/pictures: classes 0 cat, 1 dog"])
        guard case .levels(let values, 256) = pictures.values else { throw Failure(.software, "pictures have levels") }
        let gray = { (image: Int) in stride(from: image * 72, to: (image + 1) * 72, by: 3).map { values[$0] } }
        let array = try load("images.npz") { $0.arrays = ["images"] }.values
        guard case .levels(let images, _) = array else { throw Failure(.software, "images have levels") }
        #expect(gray(0) == Array(images[0..<24]))
        // 16 bits are the same numbers with more steps.
        #expect(gray(3) == Array(images[72..<96]))
        // (240 + channel) 37 modulo 256.
        #expect(Array(values[144..<147]) == [176, 213, 250])
    }

    @Test(.enabled(if: OptionalLibrary.turboJPEG.isThere)) func `a JPEG picture has the pixels that Pillow reads`() throws {
        let cats = try load("pictures/cat")
        #expect(cats.shape == ImageShape(height: 4, width: 6, channels: 1) && cats.labels == nil)
        guard case .levels(let values, _) = cats.values else { throw Failure(.software, "pictures have levels") }
        guard case .uint8(let decoded) = try NPY.decode(FileBytes.read("\(fixtures)/decoded.npy"), name: "d").values else { return }
        #expect(Array(values[24...]) == decoded)
    }

    @Test(.enabled(if: OptionalLibrary.turboJPEG.isThere))
    func `pictures of different sizes are refused, or cut to proportions and scaled`() throws {
        let message = try #require(#expect(throws: Failure.self) { try load("sizes") }).message
        #expect(message.contains("sizes/2.png: expected a picture of 4 x 6 pixels") && message.contains("found 8 x 20. Say data.size"))
        let scaled = try load("sizes") { $0.size = [4, 4] }
        #expect(scaled.shape == ImageShape(height: 4, width: 4, channels: 3) && scaled.count == 3)
        guard case .levels(let values, _) = scaled.values else { throw Failure(.software, "pictures have levels") }
        // The middle 8 x 8 of 8 x 20 pixels of value 20 row + column, each pixel the mean of 2 x 2.
        let second: [UInt8] = stride(from: 48, to: 96, by: 3).map { values[$0] }
        // From row 2 y and column 6 + 2 x on: 40 y + 2 x + 16.5, rounded up.
        let expected: [UInt8] = (0..<16).map { (place: Int) -> UInt8 in UInt8(40 * (place / 4) + 2 * (place % 4) + 17) }
        #expect(second == expected)
        #expect(try load("sizes") { $0.size = [4] }.digest == scaled.digest)
    }

    @Test func `pictures beside folders of pictures are refused, and so are damaged ones`() throws {
        let folder = try TemporaryFolder()
        let png = try Picture(width: 3, height: 2, channels: 1).png()
        try FileManager.default.createDirectory(atPath: "\(folder.path)/b", withIntermediateDirectories: false)
        _ = try folder.file("b/1.png", png)
        #expect(try Dataset.load(path: folder.path).labels == [0])
        _ = try folder.file("a.png", png)
        let both = #expect(throws: Failure.self) { try Dataset.load(path: folder.path) }
        #expect(both?.message.contains("found both (a.png and b)") == true)
        try FileManager.default.removeItem(atPath: "\(folder.path)/a.png")
        _ = try folder.file("b/2.PNG", Array(png.prefix(40)))
        let damaged = #expect(throws: Failure.self) { try Dataset.load(path: folder.path) }
        #expect(damaged?.message.hasPrefix("\(folder.path)/b/2.PNG: ") == true)
    }
}

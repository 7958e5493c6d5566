import Datasets
import Failures
import Formats
import Foundation
import Numerics
import TestSupport
import Testing

/// The message of the failure that loading ends with.
private func refusal(_ path: String, _ options: LoadingOptions = LoadingOptions()) throws -> String {
    let failure = #expect(throws: Failure.self) { try Dataset.load(path: path, options) }
    return try #require(failure).message
}

private func npy(_ shape: [Int], _ values: NumericArray.Values) -> [UInt8] { NPY.encode(NumericArray(shape: shape, values)) }

/// Real files beside the package, where they are present.
private let realData = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../shared/data").standardized.path
private let hasRealData = FileManager.default.fileExists(atPath: realData)

@Suite struct DatasetTests {
    @Test func `the carried digits are complete`() throws {
        let digits = try Dataset.digits()
        #expect(digits.count == 1797)
        #expect(digits.shape == ImageShape(height: 8, width: 8, channels: 1))
        #expect(digits.levels == 17)
        guard case .levels(let pixels, _) = digits.values else { throw Failure(.software, "digits have levels") }
        // The first row of scikit-learn's load_digits, and its sum over all pixels.
        #expect(pixels.prefix(16) == [0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0])
        #expect(pixels.reduce(0) { $0 + Int($1) } == 561_718)
        #expect(digits.labels?.prefix(10) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
        // The classes as scikit-learn counts them.
        let counts = (0..<10).map { label in digits.labels!.filter { $0 == Int32(label) }.count }
        #expect(counts == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
    }

    @Test func `arrays become images with channels innermost`() throws {
        let folder = try TemporaryFolder()
        // Value = 100 image + 10 channel + pixel, two images of 2 x 2 pixels.
        var (planes, pixels) = ([Float](), [Float]())
        for base in [0, 100] {
            for channel in 0..<3 { for pixel in 0..<4 { planes.append(Float(base + 10 * channel + pixel)) } }
            for pixel in 0..<4 { for channel in 0..<3 { pixels.append(Float(base + 10 * channel + pixel)) } }
        }
        let shape = ImageShape(height: 2, width: 2, channels: 3)
        let planar = try Dataset.load(path: folder.file("planes.npy", npy([2, 3, 2, 2], .float32(planes))))
        #expect(planar.shape == shape)
        #expect(planar.values == .floats(pixels))
        let inner = try Dataset.load(path: folder.file("inner.npy", npy([2, 2, 2, 3], .float32(pixels))))
        #expect(inner.shape == shape)
        #expect(inner.values == .floats(pixels))
        #expect(inner.digest == planar.digest)
        let gray = try Dataset.load(path: folder.file("gray.npy", npy([2, 2, 3], .uint8([UInt8](0..<12)))))
        #expect(gray.shape == ImageShape(height: 2, width: 3, channels: 1))
        #expect(gray.values == .levels([UInt8](0..<12), levels: 256))
        let vectors = try Dataset.load(path: folder.file("vectors.npy", npy([3, 4], .int64((0..<12).map { Int64($0) }))))
        #expect(vectors.shape == ImageShape(vector: 4))
        #expect(vectors.values == .floats((0..<12).map { Float($0) }))
        let numbers = try Dataset.load(path: folder.file("numbers.npy", npy([3], .float64([1, 2, 3]))))
        #expect(numbers.shape == ImageShape(vector: 1))
        let binary = try Dataset.load(path: folder.file("binary.npy", npy([1, 2, 2], .bool([0, 1, 1, 0]))))
        #expect(binary.values == .levels([0, 1, 1, 0], levels: 2))
    }

    @Test func `arrays that are no rows are refused`() throws {
        let folder = try TemporaryFolder()
        for (shape, count) in [([], 1), ([0, 3], 0), ([2, 0], 0), ([2, 2, 2, 2], 16), ([1, 1, 1, 1, 1], 1)] as [([Int], Int)] {
            let path = try folder.file("x.npy", npy(shape, .float32([Float](repeating: 0, count: count))))
            #expect(try refusal(path).contains("found the shape \(shape)"))
        }
        #expect(try refusal(folder.file("labels.npy", npy([3], .uint8([1, 2, 3])))).contains("looks like labels"))
    }

    @Test func `keys that say nothing of the data are refused`() throws {
        let folder = try TemporaryFolder()
        let array = try folder.file("x.npy", npy([3, 2], .float32([0, 1, 2, 3, 4, 5])))
        let images = try folder.file("i.npy", npy([1, 2, 2], .uint8([0, 1, 2, 3])))
        let text = try folder.file("x.csv", Array("a,b\n0,1\n2,3\n".utf8))
        func options(_ set: (inout LoadingOptions) throws -> Void) rethrows -> LoadingOptions {
            var options = LoadingOptions()
            try set(&options)
            return options
        }
        let kinds = try options { $0.kinds = try ColumnChoices(["x1=category"], key: "data.kinds", form: "a=b") }
        for place in [array, images] { #expect(try refusal(place, kinds).hasPrefix("data.kinds has no effect on \(place)")) }
        #expect(
            try refusal(images, options { $0.weight = "w" }).contains("data.weight: expected a column of \(images), which has no names"))
        for place in [array, images] {
            #expect(try refusal(place, options { $0.hasHeader = true }).contains("data.header has no effect"))
            #expect(try refusal(place, options { $0.separator = .comma }).contains("data.separator has no effect"))
        }
        for place in [array, text] {
            #expect(try refusal(place, options { $0.arrays = ["a"] }).contains("data.array has no effect"))
            #expect(try refusal(place, options { $0.size = [2, 2] }).contains("expected a folder of pictures"))
        }
        // A run that has begun keeps the keys that an earlier version let stand.
        #expect(try Dataset.load(path: array, options { ($0.kinds, $0.allowsIdleKeys) = (kinds.kinds, true) }).count == 3)
        #expect(try Dataset.load(path: images, options { ($0.weight, $0.allowsIdleKeys) = ("w", true) }).count == 1)
        #expect(try DataSource.load("digits", options { ($0.label, $0.allowsIdleKeys) = (.last, true) }).hasRows)
        // Another file may be of another format than the one whose keys it is read by.
        #expect(try Dataset.load(path: array, options { ($0.hasHeader, $0.isOfOtherData) = (true, true) }).count == 3)
        let named: [(String, LoadingOptions)] = [
            ("data.columns", options { $0.columns = ["a"] }), ("data.kinds", kinds), ("data.labelColumn", options { $0.label = .last }),
            ("data.shape", options { $0.shape = [1, 2] }), ("data.split", options { $0.split = "s" }),
        ]
        for source in ["rings", "digits"] {
            for (key, options) in named {
                let failure = #expect(throws: Failure.self) { try DataSource.load(source, options) }
                #expect(try #require(failure).message.hasPrefix("\(key) has no effect on \(source)"))
                #expect(try #require(failure).kind == .configuration)
            }
        }
    }

    @Test func `values that are not finite are refused with their place`() throws {
        let folder = try TemporaryFolder()
        for bad in [Float.nan, .infinity, -.infinity] {
            let path = try folder.file("x.npy", npy([3, 2], .float32([0, 1, 2, bad, 4, 5])))
            #expect(try refusal(path).contains("row 1, value 1"))
        }
        // Finite as double, infinite as float.
        #expect(try refusal(folder.file("x.npy", npy([1, 2], .float64([0, 1e300])))).contains("row 0, value 1"))
    }

    @Test func `an IDX file and CIFAR records load as images`() throws {
        let folder = try TemporaryFolder()
        let idx: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 9, 8, 7, 6]
        let images = try Dataset.load(path: folder.file("train-images-idx3-ubyte", idx))
        #expect(images.shape == ImageShape(height: 1, width: 2, channels: 1))
        #expect(images.values == .levels([9, 8, 7, 6], levels: 256))
        #expect(try Dataset.load(path: folder.path).values == images.values)
        #expect(try refusal(folder.file("labels", [0, 0, 8, 1, 0, 0, 0, 1, 4])).contains("looks like labels"))

        let cifar = try TemporaryFolder()
        let record: (UInt8) -> [UInt8] = { label in
            [label] + (0..<3072).map { UInt8(truncatingIfNeeded: $0 / 1024 * 50 + $0 % 1024 % 40) }
        }
        let first = try Dataset.load(path: cifar.file("data_batch_1.bin", record(3)))
        #expect(first.shape == ImageShape(height: 32, width: 32, channels: 3))
        #expect(first.labels == [3])
        guard case .levels(let pixels, 256) = first.values else { throw Failure(.software, "CIFAR has levels") }
        #expect(pixels[0..<6] == [0, 50, 100, 1, 51, 101])
        _ = try cifar.file("data_batch_2.bin", record(4) + record(5))
        #expect(try Dataset.load(path: cifar.path).labels == [3, 4, 5])
        #expect(try refusal(cifar.file("data_batch_2.bin", record(4) + [1, 1])).contains("data_batch_2.bin: byte 3073"))
        #expect(try refusal(cifar.path).contains("data_batch_2.bin: byte 3073"))
        #expect(try refusal(cifar.file("x.bin", record(10))).contains("a label from 0 to 9, found 10"))
    }

    @Test func `IDX images take the labels beside them where labels are wanted`() throws {
        let folder = try TemporaryFolder()
        let images = try folder.file("train-images-idx3-ubyte", [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 9, 8, 7, 6])
        var options = LoadingOptions()
        options.readsLabels = true
        #expect(try refusal(images, options).contains("train-labels-idx1-ubyte, plain or .gz, found no such file"))
        _ = try folder.file("train-labels-idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, 3, 4, 2, 1])
        #expect(try refusal(images, options).contains("expected 2 labels of one byte"))
        _ = try folder.file("train-labels-idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, 2, 4, 2])
        #expect(try Dataset.load(path: images, options).labels == [4, 2])
        #expect(try Dataset.load(path: folder.path, options).labels == [4, 2])
        #expect(try Dataset.load(path: images).labels == nil)
    }

    @Test func `tables load with and without labels and with chosen columns`() throws {
        let folder = try TemporaryFolder()
        var lastIsLabel = LoadingOptions()
        lastIsLabel.label = .last
        let path = try folder.file("t.csv", Array("a,b,c\n1,2,0\n3,4,1\n".utf8))
        let whole = try Dataset.load(path: path)
        #expect(whole.values == .floats([1, 2, 0, 3, 4, 1]))
        #expect(whole.columnNames == ["a", "b", "c"])
        var options = LoadingOptions()
        options.label = .last
        let labelled = try Dataset.load(path: path, options)
        #expect(labelled.values == .floats([1, 2, 3, 4]))
        #expect(labelled.labels == [0, 1])
        #expect(labelled.columnNames == ["a", "b"])
        options.columns = ["c", "a"]
        #expect(try Dataset.load(path: path, options).values == .floats([0, 1]))
        options.columns = ["a"]
        #expect(try refusal(path, options).contains("expected columns before the label"))
        options.columns = ["a", "d"]
        #expect(try refusal(path, options).contains("a column named 'd', found a, b, c"))
        #expect(try refusal(folder.file("u.csv", Array("1,2\n3,.5\n".utf8)), lastIsLabel).contains("found 0.5"))
        #expect(try refusal(folder.file("e.csv", Array("a,b\n".utf8))).contains("expected at least one row"))
    }

    @Test func `how a table is read is the person's choice, and what was guessed goes with the data`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("t.txt", Array(",x;y\n0,1;2\n1,3;4\n".utf8))
        var options = LoadingOptions()
        options.separator = .semicolon
        options.hasHeader = true
        options.columns = ["y"]
        #expect(try Dataset.load(path: path, options).values == .floats([2, 4]))
        let pandas = try Dataset.load(path: folder.file("p.csv", Array(",0,1\n0,1,2\n1,3,4\n".utf8)))
        #expect(pandas.values == .floats([1, 2, 3, 4]) && pandas.columnNames == ["0", "1"] && pandas.notes.count == 2)
        let source = try DataSource(encoded: DataSource.dataset(pandas).encoded())
        #expect(source.notes == pandas.notes)
        // Notes are no part of what a run is bound to.
        #expect(try Dataset.load(path: folder.file("q.csv", Array("a,b\n1,2\n3,4\n".utf8))).digest == pandas.digest)
    }

    @Test func `a structured array is a table with names`() throws {
        let folder = try TemporaryFolder()
        let header = "{'descr': [('a', '<f4'), ('class', '|u1')], 'fortran_order': False, 'shape': (2,), }"
        let bytes =
            [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8)
            + [0, 0, 0x80, 0x3f, 1, 0, 0, 0, 0xc0, 0]
        var options = LoadingOptions()
        options.label = .last
        let path = try folder.file("s.npy", bytes)
        let table = try Dataset.load(path: path, options)
        #expect(table.values == .floats([1, -2]) && table.labels == [1, 0] && table.columnNames == ["a"])
        options.columns = ["b"]
        #expect(try refusal(path, options).contains("expected a field named 'b', found a, class"))
    }

    @Test func `a file above the limit names the key that raises it`() throws {
        let folder = try TemporaryFolder()
        var options = LoadingOptions()
        options.limit = 10
        #expect(try refusal(folder.file("t.csv", Array("a,b\n1,2\n3,4\n".utf8)), options).contains("the limit is 10. Raise data.limit"))
    }

    @Test func `unknown sources name what is known`() throws {
        let folder = try TemporaryFolder()
        let failure = #expect(throws: Failure.self) { try DataSource.load("digts") }
        #expect(failure?.kind == .missingInput)
        #expect(failure?.message.contains("Did you mean \"digits\"?") == true)
        #expect(
            failure?.message.contains("25gaussians, 8gaussians, rings, moons, pinwheel, swissroll, 2spirals, checkerboard, digits") == true)
        let path = #expect(throws: Failure.self) { try DataSource.load("\(folder.path)/absent.npy") }
        #expect(path?.kind == .missingInput)
        #expect(path?.message.contains("Did you mean") == false)
        #expect(try refusal(folder.file("x", [1, 2, 3, 255])).contains("found the bytes 1 2 3 ff"))
        #expect(try refusal(folder.file("y", [])).contains("found an empty file"))
        #expect(try refusal(folder.path).contains("expected a folder with train-images"))
        #expect(try DataSource.load("rings").density?.kind == .rings)
        #expect(try DataSource.load("digits").dataset?.count == 1797)
    }

    @Test func `the encoded form gives the same source and refuses damage`() throws {
        let table = try Dataset(
            name: "t", shape: ImageShape(vector: 2), values: .floats([1, -2, 3.5, 4]), labels: [7, -8], columnNames: ["a", "b\"ü"])
        for source in [DataSource.dataset(table), .dataset(try .digits()), .density(PlaneDensity(.spirals))] {
            #expect(try DataSource(encoded: source.encoded()) == source)
        }
        let bytes = try DataSource.dataset(table).encoded()
        for count in 0..<bytes.count { #expect(throws: Failure.self) { try DataSource(encoded: Array(bytes[..<count])) } }
        #expect(throws: Failure.self) { try DataSource(encoded: bytes + [0]) }
        var generator = SplitMix64(state: 11)
        for _ in 0..<3000 {
            var damaged = bytes
            damaged[generator.next(below: bytes.count)] ^= UInt8(1 << generator.next(below: 8))
            // A name or a label may change unseen; values, shapes and sizes may not.
            if let read = try? DataSource(encoded: damaged) { #expect(read.digest == table.digest) }
        }
    }

    @Test func `equal data have equal digests`() throws {
        let make = { (name: String, values: [Float], width: Int) in
            try Dataset(name: name, shape: ImageShape(vector: width), values: .floats(values)).digest
        }
        #expect(try make("a", [1, 2, 3, 4], 2) == make("b", [1, 2, 3, 4], 2))
        #expect(try make("a", [1, 2, 3, 4], 2) != make("a", [1, 2, 3, 5], 2))
        #expect(try make("a", [1, 2, 3, 4], 2) != make("a", [1, 2, 3, 4], 4))
    }

    @Test(.enabled(if: hasRealData, "no shared/data beside the package"))
    func `real files load`() throws {
        let mnist = try Dataset.load(path: "\(realData)/mnist")
        #expect(mnist.count == 60_000)
        #expect(mnist.shape == ImageShape(height: 28, width: 28, channels: 1))
        guard case .levels(let pixels, _) = mnist.values else { throw Failure(.software, "MNIST has levels") }
        // The known mean of MNIST, 0.1307 of 255.
        let sum = pixels.reduce(0) { $0 + Int($1) }
        let mean = Double(sum) / Double(pixels.count) / 255
        #expect(abs(mean - 0.1307) < 5e-5)
        let cifar = try Dataset.load(path: "\(realData)/cifar10")
        #expect(cifar.count == 10_000)
        // The means of the first batch by NumPy.
        let means = cifar.moments().means
        for (channel, mean) in [0.493458, 0.483375, 0.447179].enumerated() {
            let values = stride(from: channel, to: 3072, by: 3).map { Double(means[$0]) }
            let found = values.reduce(0, +) / 1024 / 255
            #expect(abs(found - mean) < 1e-6)
        }
        #expect(try Dataset.load(path: "\(realData)/fashion-mnist/t10k-images-idx3-ubyte.gz").count == 10_000)
        var options = LoadingOptions()
        options.label = .last
        let magic = try Dataset.load(path: "\(realData)/tabular/magic_gamma.csv.gz", options)
        #expect(magic.count == 19_020 && magic.shape.count == 10)
        #expect(magic.labels?.filter { $0 == 0 }.count == 12_332)
        let penguins = try Dataset.load(path: "\(realData)/tabular/penguins.csv")
        #expect(penguins.count == 344 && penguins.shape.count == 17)
    }
}

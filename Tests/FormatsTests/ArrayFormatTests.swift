import Failures
import Formats
import TestSupport
import Testing

@Suite struct NPYTests {
    private let floats = NumericArray(shape: [2, 3], .float32([1, 2.5, -3, 0, .infinity, .leastNonzeroMagnitude]))

    /// Written by numpy.save(numpy.arange(3, dtype="<i4").reshape(1, 3)).
    private let known: [UInt8] =
        [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array("{'descr': '<i4', 'fortran_order': False, 'shape': (1, 3), }".utf8)
        + [UInt8](repeating: 32, count: 58) + [10, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0]

    @Test func `a file of NumPy is read, and written the same`() throws {
        let array = try NPY.decode(known, name: "x")
        #expect(array == NumericArray(shape: [1, 3], .int32([0, 1, 2])))
        #expect(NPY.encode(array) == known)
    }

    @Test func `what is written is read back`() throws {
        let arrays = [
            floats, NumericArray(shape: [2], .float64([.pi, -0.0])), NumericArray(shape: [3], .uint8([0, 1, 255])),
            NumericArray(shape: [2, 1], .int32([.min, .max])), NumericArray(shape: [1, 1, 1], .int64([.min])),
            NumericArray(shape: [2], .bool([0, 1])), NumericArray(shape: [], .float32([4])), NumericArray(shape: [0, 7], .float32([])),
        ]
        for array in arrays {
            let bytes = NPY.encode(array)
            #expect(try NPY.decode(bytes, name: "x") == array)
            #expect((bytes.count - array.count * array.type.size) % 64 == 0)
        }
    }

    @Test func `headers of Python 2 are read`() throws {
        let array = try NPY.decode(
            file("{'descr': '<i4', 'fortran_order': False, 'shape': (1L, 2L), }", [1, 0, 0, 0, 2, 0, 0, 0]), name: "x")
        #expect(array == NumericArray(shape: [1, 2], .int32([1, 2])))
        try refusal { _ = try NPY.decode(file("{'descr': '<i4', 'fortran_order': False, 'shape': (1LL,), }", [1, 0, 0, 0]), name: "x") }
    }

    @Test func `numbers of 16 bits become floats`() throws {
        // 1, -2, the largest, the smallest above 0, infinity
        let bytes: [UInt8] = [0, 0x3c, 0, 0xc0, 0xff, 0x7b, 1, 0, 0, 0x7c]
        let array = try NPY.decode(file("{'descr': '<f2', 'fortran_order': False, 'shape': (5,), }", bytes), name: "x")
        #expect(array.values == .float32([1, -2, 65504, 0x1p-24, .infinity]))
    }

    /// Two records of an aligned type: a byte, three of padding, a float, a double, text of three letters.
    private let records =
        ([7, 0, 0, 0, 0, 0, 0xc0, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0xc0] + [97, 98, 99]
        + [8, 9, 9, 9, 0, 0, 0, 0xbf, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f] + [97, 98, 99]) as [UInt8]
    private let recordHeader =
        "{'descr': [('n', '|u1'), ('', '|V3'), ('x', '<f4'), ('y', '<f8'), ('s', '|S3')], 'fortran_order': False, 'shape': (2,), }"

    @Test func `a structured array is a table of its fields`() throws {
        let bytes = file(recordHeader, records)
        let table = try #require(try NPY.table(decoding: bytes, name: "x", select: .names(["y", "n", "x"])))
        #expect(table.map(\.name) == ["y", "n", "x"])
        #expect(table.map(\.array.values) == [.float64([-2, 1]), .uint8([7, 8]), .float32([1.5, -0.5])])
        #expect(try NPY.table(decoding: known, name: "x") == nil)
        #expect(
            try refusal { _ = try NPY.table(decoding: bytes, name: "x") }.message.contains(
                "found 's' of '|S3'. Choose others with data.columns"))
        #expect(try refusal { _ = try NPY.table(decoding: bytes, name: "x", select: .names(["z"])) }.message.contains("found n, x, y, s"))
        #expect(try refusal { _ = try NPY.decode(bytes, name: "x") }.message.contains("structured_to_unstructured"))
        for count in 0..<records.count {
            try refusal { _ = try NPY.table(decoding: file(recordHeader, Array(records[..<count])), name: "x", select: .names(["x"])) }
        }
        for (old, new) in [("(2,)", "(2, 1)"), ("(2,)", "(4611686018427387904,)"), ("'<f8'", "'O'"), ("'|S3'", "'|S99999999999'")] {
            let header = recordHeader.replacing(old, with: new)
            try refusal { _ = try NPY.table(decoding: file(header, records), name: "x", select: .names(["x"])) }
        }
    }

    @Test func `random damage of a structured array never crashes`() throws {
        var random = SplitMix64(state: 11)
        let whole = file(recordHeader, records)
        for _ in 0..<5_000 { _ = try? NPY.table(decoding: random.damaged(whole), name: "x", select: .names(["x"])) }
    }

    @Test(
        arguments: [
            ("|i1", [0x80, 0x7f], NumericArray.Values.int32([-128, 127])), ("<i2", [0xfe, 0xff, 1, 0], .int32([-2, 1])),
            (">i2", [0xff, 0xfe, 0, 1], .int32([-2, 1])), ("<u2", [0xff, 0xff, 1, 0], .int32([65535, 1])),
            (">u4", [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 2], .int64([4_294_967_295, 2])),
            (">f4", [0x3f, 0xc0, 0, 0, 0xbf, 0x80, 0, 0], .float32([1.5, -1])), (">f2", [0x3c, 0, 0xc0, 0], .float32([1, -2])),
            ("<u8", [1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0], .int64([1, 2])),
            // Beyond whole numbers with a sign: rounded.
            ("<u8", [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80], .float64([1, 0x1p63])),
            (">i8", [0, 0, 0, 0, 0, 0, 0, 3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], .int64([3, -1])),
        ] as [(String, [UInt8], NumericArray.Values)])
    func `whole numbers of any size and either order of bytes are read`(type: String, bytes: [UInt8], values: NumericArray.Values) throws {
        #expect(try NPY.decode(file("{'descr': '\(type)', 'fortran_order': False, 'shape': (2,), }", bytes), name: "x").values == values)
    }

    @Test func `arrays in the order of Fortran have their indices turned`() throws {
        // Value = 100 i + 10 j + k of a 2 x 3 x 2 array.
        let bytes: [UInt8] = [0, 100, 10, 110, 20, 120, 1, 101, 11, 111, 21, 121]
        let array = try NPY.decode(file("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 2), }", bytes), name: "x")
        #expect(array == NumericArray(shape: [2, 3, 2], .uint8([0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121])))
        #expect(try NPY.decode(file("{'descr': '|u1', 'fortran_order': True, 'shape': (0, 3), }"), name: "x").count == 0)
    }

    @Test func `versions 2 and 3 are read`() throws {
        for version in [UInt8(2), 3] {
            let bytes = Array(known[..<6]) + [version, 0, 118, 0, 0, 0] + known[10...]
            #expect(try NPY.decode(bytes, name: "x") == NPY.decode(known, name: "x"))
        }
    }

    private func file(_ header: String, _ data: [UInt8] = []) -> [UInt8] {
        [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count & 255), UInt8(header.utf8.count >> 8)] + Array(header.utf8) + data
    }

    @Test(arguments: [
        ("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", "expected a type of f2 f4 f8"),
        ("{'descr': '<f3', 'fortran_order': False, 'shape': (1,), }", "found '<f3'"),
        ("{'descr': '|u2', 'fortran_order': False, 'shape': (1,), }", "found '|u2'"),
        ("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", "found one with the fields a. The array is structured"),
        ("{'descr': [], 'fortran_order': False, 'shape': (1,), }", "a type"), ("{'descr': ['a'], 'shape': (1,), }", "'(' of a field"),
        ("{'descr': [('a', '<f4', (2,))], 'fortran_order': False, 'shape': (1,), }", "fields of one name and one plain type"),
        ("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "found '|O'"),
        ("{'descr': '>f8', 'fortran_order': True, 'shape': (1,), }", "expected 8 bytes"),
        ("{'descr': '<f4', 'fortran_order': 1, 'shape': (1,), }", "True or False"),
        ("{'descr': '<f4', 'fortran_order': False}", "the keys descr"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': 1}", "the keys descr"),
        ("{'descr': '<f4', 'descr': '<f4', 'shape': (1,)}", "each key once"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", "a dimension below 2^63"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", "a dimension below 2^63"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4), }", "more than 2^63"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 2, 0), }", "more than 2^63"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (2305843009213693952,), }", "more than 2^63"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,), }", "expected 4000000000000 bytes"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "expected 8 bytes"),
        ("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), } x", "nothing else"),
        ("{'descr': '<f4", "the end of a quoted text"), ("", "'{'"), ("{", "'''"),
    ])
    func `headers that promise something else are refused`(header: String, message: String) throws {
        let failure = try refusal { _ = try NPY.decode(file(header, [0, 0, 0, 0]), name: "x.npy") }
        #expect(failure.kind == .data)
        #expect(failure.message.hasPrefix("x.npy: byte "))
        #expect(failure.message.contains(message), "\(failure.message)")
    }

    @Test func `a shape of very many dimensions is refused`() throws {
        let ones = [String](repeating: "1", count: 100).joined(separator: ",")
        try refusal { _ = try NPY.decode(file("{'descr': '<f4', 'fortran_order': False, 'shape': (\(ones)), }", [0, 0, 0, 0]), name: "x") }
    }

    @Test func `a file cut or extended anywhere is refused`() throws {
        let whole = NPY.encode(floats)
        for count in 0..<whole.count { try refusal { _ = try NPY.decode(Array(whole[..<count]), name: "x") } }
        try refusal { _ = try NPY.decode(whole + [0], name: "x") }
    }

    @Test func `a damaged file is refused, or read as what its bytes say`() throws {
        var random = SplitMix64(state: 1)
        var read = 0
        for _ in 0..<20_000 {
            let damaged = random.damaged(known)
            guard let array = try? NPY.decode(damaged, name: "x") else { continue }
            read += 1
            let start = 10 + Int(damaged[8]) + Int(damaged[9]) << 8
            // Numbers that are turned round or widened have other bytes.
            let header = String(decoding: damaged[..<start], as: UTF8.self)
            guard ["<f4", "<f8", "|u1", "<i4", "<i8"].contains(where: header.contains) else { continue }
            #expect(array.values.littleEndianBytes == Array(damaged[start...]), "\(header)")
        }
        // Damage of the numbers alone, which are 12 of 140 bytes: less than a tenth.
        #expect(read > 100 && read < 2000, "\(read) of 20,000 were read")
    }
}

@Suite struct IDXTests {
    private let known: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255]

    @Test func `bytes and big-endian numbers are read`() throws {
        #expect(try IDX.decode(known, name: "x") == NumericArray(shape: [2, 1, 3], .uint8([1, 2, 3, 4, 5, 255])))
        #expect(try IDX.decode([0, 0, 13, 1, 0, 0, 0, 1, 0x3f, 0x80, 0, 0], name: "x") == NumericArray(shape: [1], .float32([1])))
        #expect(try IDX.decode([0, 0, 12, 1, 0, 0, 0, 1, 0, 0, 1, 2], name: "x") == NumericArray(shape: [1], .int32([258])))
        #expect(
            try IDX.decode([0, 0, 14, 1, 0, 0, 0, 1, 0xc0, 0, 0, 0, 0, 0, 0, 0], name: "x") == NumericArray(shape: [1], .float64([-2])))
        #expect(try IDX.decode([0, 0, 9, 1, 0, 0, 0, 1, 0xff], name: "x") == NumericArray(shape: [1], .int32([-1])))
        #expect(try IDX.decode([0, 0, 11, 1, 0, 0, 0, 1, 1, 2], name: "x") == NumericArray(shape: [1], .int32([258])))
        #expect(try IDX.decode([0, 0, 8, 1, 0, 0, 0, 0], name: "x").count == 0)
    }

    @Test func `a file cut or extended anywhere is refused`() throws {
        for count in 0..<known.count { try refusal { _ = try IDX.decode(Array(known[..<count]), name: "x") } }
        #expect(try refusal { _ = try IDX.decode(known + [0], name: "x") }.message.contains("x: byte 16: expected 6 bytes"))
    }

    @Test func `foreign types, ranks and sizes are refused`() throws {
        for (place, value) in [(0, 1), (1, 1), (2, 10), (2, 0), (3, 0), (3, 5), (3, 255)] as [(Int, UInt8)] {
            var damaged = known
            damaged[place] = value
            try refusal { _ = try IDX.decode(damaged, name: "x") }
        }
        let huge = [0, 0, 14, 4] + [UInt8](repeating: 255, count: 16)
        #expect(try refusal { _ = try IDX.decode(huge, name: "x") }.message.contains("more than 2^63 bytes"))
    }

    @Test func `a damaged file is refused, or read as what its bytes say`() throws {
        var random = SplitMix64(state: 2)
        var read = 0
        for _ in 0..<20_000 {
            let damaged = random.damaged(known)
            guard let array = try? IDX.decode(damaged, name: "x") else { continue }
            read += 1
            // Whole numbers of one or two bytes are widened.
            if [9, 11].contains(damaged[2]) { continue }
            let (rank, size) = (Int(damaged[3]), array.type.size)
            #expect(array.shape == (1...rank).map { damaged[4 * $0..<4 * $0 + 4].reduce(0) { $0 << 8 | Int($1) } })
            // Big-endian in the file.
            let bytes = array.values.littleEndianBytes
            let turned = stride(from: 0, to: bytes.count, by: size).flatMap { bytes[$0..<$0 + size].reversed() }
            #expect(turned == Array(damaged[(4 + 4 * rank)...]), "\(damaged)")
        }
        #expect(read > 500 && read < 15_000, "\(read) of 20,000 were read")
    }
}

@Suite struct CIFARTests {
    private func record(_ label: UInt8) -> [UInt8] { [label] + (0..<3072).map { UInt8(truncatingIfNeeded: $0) } }

    @Test func `records are read`() throws {
        let records = try CIFARRecords(decoding: record(9) + record(0), name: "x")
        #expect(records.labels == [9, 0] && records.superclasses == nil)
        #expect(records.planes.count == 2 * 3072)
        #expect(records.planes[3072..<3075] == [0, 1, 2])
    }

    @Test func `records of CIFAR-100 are told from those of CIFAR-10, and have two labels`() throws {
        let bytes = [19] + record(99) + [0] + record(0)
        let records = try CIFARRecords(decoding: bytes, name: "x")
        #expect(records.labels == [99, 0] && records.superclasses == [19, 0] && records.planes.count == 2 * 3072)
        #expect(CIFARRecords.kind(of: bytes) == .hundred && CIFARRecords.kind(of: record(9)) == .ten)
        #expect(
            try refusal { _ = try CIFARRecords(decoding: [20] + record(3), name: "x") }.message.contains(
                "byte 0: expected a label from 0 to 19, found 20"))
    }

    @Test func `damaged records are refused`() throws {
        #expect(try refusal { _ = try CIFARRecords(decoding: [], name: "x") }.kind == .data)
        #expect(try refusal { _ = try CIFARRecords(decoding: Array(record(1).dropLast()), name: "x") }.message.contains("found 3072 bytes"))
        #expect(try refusal { _ = try CIFARRecords(decoding: record(1) + [2, 2], name: "x") }.message.contains("x: byte 3073"))
        #expect(
            try refusal { _ = try CIFARRecords(decoding: record(1) + record(10), name: "x") }.message.contains(
                "byte 3073: expected a label"))
    }
}

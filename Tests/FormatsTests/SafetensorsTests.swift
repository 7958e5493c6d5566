import Failures
import Formats
import TestSupport
import Testing

@Suite struct SafetensorsTests {
    private let tensors: [(name: String, array: NumericArray)] = [
        ("layers.0.weight", NumericArray(shape: [2, 2], .float32([1, 2, 3, 4]))),
        ("steps", NumericArray(shape: [], .int64([-5]))),
        ("ages \"ü\"\n", NumericArray(shape: [3], .int32([7, 8, 9]))),
        ("none", NumericArray(shape: [0, 4], .float64([]))),
        ("bytes", NumericArray(shape: [3], .uint8([1, 2, 255]))),
    ]
    private let metadata = ["b": "line\nfeed \\ \"quote\"", "a": "{\"x\":1}", "emoji": "😀"]

    @Test func `the bytes are those of the format`() throws {
        let bytes = Safetensors.encode([("w", NumericArray(shape: [1, 2], .float32([1, -2])))], metadata: ["k": "v"])
        let header = #"{"__metadata__":{"k":"v"},"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}"#
        let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
        #expect(bytes == [UInt8(padded.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(padded.utf8) + [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0])
    }

    @Test func `what is written is read back, whole and in parts`() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/model.safetensors"
        try AtomicFile.write(Safetensors.encode(tensors, metadata: metadata), to: path)
        let file = try Safetensors(path)
        #expect(file.header.metadata == metadata)
        #expect(file.header.tensors.map(\.name) == tensors.map(\.name))
        #expect(file.header.dataStart % 8 == 0)
        #expect(try file.header.fileSize == contents(path).count)
        for (name, array) in tensors { #expect(try file.array(name) == array) }
        #expect(try file.values("layers.0.weight", 1..<3) == .float32([2, 3]))
        #expect(try file.bytes(in: 16..<24) == [0xfb, 255, 255, 255, 255, 255, 255, 255])
        #expect(try file.header.bytes == Array(contents(path)[..<file.header.dataStart]))
    }

    @Test func `a header stands for data that are written elsewhere`() throws {
        let folder = try TemporaryFolder()
        let header = SafetensorsHeader([("chains", .float32, [4, 2]), ("ages", .int32, [4])], metadata: ["step": "3"])
        #expect(header["chains"]?.range == 0..<32)
        #expect(header["ages"]?.range == 32..<48)
        #expect(header.fileSize == header.bytes.count + 48)
        let path = try folder.file("chains", header.bytes + [UInt8](repeating: 0, count: 48))
        #expect(try Safetensors(path).header == header)
    }

    @Test func `equal tensors and texts give equal bytes`() {
        // Dictionaries have another order in every process and for every history: build the same in two ways.
        var other: [String: String] = [:]
        for index in 0..<100 { other["k\(index)"] = "" }
        for index in 0..<100 { other["k\(index)"] = nil }
        for (key, value) in metadata.reversed() { other[key] = value }
        #expect(Safetensors.encode(tensors, metadata: metadata) == Safetensors.encode(tensors, metadata: other))
    }

    @Test func `unknown tensors and values beyond a tensor are refused`() throws {
        let folder = try TemporaryFolder()
        let file = try Safetensors(folder.file("x", Safetensors.encode(tensors)))
        #expect(
            try refusal { _ = try file.array("weight") }.message.contains("expected a tensor 'weight', found 5 others (layers.0.weight"))
        #expect(try refusal { _ = try file.values("steps", 0..<2) }.message.contains("expected at least 2 values, found 1"))
    }

    private func file(_ header: String, data: Int) -> [UInt8] {
        [UInt8(header.utf8.count & 255), UInt8(header.utf8.count >> 8), 0, 0, 0, 0, 0, 0] + Array(header.utf8)
            + [UInt8](repeating: 0, count: data)
    }

    @Test func `a foreign order of the text and other spaces are read`() throws {
        let folder = try TemporaryFolder()
        let header =
            "{ \"b\" : {\"shape\": [1], \"dtype\":\"U8\",\"data_offsets\":[4, 5]} ,\n\"\\u0061\\ud83d\\ude00\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}"
        let file = try Safetensors(folder.file("x", file(header, data: 5)))
        #expect(file.header.tensors.map(\.name) == ["a😀", "b"])
        #expect(try Safetensors(folder.file("y", self.file("{}", data: 0))).header.tensors.isEmpty)
    }

    @Test func `numbers of 16 bits become floats`() throws {
        let folder = try TemporaryFolder()
        let header = #"{"h":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"b":{"dtype":"BF16","shape":[2],"data_offsets":[4,8]}}"#
        let whole = file(header, data: 0) + [0, 0x3c, 0xff, 0xfb, 0x80, 0x3f, 0x20, 0xc1]
        let read = try Safetensors(folder.file("x", whole))
        #expect(try read.array("h") == NumericArray(shape: [2], .float32([1, -65504])))
        #expect(try read.array("b") == NumericArray(shape: [2], .float32([1, -10])))
        #expect(try read.values("b", 1..<2) == .float32([-10]))
        #expect(read.header.summary == "h [2], b [2]")
    }

    @Test(arguments: [
        (
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}"#, 6,
            "'b' to begin at byte 4"
        ),
        (
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}"#, 12,
            "'b' to begin at byte 4"
        ),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8, "'a' to begin at byte 0"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8, "'a' again"),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4, "as many bytes as [2] values"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 4, "an end before its begin"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 3, "expected 4 bytes of data, as the header says, found 3"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 5, "appended"),
        (#"{"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}"#, 4, "found 'F8_E4M3'. Convert the tensor"),
        (#"{"a":{"dtype":"F16","shape":[1],"data_offsets":[0,4]}}"#, 4, "as many bytes as [1] values of F16"),
        (#"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}"#, 4, "as many bytes"),
        (#"{"a":{"dtype":"F32","shape":[4611686018427387905],"data_offsets":[0,4]}}"#, 4, "as many bytes"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,99999999999999999999]}}"#, 4, "a whole number below 2^63"),
        (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4, "a whole number"),
        (#"{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}"#, 4, "']'"),
        (#"{"a":{"dtype":"F32","shape":[1]}}"#, 4, "dtype, shape and data_offsets"),
        (#"{"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}"#, 4, "each once"),
        (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}"#, 4, "found 'x'"),
        (#"{"__metadata__":{"a":1}}"#, 0, "'\"'"), (#"{"__metadata__":{"a":"1","a":"2"}}"#, 0, "'a' again"),
        (#"{"a":"#, 0, "'{'"), ("[]", 0, "'{'"), ("{} x", 0, "the end of the header"), (#"{"\ud800":{}}"#, 0, "surrogates"),
        (#"{"\x":{}}"#, 0, "an escape"),
        ("{\"a\n\":{}}", 0, "the end of a text"), (#"{"\u12"#, 0, "hexadecimal"),
        (
            #"{"a":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,1]}}"#, 1,
            "at most 32"
        ),
    ])
    func `headers that lie are refused`(header: String, data: Int, message: String) throws {
        let folder = try TemporaryFolder()
        let failure = try refusal { _ = try Safetensors(folder.file("x.safetensors", file(header, data: data))) }
        #expect(failure.kind == .data)
        #expect(failure.message.contains("x.safetensors: byte "))
        #expect(failure.message.contains(message), "\(failure.message)")
    }

    @Test func `lengths beyond the file are refused`() throws {
        let folder = try TemporaryFolder()
        for length in [[UInt8](repeating: 255, count: 8), [3, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 128]] {
            #expect(
                try refusal { _ = try Safetensors(folder.file("x", length + [0x7b, 0x7d])) }.message.contains("a header of at most 2 bytes")
            )
        }
    }

    @Test func `a file cut or extended anywhere is refused`() throws {
        let folder = try TemporaryFolder()
        let whole = Safetensors.encode(tensors, metadata: metadata)
        for count in 0..<whole.count { try refusal { _ = try Safetensors(folder.file("x", Array(whole[..<count]))) } }
        try refusal { _ = try Safetensors(folder.file("x", whole + [0])) }
    }

    @Test func `a damaged file is refused, or its tensors are the bytes that its header names`() throws {
        let folder = try TemporaryFolder()
        var random = SplitMix64(state: 5)
        let whole = Safetensors.encode(tensors, metadata: metadata)
        var read = 0
        for _ in 0..<5000 {
            let damaged = random.damaged(whole)
            guard let file = try? Safetensors(folder.file("x", damaged)) else { continue }
            read += 1
            let start = 8 + damaged[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
            for tensor in file.header.tensors {
                #expect(tensor.shape.reduce(tensor.type.size, *) == tensor.range.count)
                let bytes = Array(damaged[(start + tensor.range.lowerBound)..<(start + tensor.range.upperBound)])
                // Numbers of 16 bits are widened, truth values are 0 and 1.
                guard tensor.type.size != 2, tensor.type != .bool else { continue }
                #expect(try file.array(tensor.name).values.littleEndianBytes == bytes, "\(tensor.name)")
            }
        }
        #expect(read > 100 && read < 4000, "\(read) of 5,000 were read")
    }
}

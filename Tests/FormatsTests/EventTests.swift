import Formats
import Foundation
import TestSupport
import Testing

@Suite struct EventTests {
    private static let time = 1_700_000_000.25

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { String(format: "%02x", $0) }.joined()
    }

    @Test func `the checksum is that of the standard's examples`() {
        // RFC 3720, appendix B.4.
        #expect(CRC32C.of([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(CRC32C.of([UInt8](repeating: 0xff, count: 32)) == 0x62A8_AB43)
        #expect(CRC32C.of(Array(0..<32)) == 0x46DD_794E)
        #expect(CRC32C.of(Array("123456789".utf8)) == 0xE306_9283)
        #expect(CRC32C.of([]) == 0)
    }

    @Test func `whole numbers take seven bits a byte`() {
        func bytes(_ value: Int) -> [UInt8] {
            var message = WireMessage()
            message.add(1, value)
            return message.bytes
        }
        #expect(bytes(0) == [8, 0] && bytes(127) == [8, 0x7f] && bytes(128) == [8, 0x80, 1] && bytes(300) == [8, 0xac, 2])
        #expect(bytes(-1) == [8] + [UInt8](repeating: 0xff, count: 9) + [1])
        var message = WireMessage()
        message.add(16, true)
        #expect(message.bytes == [0x80, 1, 1])
    }

    /// What `Tests/Interop/golden_events.py` prints: records that the tensorboard package makes.
    private static let golden = """
        version 1800000000000000a37f4b220900001040fc54d9411a0d627261696e2e4576656e743a32338d2fe9
        scalars 3d000000000000006049f1ec0900001040fc54d94110ac022a2f0a170a10747261696e2f656e657267795f67617015000000be0a140a0d747261696e2f\
        736b6970706564150000000008eb7cb6
        image 2600000000000000734fe3000900001040fc54d94110ac022a180a160a0773616d706c6573220b08021003180122030102ff4ab35db0
        histogram 60000000000000002821c6da0900001040fc54d94110ac022a520a500a0b656e657267792f646174612a4109000000000000f03f11000000000000f0\
        3f1900000000000008402100000000000008402900000000000008403208000000000000f03f3a080000000000000840480d4ad8
        text 3700000000000000e7e8ca590900001040fc54d94110ac022a290a270a0d636f6e66696775726174696f6e420c080712004206736368c3b66e4a080a060a0\
        47465787407450112
        hyperparameters 860000000000000070011d5c0900001040fc54d94110ac022a780a760a1c5f68706172616d735f2f73657373696f6e5f73746172745f696e66\
        6f42060801120212004a4e0a4c0a0768706172616d7312411a3f0a150a08612e6e756d62657212091100000000000004400a0f0a06622e7465787412051a037063\
        640a0c0a06632e666c6167120220012900001040fc54d941a2750837
        """

    private static let events: [String: Event] = [
        "version": .fileVersion(time: time),
        "scalars": event(.scalar("train/energy_gap", -0.125), .scalar("train/skipped", 0)),
        "image": event(.image("samples", Picture(width: 3, height: 2, channels: 1), png: [1, 2, 255])),
        "text": event(.text("configuration", "schön")),
        "histogram": event(ValueHistogram(of: [1, 1, .nan, 1]).map { .histogram("energy/data", $0) }),
        "hyperparameters": event(
            .hyperparameters([("a.number", .number(2.5)), ("b.text", .text("pcd")), ("c.flag", .flag(true))], start: time)),
    ]

    @Test func `records have the bytes that the tensorboard package gives them`() {
        let lines = Self.golden.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(lines.count == Self.events.count)
        for line in lines { #expect(Self.events[line[0]].map { Self.hexadecimal($0.record) } == line[1], "\(line[0])") }
    }

    private static func event(_ values: Event.Value?...) -> Event { .values(values.compactMap(\.self), step: 300, time: time) }

    @Test func `parts of a histogram are equally wide, hold every finite value, and the greatest value is in the last one`() throws {
        let values: [Float] = [-1, 0.01, 0.5, 1, .infinity, 1, -.infinity]
        let histogram = try #require(ValueHistogram(of: values[...]))
        #expect(histogram.range == -1...1 && histogram.counts.count == 50 && histogram.ends.count == 50)
        #expect(
            histogram.counts.enumerated().filter { $0.element > 0 }.map { [$0.offset, $0.element] } == [
                [0, 1], [25, 1], [37, 1], [49, 2],
            ])
        #expect(histogram.ends[0] == -0.96 && histogram.ends[49] == 1)
        #expect(ValueHistogram(of: [.nan]) == nil && ValueHistogram(of: []) == nil)
        #expect(ValueHistogram(of: [0, .leastNonzeroMagnitude])?.counts.reduce(0, +) == 2)
    }

    @Test func `the whole records of a file end where one is cut short or damaged`() throws {
        let folder = try TemporaryFolder()
        let (first, second) = (EventRecord.bytes(of: [1, 2, 3]), EventRecord.bytes(of: Array(0..<100)))
        func wholeLength(_ bytes: [UInt8]) throws -> Int {
            try EventRecord.wholeLength(of: folder.file("events", bytes))
        }
        for length in 0..<first.count { #expect(try wholeLength(Array(first[..<length])) == 0) }
        for length in 0..<second.count { #expect(try wholeLength(first + second[..<length]) == first.count) }
        #expect(try wholeLength(first + second) == first.count + second.count)
        // A length that its checksum does not fit is none.
        var damaged = first + second
        damaged[first.count] ^= 1
        #expect(try wholeLength(damaged) == first.count)
        let endless = LittleEndian.bytes(of: [UInt64.max])
        #expect(try wholeLength(first + endless + LittleEndian.bytes(of: [CRC32C.masked(endless)]) + first) == first.count)
    }
}

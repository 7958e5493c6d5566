import Failures
import Formats
import Foundation
import TestSupport
import Testing

@Suite struct FileBytesTests {
    private let text: [UInt8] = (0..<5000).map { UInt8(truncatingIfNeeded: $0 * $0 / 7) }

    @Test func `plain and gzip files give the same bytes`() throws {
        let folder = try TemporaryFolder()
        #expect(try FileBytes.read(folder.file("plain", text)) == text)
        #expect(try FileBytes.read(folder.file("compressed", gzipped(text))) == text)
        #expect(try FileBytes.read(folder.file("empty", [])) == [])
        #expect(try FileBytes.read(folder.file("one", [0x1f])) == [0x1f])
        #expect(try FileBytes.read(folder.file("none.gz", gzipped([]))) == [])
    }

    @Test func `large gzip files pass through the buffers whole`() throws {
        let folder = try TemporaryFolder()
        // Sizes around the 256 KiB of the buffers, compressible (much output for little input) and not (the reverse).
        var random = SplitMix64(state: 4)
        for size in [(1 << 18) - 1, 1 << 18, (1 << 18) + 1, 1 << 20] {
            let constant = [UInt8](repeating: 7, count: size)
            let noise = (0..<size).map { _ in UInt8(random.next(below: 256)) }
            #expect(try FileBytes.read(folder.file("constant", gzipped(constant))) == constant)
            #expect(try FileBytes.read(folder.file("noise", gzipped(noise))) == noise)
        }
    }

    @Test func `several gzip members are one file`() throws {
        let folder = try TemporaryFolder()
        #expect(try FileBytes.read(folder.file("two", gzipped(text) + gzipped([1, 2]) + gzipped([]))) == text + [1, 2])
    }

    @Test func `a gzip file cut anywhere is refused`() throws {
        let folder = try TemporaryFolder()
        let whole = gzipped(Array(text.prefix(300)))
        for count in 2..<whole.count {
            let failure = try refusal { _ = try FileBytes.read(folder.file("cut", Array(whole[..<count]))) }
            #expect(failure.kind == .data)
            #expect(failure.message.contains("byte \(count): expected the rest of the gzip stream, found the end of the file"))
        }
    }

    @Test func `every flipped bit of a gzip file is noticed or harmless`() throws {
        let folder = try TemporaryFolder()
        let text = Array(text.prefix(200))
        let whole = gzipped(text)
        for bit in 16..<(8 * whole.count) {
            var damaged = whole
            damaged[bit / 8] ^= UInt8(1 << (bit % 8))
            // Time and system in the header and the padding of the last byte are covered by no checksum: they may change, the text may not.
            if let read = try? FileBytes.read(folder.file("damaged", damaged)) { #expect(read == text) }
        }
    }

    @Test func `bytes after a gzip member are refused`() throws {
        let folder = try TemporaryFolder()
        let whole = gzipped(text)
        for rest in [[0, 0, 7], [0, 0x1f, 0x8b], [1, 2, 3], [0x1f], [0x1f, 0x8b], [0x1f, 0x8c, 0, 0]] as [[UInt8]] {
            let failure = try refusal { _ = try FileBytes.read(folder.file("more", whole + rest)) }
            #expect(failure.message.contains("more: byte "))
            if rest[0] != 0x1f { #expect(failure.message.contains("Something was appended")) }
        }
    }

    @Test func `zeros behind a gzip member, as tapes leave them, are no part of the file`() throws {
        let folder = try TemporaryFolder()
        // Up to, and beyond, a buffer of 256 KiB.
        for zeros in [1, 512, 300_000] {
            #expect(
                try FileBytes.read(folder.file("padded", gzipped(text) + gzipped([9]) + [UInt8](repeating: 0, count: zeros))) == text + [9])
        }
    }

    @Test func `what exceeds the limit is refused before it is held`() throws {
        let folder = try TemporaryFolder()
        let bomb = try folder.file("bomb", gzipped([UInt8](repeating: 0, count: 50_000_000)))
        #expect(
            try refusal { _ = try FileBytes.read(bomb, limit: 1_000_000) }.message.contains(
                "expands to more than the limit of 1000000 bytes"))
        let plain = try folder.file("plain", text)
        #expect(try FileBytes.read(plain, limit: text.count) == text)
        #expect(try refusal { _ = try FileBytes.read(plain, limit: text.count - 1) }.message.contains("has 5000 bytes; the limit is 4999"))
        let exact = try folder.file("exact", gzipped(text))
        #expect(try FileBytes.read(exact, limit: text.count) == text)
        for path in [plain, exact] {
            #expect(try refusal { _ = try FileBytes.read(path, limit: text.count - 1) }.message.hasSuffix(". Give a smaller file."))
            #expect(
                try refusal { _ = try FileBytes.read(path, limit: 4, remedy: "Raise the key.") }.message.hasSuffix(". Raise the key."))
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `only regular files are read`() throws {
        let folder = try TemporaryFolder()
        #expect(try refusal { _ = try FileBytes.read(folder.path) }.message.contains("expected a regular file"))
        // Opening a pipe without a writer would wait for ever.
        let pipe = "\(folder.path)/pipe"
        #expect(unsafe mkfifo(pipe, 0o600) == 0)
        #expect(try refusal { _ = try FileBytes.read(pipe) }.kind == .data)
        #expect(try refusal { _ = try FileBytes.read("/dev/zero") }.kind == .data)
        let missing = try refusal { _ = try FileBytes.read("\(folder.path)/none") }
        #expect(missing.kind == .missingInput)
        #expect(missing.message.contains("No such file"))
    }
}

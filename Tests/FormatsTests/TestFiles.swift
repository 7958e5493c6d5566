import CZlib
import Failures
import Foundation
import Testing

/// A folder that is removed at the end of a test.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "ebm-dist-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file and returns its path.
    func file(_ name: String, _ bytes: [UInt8]) throws -> String {
        let path = "\(path)/\(name)"
        // Some file systems flush a file that replaces the contents of another: 9 ms each.
        try? FileManager.default.removeItem(atPath: path)
        try Data(bytes).write(to: URL(filePath: path))
        return path
    }
}

/// The bytes of a file.
func contents(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path))) }

/// A gzip file with one member.
func gzipped(_ bytes: [UInt8]) -> [UInt8] {
    var stream = unsafe z_stream()
    let started = unsafe deflateInit2_(
        &stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(started == Z_OK, "zlib cannot start")
    defer { _ = unsafe deflateEnd(&stream) }
    var source = bytes
    var target = [UInt8](repeating: 0, count: bytes.count + bytes.count / 8 + 256)
    let made = unsafe source.withUnsafeMutableBufferPointer { source in
        unsafe target.withUnsafeMutableBufferPointer { target in
            unsafe stream.next_in = source.baseAddress
            unsafe stream.avail_in = UInt32(source.count)
            unsafe stream.next_out = target.baseAddress
            unsafe stream.avail_out = UInt32(target.count)
            let answer = unsafe deflate(&stream, Z_FINISH)
            precondition(answer == Z_STREAM_END, "zlib did not end")
            return unsafe target.count - Int(stream.avail_out)
        }
    }
    return Array(target[..<made])
}

/// The failure that something ends with; an issue when it ends well.
@discardableResult
func refusal(_ location: SourceLocation = #_sourceLocation, _ body: () throws -> Void) throws -> Failure {
    let failure = #expect(throws: Failure.self, sourceLocation: location, performing: body)
    return try #require(failure, sourceLocation: location)
}

/// A small generator for damage (splitmix64), seeded so that a failure can be repeated.
struct Splitmix {
    var state: UInt64

    mutating func next(below bound: Int) -> Int {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return Int((z ^ (z >> 31)).multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// Some bytes with one to four of them changed, or a piece cut out, doubled or added.
    mutating func damaged(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0...next(below: 4) where !bytes.isEmpty {
            let place = next(below: bytes.count)
            switch next(below: 8) {
            case 0: bytes.removeSubrange(place..<min(bytes.count, place + 1 + next(below: 9)))
            case 1: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 1 + next(below: 9))], at: place)
            case 2: bytes.insert(UInt8(next(below: 256)), at: place)
            case 3: bytes[place] = [0, 0xff, 0x7f, 0x80][next(below: 4)]
            case 4: bytes[place] ^= UInt8(1 << next(below: 8))
            default: bytes[place] = UInt8(next(below: 256))
            }
        }
        return bytes
    }
}

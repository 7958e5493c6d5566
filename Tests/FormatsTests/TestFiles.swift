import CZlib
import Failures
import Foundation
import TestSupport
import Testing

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

/// Damage.
extension SplitMix64 {
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

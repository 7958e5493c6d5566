import CZlib
import Failures

/// Streaming decompression of gzip (RFC 1952): one or several members, each with its checksum, and zeros behind them, as tapes and blocks leave them.
enum Gzip {
    static let magic: [UInt8] = [0x1f, 0x8b]
    private static let chunk = 1 << 18

    /// Decompresses a file. Truncated or corrupt data, wrong checksums, bytes after the last member and more than `limit` bytes of output
    /// are refused.
    static func decompress(_ file: InputFile, limit: Int, remedy: String) throws(Failure) -> [UInt8] {
        let inflater = try GzipInflater(name: file.path, limit: limit, remedy: remedy)
        var offset = 0
        while offset < file.size {
            let next = min(offset + chunk, file.size)
            try inflater.add(file.bytes(in: offset..<next))
            offset = next
        }
        return try inflater.finish()
    }

    /// Decompresses bytes in memory.
    static func decompress(_ bytes: [UInt8], name: String, limit: Int, remedy: String) throws(Failure) -> [UInt8] {
        let inflater = try GzipInflater(name: name, limit: limit, remedy: remedy)
        try inflater.add(bytes)
        return try inflater.finish()
    }
}

/// The state of zlib while a gzip file passes through it.
@safe private final class GzipInflater {
    private let name: String
    private let limit: Int
    private let remedy: String
    // zlib keeps a pointer to the stream it was started with: the stream must not move.
    private let stream: UnsafeMutablePointer<z_stream>
    private var output: [UInt8] = []
    private var scratch = [UInt8](repeating: 0, count: 1 << 18)
    private var consumed = 0
    private var insideMember = true
    private var isPadded = false

    init(name: String, limit: Int, remedy: String) throws(Failure) {
        (self.name, self.limit, self.remedy) = (name, limit, remedy)
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        // 15: the greatest window; + 16: gzip wrapper only.
        let answer = unsafe inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard answer == Z_OK else { throw Failure(.software, "zlib cannot start (code \(answer)).") }
    }

    deinit {
        _ = unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Decompresses the next part of the file.
    func add(_ input: [UInt8]) throws(Failure) {
        var position = 0
        while position < input.count {
            if !insideMember {
                position += try skipPadding(input[position...])
                guard position < input.count else { break }
                try startMember(input[position])
            }
            let (answer, used, made) = inflateOnce(input, from: position)
            position += used
            consumed += used
            try append(made)
            switch answer {
            case Z_STREAM_END: insideMember = false
            case Z_OK: break
            // No progress: all input is used and all output was fetched.
            case Z_BUF_ERROR where used == 0 && made == 0 && position == input.count: break
            default: throw corrupt(answer)
            }
            // A full output buffer may hide more output of input that is already used.
            if made == scratch.count && position == input.count && insideMember { try drain() }
        }
    }

    /// The whole output; the input must have ended with a member.
    func finish() throws(Failure) -> [UInt8] {
        guard !insideMember else {
            throw Failure.damaged(
                name, byte: consumed, expected: "the rest of the gzip stream", found: "the end of the file",
                fix: "The file is truncated: fetch it again.")
        }
        return output
    }

    private func drain() throws(Failure) {
        var made = scratch.count
        while made == scratch.count && insideMember {
            let answer: Int32
            (answer, _, made) = inflateOnce([], from: 0)
            try append(made)
            if answer == Z_STREAM_END { insideMember = false }
            if answer != Z_STREAM_END && answer != Z_OK && answer != Z_BUF_ERROR { throw corrupt(answer) }
        }
    }

    private func inflateOnce(_ input: [UInt8], from position: Int) -> (answer: Int32, used: Int, made: Int) {
        unsafe input.withUnsafeBufferPointer { source in
            unsafe scratch.withUnsafeMutableBufferPointer { target in
                let available = source.count - position
                if let base = source.baseAddress { unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: base + position) }
                unsafe stream.pointee.avail_in = UInt32(available)
                unsafe stream.pointee.next_out = target.baseAddress
                unsafe stream.pointee.avail_out = UInt32(target.count)
                let answer = unsafe inflate(stream, Z_NO_FLUSH)
                return unsafe (answer, available - Int(stream.pointee.avail_in), target.count - Int(stream.pointee.avail_out))
            }
        }
    }

    private func append(_ made: Int) throws(Failure) {
        guard made <= limit - output.count else {
            throw Failure(
                .data, "\(name): byte \(consumed): the gzip stream expands to more than the limit of \(limit) bytes. \(remedy)")
        }
        output.append(contentsOf: scratch[0..<made])
    }

    /// Zeros behind a member; behind them only zeros may follow.
    private func skipPadding(_ input: ArraySlice<UInt8>) throws(Failure) -> Int {
        let zeros = input.prefix { $0 == 0 }.count
        consumed += zeros
        isPadded = isPadded || zeros > 0
        guard isPadded, zeros < input.count else { return zeros }
        throw Failure.damaged(
            name, byte: consumed, expected: "zeros up to the end of the file", found: "the byte \(input[input.startIndex + zeros])",
            fix: "Something was appended to the file: fetch it again.")
    }

    private func startMember(_ first: UInt8) throws(Failure) {
        guard first == Gzip.magic[0] else {
            throw Failure.damaged(
                name, byte: consumed, expected: "the end of the file or another gzip member", found: "the byte \(first)",
                fix: "Something was appended to the file: fetch it again.")
        }
        _ = unsafe inflateReset(stream)
        insideMember = true
    }

    private func corrupt(_ answer: Int32) -> Failure {
        let reason = unsafe stream.pointee.msg.map { unsafe String(cString: $0) } ?? "code \(answer)"
        return Failure.damaged(
            name, byte: consumed, expected: "a valid gzip stream", found: "corrupt data (\(reason))", fix: "Fetch the file again.")
    }
}

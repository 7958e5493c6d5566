import CZlib

/// Deflated bytes without a wrapper (RFC 1951), as zip archives hold them.
enum Deflate {
    /// The most that deflate makes of a byte.
    private static let mostExpansion = 1032
    /// zlib counts in 32 bits.
    private static let piece = 1 << 30

    /// The bytes of a stream of which the size is known; nil for damage, or for another size.
    static func inflated(_ packed: [UInt8], size: Int) -> [UInt8]? {
        guard size / mostExpansion <= packed.count else { return nil }
        var stream = unsafe z_stream()
        guard unsafe inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
        defer { _ = unsafe inflateEnd(&stream) }
        var isWhole = false
        // One byte more tells a stream that goes on.
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: size + 1) { target, made in
            unsafe packed.withUnsafeBufferPointer { source in
                var (used, answer) = (0, Z_OK)
                while answer == Z_OK || answer == Z_BUF_ERROR {
                    let (input, output) = (min(piece, source.count - used), min(piece, target.count - made))
                    unsafe stream.next_in = source.baseAddress.map { unsafe UnsafeMutablePointer(mutating: $0 + used) }
                    unsafe stream.next_out = target.baseAddress.map { unsafe $0 + made }
                    unsafe (stream.avail_in, stream.avail_out) = (UInt32(input), UInt32(output))
                    answer = unsafe inflate(&stream, Z_NO_FLUSH)
                    let (eaten, given) = unsafe (input - Int(stream.avail_in), output - Int(stream.avail_out))
                    (used, made) = (used + eaten, made + given)
                    if eaten == 0 && given == 0 { break }
                }
                isWhole = answer == Z_STREAM_END && used == packed.count
            }
        }
        return isWhole && bytes.count == size ? bytes : nil
    }

    /// The CRC-32 of some bytes.
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        UInt32(truncatingIfNeeded: unsafe bytes.withUnsafeBufferPointer { unsafe crc32_z(0, $0.baseAddress, $0.count) })
    }
}

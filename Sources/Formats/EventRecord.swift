import Failures

/// A record of an event file (TFRecord): the length of its data, 8 bytes, and their masked checksum, 4 bytes; the data; their masked checksum, 4 bytes.
package enum EventRecord {
    private static let (headSize, tailSize) = (12, 4)

    package static func bytes(of data: [UInt8]) -> [UInt8] {
        let length = LittleEndian.bytes(of: [UInt64(data.count)])
        return length + LittleEndian.bytes(of: [CRC32C.masked(length)]) + data + LittleEndian.bytes(of: [CRC32C.masked(data)])
    }

    /// The length of the whole records at the beginning of a file; what follows is none, or was cut short.
    package static func wholeLength(of path: String) throws(Failure) -> Int {
        let file = try InputFile(path)
        var end = 0
        while file.size - end >= headSize + tailSize {
            let head = try file.bytes(in: end..<end + headSize)
            let (length, checksum): ([UInt64], [UInt32]) = (
                LittleEndian.values(of: Array(head[..<8])), LittleEndian.values(of: Array(head[8...]))
            )
            guard checksum[0] == CRC32C.masked(Array(head[..<8])), length[0] <= file.size - end - headSize - tailSize else { break }
            end += headSize + Int(length[0]) + tailSize
        }
        return end
    }
}

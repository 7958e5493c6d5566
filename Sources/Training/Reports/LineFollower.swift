import Failures
import Formats

/// Reads the lines that a file has got since the last look.
package struct LineFollower {
    private let path: String
    private var read = 0
    /// The last bytes that were read: another file in the same place, or one that was cut and went on, has others.
    private var end: [UInt8] = []

    package init(_ path: String) { self.path = path }

    /// - Returns: the new whole lines, and whether earlier ones are no more; none without a file.
    package mutating func lines() throws(Failure) -> (new: [String], startsAnew: Bool) {
        guard try RunFolder.isFile(path) else { return ([], false) }
        let file = try InputFile(path)
        let known = file.size >= read ? try file.bytes(in: read - end.count..<read) : nil
        let isSame = known == end
        if !isSame { read = 0 }
        let bytes = try file.bytes(in: read..<file.size)
        guard let last = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return ([], !isSame) }
        let whole = bytes[...last]
        read += whole.count
        end = Array(whole.suffix(64))
        return (whole.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }, !isSame)
    }
}

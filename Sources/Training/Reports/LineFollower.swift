import Failures
import Formats

/// Reads the lines that a file has got since the last look.
package struct LineFollower {
    private let path: String
    private var read = 0
    /// The last line that was read: another file in the same place, or one that was cut and went on, has another there, since lines tell their steps and
    /// times.
    private var last: [UInt8] = []

    package init(_ path: String) { self.path = path }

    /// - Returns: the new whole lines, and whether earlier ones are no more; none without a file.
    /// - Throws: `.missingInput` or `.inputOutput` where the file is there and cannot be read.
    package mutating func lines() throws(Failure) -> (new: [String], startsAnew: Bool) {
        guard try RunFolder.isFile(path) else { return ([], false) }
        let file = try InputFile(path)
        let known = file.size >= read ? try file.bytes(in: read - last.count..<read) : nil
        let isSame = known == last
        if !isSame { (read, last) = (0, []) }
        let bytes = try file.bytes(in: read..<file.size)
        guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return ([], !isSame) }
        let lines = bytes[..<end].split(separator: UInt8(ascii: "\n"))
        read += end + 1
        last = Array(bytes[(bytes[..<end].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0)...end])
        return (lines.map { String(decoding: $0, as: UTF8.self) }, !isSame)
    }
}

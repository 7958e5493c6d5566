import Failures
import Formats
import Training

/// Reads a file of lines of JSON that grows: each time what is new.
struct LogReader {
    private let path: String
    /// What was read: whole lines.
    private var offset = 0

    init(_ path: String) { self.path = path }

    /// The objects of the new lines, in order; a line that is none, or that a crash cut short, is left out.
    /// - Throws: `.missingInput` or `.inputOutput` where the file is there and cannot be read.
    mutating func new() throws(Failure) -> [[String: JSONValue]] {
        guard try RunFolder.isFile(path) else { return [] }
        let file = try InputFile(path)
        guard file.size > offset else { return [] }
        let bytes = try file.bytes(in: offset..<file.size)
        guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        offset += end + 1
        return bytes[..<end].split(separator: UInt8(ascii: "\n")).compactMap { line in
            guard case .object(let members) = try? JSON5Parser.parse(Array(line), name: path) else { return nil }
            return members
        }
    }
}

import Failures

/// A file of data as its plain bytes, whether it is gzip or not.
package struct DataFile: Sendable {
    package let path: String
    /// The bytes it begins with: enough for what formats are told by.
    package let head: [UInt8]
    /// The greatest number of bytes that may be held, and what a person can do about it.
    package let limit: Int
    package let remedy: String
    /// What its bytes are read from, or they themselves.
    private enum Contents: Sendable {
        case file(InputFile)
        case bytes([UInt8])
    }

    private let contents: Contents

    private static let headSize = 4096

    /// - Throws: as `FileBytes.read`.
    package init(_ path: String, limit: Int = FileBytes.defaultLimit, remedy: String = FileBytes.smaller) throws(Failure) {
        (self.path, self.limit, self.remedy) = (path, limit, remedy)
        let file = try InputFile(path)
        let begin = try file.bytes(in: 0..<min(Self.headSize, file.size))
        guard begin.starts(with: Gzip.magic) else {
            (contents, head) = (.file(file), begin)
            return
        }
        let bytes = try FileBytes.read(path, limit: limit, remedy: remedy)
        (contents, head) = (.bytes(bytes), Array(bytes.prefix(Self.headSize)))
    }

    /// A file that stands in memory.
    package init(_ bytes: [UInt8], path: String, limit: Int = FileBytes.defaultLimit) {
        (self.path, self.limit, remedy) = (path, limit, FileBytes.smaller)
        (contents, head) = (.bytes(bytes), Array(bytes.prefix(Self.headSize)))
    }

    /// The name of the file in lower case, without `.gz`.
    package var name: String {
        let name = path.lowercased()
        return name.hasSuffix(".gz") ? String(name.dropLast(3)) : name
    }

    package var size: Int {
        switch contents {
        case .file(let file): file.size
        case .bytes(let bytes): bytes.count
        }
    }

    /// Whether others can read its plain bytes at its path.
    package var isPlain: Bool {
        if case .file = contents { true } else { false }
    }

    /// The file itself; nil where its plain bytes stand in memory.
    var input: InputFile? {
        if case .file(let file) = contents { file } else { nil }
    }

    /// Where others can read its plain bytes; nil where they cannot.
    var plainPath: String? { isPlain ? path : nil }

    package func bytes(in range: Range<Int>) throws(Failure) -> [UInt8] {
        switch contents {
        case .file(let file): try file.bytes(in: range)
        case .bytes(let bytes): Array(bytes[range])
        }
    }

    /// All bytes.
    /// - Throws: `.data` for more than the limit.
    package func bytes() throws(Failure) -> [UInt8] {
        guard size <= limit else { throw FileBytes.excess(path, size, limit, remedy) }
        return try bytes(in: 0..<size)
    }

    /// - Throws: `.data` where an array of so many bytes exceeds the limit.
    package func check(_ bytes: Int?, of array: String) throws(Failure) {
        guard let bytes, bytes <= limit else {
            throw Failure(
                .data, "\(path): \(array) has \(bytes.map(String.init) ?? "more than 2^63") bytes; the limit is \(limit). \(remedy)")
        }
    }
}

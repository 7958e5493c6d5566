import Failures

/// The contents of a file as bytes, decompressed when the file is gzip.
public enum FileBytes {
    /// What a reader accepts unless it is told otherwise: 8 GiB, counted after decompression.
    public static let defaultLimit = 8 << 30
    /// What to do about a file that exceeds a limit which nobody can change.
    package static let smaller = "Give a smaller file."

    /// Reads a regular file; gzip is recognised by its first two bytes (1f 8b), not by its name.
    ///
    /// - Parameter limit: the greatest number of bytes of the result; a file, or a decompressed file, that exceeds it is refused before
    ///   more memory is taken.
    /// - Parameter remedy: what a person can do about it.
    /// - Throws: `.missingInput` when the file cannot be opened, `.data` when it is no regular file, too large or damaged gzip,
    ///   `.inputOutput` when reading fails.
    public static func read(_ path: String, limit: Int = defaultLimit, remedy: String? = nil) throws(Failure) -> [UInt8] {
        let file = try InputFile(path)
        let magic = try file.bytes(in: 0..<min(2, file.size))
        if magic == Gzip.magic { return try Gzip.decompress(file, limit: limit, remedy: remedy ?? smaller) }
        guard file.size <= limit else { throw excess(path, file.size, limit, remedy ?? smaller) }
        return try file.bytes(in: 0..<file.size)
    }

    static func excess(_ path: String, _ size: Int, _ limit: Int, _ remedy: String) -> Failure {
        Failure(.data, "\(path): the file has \(size) bytes; the limit is \(limit). \(remedy)")
    }

    /// The contents of a gzip file that stands in memory.
    ///
    /// - Parameter name: the file's name for messages.
    package static func decompress(_ bytes: [UInt8], name: String, limit: Int = defaultLimit) throws(Failure) -> [UInt8] {
        try Gzip.decompress(bytes, name: name, limit: limit, remedy: smaller)
    }
}

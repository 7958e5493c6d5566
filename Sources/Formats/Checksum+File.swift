import Failures

extension Checksum {
    /// The checksum of a regular file's bytes, as 16 hexadecimal digits, without holding more than a piece of it.
    ///
    /// - Throws: `.missingInput` when it cannot be opened, `.data` when it is no regular file, `.inputOutput` when reading fails.
    package static func ofFile(_ path: String) throws(Failure) -> String {
        let file = try InputFile(path)
        let checksum = Checksum()
        let piece = 1 << 20
        for start in stride(from: 0, to: file.size, by: piece) {
            checksum.add(try file.bytes(in: start..<min(start + piece, file.size)))
        }
        return checksum.text
    }
}

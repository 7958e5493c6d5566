import Failures
import Files
import Glibc

/// A regular file, open for reading; closed with its last use.
package final class InputFile: Sendable {
    package let path: String
    package let size: Int
    private let file: OpenFile

    /// Opens a regular file. A folder, FIFO, socket or device is refused, and none is opened.
    ///
    /// - Throws: `.missingInput` where nothing stands there or reading is not permitted, `.data` for something else than a file, `.inputOutput`.
    package init(_ path: String) throws(Failure) {
        self.path = path
        file = try OpenFile.regular(path, O_RDONLY, isInput: true)
        do { size = try file.status.size } catch { throw Failure(error) }
    }

    /// When it was changed last, in nanoseconds since 1970.
    package var modified: Int {
        get throws(Failure) {
            do { return try file.modified } catch { throw Failure(error) }
        }
    }

    /// The bytes of a range that the file still has: fewer where it has become shorter.
    func available(in range: Range<Int>) throws(SystemCallError) -> [UInt8] { try file.bytes(in: range) }

    /// The bytes of a range of the file; the range must lie inside `size`.
    package func bytes(in range: Range<Int>) throws(Failure) -> [UInt8] {
        precondition(range.lowerBound >= 0 && range.upperBound <= size, "range \(range) of a file of \(size) bytes")
        let bytes: [UInt8]
        do { bytes = try file.bytes(in: range) } catch { throw Failure(error) }
        guard bytes.count == range.count else {
            throw Failure(
                .inputOutput,
                "\(path): byte \(range.lowerBound + bytes.count): the file ends here, although it had \(size) bytes when it was opened. "
                    + "Do not change a file while it is read.")
        }
        return bytes
    }
}

import Failures
import Glibc

/// A regular file, open for reading; closed with its last use.
struct InputFile: ~Copyable {
    let path: String
    let size: Int
    private let descriptor: Int32

    /// Opens a regular file. A folder, FIFO, socket or device is refused (and opening one never blocks).
    init(_ path: String) throws(Failure) {
        let opened = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard opened >= 0 else { throw Failure.system(.missingInput, path, "opening for reading", errno) }
        var status = stat()
        let answer = unsafe fstat(opened, &status)
        guard answer == 0, status.st_mode & S_IFMT == S_IFREG else {
            _ = close(opened)
            throw Failure(.data, "\(path): expected a regular file, found a folder, pipe, socket or device. Give the path of a file.")
        }
        self.path = path
        self.size = Int(status.st_size)
        self.descriptor = opened
    }

    deinit { _ = close(descriptor) }

    /// The bytes of a range of the file; the range must lie inside `size`.
    func bytes(in range: Range<Int>) throws(Failure) -> [UInt8] {
        precondition(range.lowerBound >= 0 && range.upperBound <= size, "range \(range) of a file of \(size) bytes")
        var code: Int32 = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
            while count < range.count {
                // Linux moves at most 2 GiB a call.
                let wanted = min(range.count - count, 1 << 30)
                let got = unsafe pread(descriptor, buffer.baseAddress! + count, wanted, range.lowerBound + count)
                if got < 0 && errno == EINTR { continue }
                if got < 0 { code = errno }
                if got <= 0 { break }
                count += got
            }
        }
        if code != 0 { throw Failure.system(.inputOutput, path, "reading", code) }
        guard bytes.count == range.count else {
            throw Failure(
                .inputOutput,
                "\(path): byte \(range.lowerBound + bytes.count): the file ends here, although it had \(size) bytes when it was opened. "
                    + "Do not change a file while it is read.")
        }
        return bytes
    }
}

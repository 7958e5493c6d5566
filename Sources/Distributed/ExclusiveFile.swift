import Failures
import Glibc

/// A system call that failed, with its errno.
struct SystemCallError: Error {
    let call: String
    let code: Int32

    init(_ call: String, _ code: Int32 = errno) {
        self.call = call
        self.code = code
    }

    var message: String { unsafe "\(call): \(String(cString: strerror(code)))" }
}

/// A file that this process alone creates: it must not exist before, is private to the user (0600) and has its full size at once.
struct ExclusiveFile: ~Copyable {
    private var descriptor: Int32

    init(creating path: String, size: Int) throws(SystemCallError) {
        descriptor = unsafe open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemCallError("open") }
        guard ftruncate(descriptor, size) == 0 else { throw SystemCallError("ftruncate") }
    }

    deinit {
        if descriptor >= 0 { _ = Glibc.close(descriptor) }
    }

    func write(_ piece: FilePiece) throws(SystemCallError) {
        var done = 0
        while done < piece.bytes.count {
            let written = unsafe piece.bytes.withUnsafeBytes { bytes in
                unsafe pwrite(descriptor, bytes.baseAddress! + done, bytes.count - done, piece.offset + done)
            }
            if written < 0 && errno == EINTR { continue }
            guard written >= 0 else { throw SystemCallError("pwrite") }
            guard written > 0 else { throw SystemCallError("pwrite", ENOSPC) }
            done += written
        }
    }

    func sync() throws(SystemCallError) {
        while fsync(descriptor) != 0 {
            guard errno == EINTR else { throw SystemCallError("fsync") }
        }
    }

    consuming func close() throws(SystemCallError) {
        let closing = descriptor
        descriptor = -1
        guard Glibc.close(closing) == 0 else { throw SystemCallError("close") }
    }

    /// Runs `body` and gives what went wrong as a failure with the path, the call and the system's message.
    static func failure(path: String, _ body: () throws(SystemCallError) -> Void) -> Failure? {
        do {
            try body()
            return nil
        } catch {
            return Failure(.inputOutput, "cannot write \(path): \(error.message)")
        }
    }
}

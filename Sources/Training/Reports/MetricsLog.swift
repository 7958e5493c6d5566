import Failures
import Foundation
import Glibc

/// metrics.jsonl of a run, written by rank 0: one JSON object a line.
package final class MetricsLog {
    private let path: String
    private let descriptor: Int32
    /// The length of the file.
    package private(set) var bytes: Int

    /// Opens the log and cuts it to the length it had at the checkpoint that the run continues from; a shorter one, which someone cut or
    /// removed, goes on from its end.
    package init(_ path: String, keeping wanted: Int) throws(Failure) {
        self.path = path
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.failure(path, "opening") }
        bytes = min(wanted, lseek(descriptor, 0, SEEK_END))
        guard bytes >= 0, ftruncate(descriptor, bytes) == 0, lseek(descriptor, bytes, SEEK_SET) == bytes else {
            close(descriptor)
            throw Self.failure(path, "cutting to \(bytes) bytes")
        }
    }

    deinit { close(descriptor) }

    package func append(_ line: String) throws(Failure) {
        let text = Array((line + "\n").utf8)
        var done = 0
        while done < text.count {
            let written = unsafe text.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress! + done, text.count - done) }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { throw Self.failure(path, "writing") }
            done += written
        }
        bytes += text.count
    }

    /// Brings what was appended onto the disk: before a checkpoint that refers to it.
    package func sync() throws(Failure) {
        guard fsync(descriptor) == 0 else { throw Self.failure(path, "syncing") }
    }

    private static func failure(_ path: String, _ action: String) -> Failure {
        Failure(.inputOutput, "\(path): \(action) failed: \(unsafe String(cString: strerror(errno)))")
    }
}

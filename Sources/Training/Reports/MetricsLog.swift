import Failures
import Files
import Glibc

/// A file of a run that grows by a piece at each report, written by rank 0: metrics.jsonl and evaluation.jsonl, one JSON object a line, and event files.
package final class MetricsLog {
    private let file: OpenFile
    /// The length of the file.
    package private(set) var bytes: Int

    /// Opens the log and cuts it to the length it had at the checkpoint that the run continues from; a shorter one, which someone cut or
    /// removed, goes on from its end.
    package init(_ path: String, keeping wanted: Int) throws(Failure) {
        file = try OpenFile.regular(path, O_WRONLY | O_CREAT | O_NOFOLLOW, isInput: false)
        do {
            bytes = min(wanted, try file.status.size)
            try file.resize(to: bytes)
        } catch {
            throw Failure(error)
        }
    }

    package func append(_ line: String) throws(Failure) { try append(Array((line + "\n").utf8)) }

    /// A piece of which a part was written is written over by the next one.
    package func append(_ piece: [UInt8]) throws(Failure) {
        do { try file.write(piece, at: bytes) } catch { throw Failure(error) }
        bytes += piece.count
    }

    /// Brings what was appended onto the disk: before a checkpoint that refers to it.
    package func sync() throws(Failure) {
        do { try file.sync() } catch { throw Failure(error) }
    }
}

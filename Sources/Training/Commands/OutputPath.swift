import Distributed
import Failures
import Formats
import Glibc

/// Where a command writes its results: looked at before it computes for hours.
enum OutputPath {
    /// Collective. - Throws: `.inputOutput` for a path in whose folder no file can be made, or at which something else than a file stands, which a
    /// new file would replace.
    static func check(_ paths: [String?], _ communicator: any Communicator) throws(Failure) {
        try communicator.onRoot {
            for path in paths.compactMap({ $0 }) {
                let folder = AtomicFile.folder(of: path)
                guard PathKind(folder) == .folder, unsafe access(folder, W_OK | X_OK) == 0 else {
                    throw Failure(.inputOutput, "\(path): expected a folder \(folder) that can be written to. Make it, or write elsewhere.")
                }
                var status = stat()
                guard unsafe stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG else {
                    throw Failure(.inputOutput, "\(path): expected the path of a file, found a folder, a device or a pipe")
                }
            }
        }
    }
}

import Distributed
import Failures
import Files
import Formats

/// Where a command writes its results: looked at before it computes for hours.
enum OutputPath {
    /// Collective. - Throws: `.inputOutput` for a path in whose folder no file can be made, or at which something else than a file stands, which a
    /// new file would replace.
    static func check(_ paths: [String?], _ communicator: any Communicator) throws(Failure) {
        try communicator.onRoot {
            for path in paths.compactMap({ $0 }) {
                let folder = AtomicFile.folder(of: path)
                if let reason = reasonNotToWrite(into: folder) {
                    throw Failure(
                        .inputOutput, "\(path): expected a folder \(folder) that can be written to: \(reason). Make it, or write elsewhere."
                    )
                }
                let found = try? FileSystem.kind(of: path)
                if let found, found != .file { throw Failure.notAFile(path, found, kind: .inputOutput) }
            }
        }
    }

    private static func reasonNotToWrite(into folder: String) -> String? {
        do {
            guard let found = try FileSystem.kind(of: folder) else { return "nothing is there" }
            guard found == .folder else { return "found \(found.rawValue)" }
            try FileSystem.checkIsWritable(folder)
            return nil
        } catch {
            return error.reason
        }
    }
}

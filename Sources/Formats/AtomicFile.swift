import Failures
import Files
import Glibc

/// Small files that are whole or absent, whatever happens while they are written.
public enum AtomicFile {
    /// Writes a file: a temporary file in the same folder is written, synced, closed, renamed over `path`, and the folder synced.
    ///
    /// - Throws: `.inputOutput`; the temporary file is removed and what stood at `path` before stays. A pipe, a socket or a device is not replaced.
    public static func write(_ bytes: [UInt8], to path: String) throws(Failure) {
        let temporary = "\(path).\(getpid()).tmp"
        try refuseSpecial(path)
        do {
            // A left-over of a process with the same id that was killed: never written to, because it may be a link to somewhere else.
            try FileSystem.remove(temporary)
            try writeNew(bytes, to: temporary)
            try FileSystem.rename(temporary, to: path)
            try FileSystem.syncFolder(folder(of: path))
        } catch {
            // The first error is the one to tell.
            try? FileSystem.remove(temporary)
            throw Failure(error)
        }
    }

    /// Renames a file or folder. The caller syncs the parent folder.
    public static func rename(_ source: String, to target: String) throws(Failure) {
        do { try FileSystem.rename(source, to: target) } catch { throw Failure(error) }
    }

    /// Makes the names in a folder durable.
    public static func syncFolder(_ path: String) throws(Failure) {
        do { try FileSystem.syncFolder(path) } catch { throw Failure(error) }
    }

    /// The folder that holds a path.
    public static func folder(of path: String) -> String { FileSystem.folder(of: path) }

    private static func refuseSpecial(_ path: String) throws(Failure) {
        let found: FileKind?
        do { found = try FileSystem.kind(of: path, followingLinks: false) } catch { throw Failure(error) }
        if let found, found.isSpecial { throw Failure.notAFile(path, found, kind: .inputOutput) }
    }

    private static func writeNew(_ bytes: [UInt8], to path: String) throws(SystemCallError) {
        let file = try OpenFile(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW)
        try file.write(bytes, at: 0)
        try file.sync()
        try file.close()
    }
}

import Failures
import Glibc

/// Small files that are whole or absent, whatever happens while they are written.
public enum AtomicFile {
    /// Writes a file: a temporary file in the same folder, mode 0600, is written, synced, closed, renamed over `path`, and the folder synced.
    ///
    /// - Throws: `.inputOutput`; the temporary file is removed and what stood at `path` before stays.
    public static func write(_ bytes: [UInt8], to path: String) throws(Failure) {
        let temporary = "\(path).\(getpid()).tmp"
        do {
            try writeNew(bytes, to: temporary)
            try rename(temporary, to: path)
        } catch {
            _ = unsafe unlink(temporary)
            throw error
        }
        try syncFolder(folder(of: path))
    }

    /// Renames a file or folder. The caller syncs the parent folder.
    public static func rename(_ source: String, to target: String) throws(Failure) {
        guard unsafe Glibc.rename(source, target) == 0 else {
            throw Failure.system(.inputOutput, target, "renaming \(source) to it", errno)
        }
    }

    /// Makes the names in a folder durable.
    public static func syncFolder(_ path: String) throws(Failure) {
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure.system(.inputOutput, path, "opening the folder", errno) }
        let code = fsync(descriptor) == 0 ? 0 : errno
        _ = close(descriptor)
        if code != 0 { throw Failure.system(.inputOutput, path, "syncing the folder", code) }
    }

    /// The folder that holds a path.
    public static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func writeNew(_ bytes: [UInt8], to path: String) throws(Failure) {
        // A left-over of a process with the same id that was killed: never written to, because it may be a link to somewhere else.
        _ = unsafe unlink(path)
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Failure.system(.inputOutput, path, "creating", errno) }
        var code = unsafe bytes.withUnsafeBytes { unsafe writeAll($0, descriptor) }
        if code == 0 && fsync(descriptor) != 0 { code = errno }
        if close(descriptor) != 0 && code == 0 { code = errno }
        if code != 0 { throw Failure.system(.inputOutput, path, "writing", code) }
    }

    private static func writeAll(_ bytes: UnsafeRawBufferPointer, _ descriptor: Int32) -> Int32 {
        var done = 0
        while done < bytes.count {
            let wrote = unsafe Glibc.write(descriptor, bytes.baseAddress! + done, min(bytes.count - done, 1 << 30))
            if wrote < 0 && errno == EINTR { continue }
            if wrote < 0 { return errno }
            done += wrote
        }
        return 0
    }
}

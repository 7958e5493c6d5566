import Glibc

/// What stands at paths, and what is done with them.
public enum FileSystem {
    /// What stands at a path; nil: nothing.
    public static func kind(of path: String, followingLinks: Bool = true) throws(SystemCallError) -> FileKind? {
        do {
            return try FileKind(mode: status(of: path, followingLinks: followingLinks).st_mode)
        } catch {
            guard error.meaning == .absent else { throw error }
            return nil
        }
    }

    static func status(of path: String, followingLinks: Bool) throws(SystemCallError) -> stat {
        var status = stat()
        try SystemCall.stat.make(on: path) { unsafe followingLinks ? stat(path, &status) : lstat(path, &status) }
        return status
    }

    /// Fails where no file can be made in a folder.
    public static func checkIsWritable(_ folder: String) throws(SystemCallError) {
        try SystemCall.access.make(on: folder) { unsafe access(folder, W_OK | X_OK) }
    }

    /// Renames a file or folder. The caller syncs the parent folder.
    public static func rename(_ source: String, to target: String) throws(SystemCallError) {
        try SystemCall.rename.make(on: target) { unsafe Glibc.rename(source, target) }
    }

    /// Makes the names in a folder durable, where the file system knows how.
    public static func syncFolder(_ path: String) throws(SystemCallError) {
        let folder = try OpenFile(path, O_RDONLY | O_DIRECTORY)
        do {
            try folder.syncFolder()
        } catch {
            guard error.meaning == .unsupported else { throw error }
        }
    }

    /// The folder that holds a path.
    public static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Bytes that this person can still write into a folder; nil where the file system does not say.
    public static func freeBytes(at folder: String) -> Int? {
        var status = statvfs()
        let answer: Int32? = try? SystemCall.space.make(on: folder) { unsafe statvfs(folder, &status) }
        guard answer != nil, status.f_blocks > 0 else { return nil }
        let (bytes, overflow) = Int(clamping: status.f_bavail).multipliedReportingOverflow(by: Int(clamping: status.f_frsize))
        return overflow ? Int.max : bytes
    }

    /// The most bytes that a file of this process may have.
    static var greatestFile: UInt {
        var limit = rlimit()
        return unsafe getrlimit(Int32(RLIMIT_FSIZE.rawValue), &limit) == 0 ? limit.rlim_cur : .max
    }
}

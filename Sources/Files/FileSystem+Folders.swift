import Glibc

/// Folders and what they hold.
extension FileSystem {
    /// An entry of a folder.
    public struct Entry: Hashable, Sendable {
        public let name: String
        /// Not following links; nil where the file system does not tell with the name.
        public let kind: FileKind?
    }

    /// The entries of a folder, in no order.
    public static func entries(in folder: String) throws(SystemCallError) -> [Entry] {
        var opened: OpaquePointer?
        try SystemCall.list.make(on: folder) {
            unsafe opened = opendir(folder)
            return unsafe opened == nil ? -1 : 0
        }
        guard let stream = unsafe opened else { return [] }
        defer { _ = unsafe closedir(stream) }
        var entries: [Entry] = []
        while true {
            var entry: UnsafeMutablePointer<dirent>?
            try SystemCall.list.make(on: folder) {
                errno = 0
                unsafe entry = readdir(stream)
                return unsafe entry == nil && errno != 0 ? -1 : 0
            }
            guard let entry = unsafe entry else { return entries }
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            // DT_UNKNOWN is 0; the others are the bits of the mode.
            let type = unsafe entry.pointee.d_type
            if name != "." && name != ".." { entries.append(Entry(name: name, kind: type == 0 ? nil : FileKind(mode: mode_t(type) << 12))) }
        }
    }

    public static func names(in folder: String) throws(SystemCallError) -> [String] { try entries(in: folder).map(\.name) }

    /// Makes a folder and those that lead to it; the name of each new one is durable on return. The umask of the person decides the modes.
    public static func makeFolders(_ path: String) throws(SystemCallError) {
        let existing = try kind(of: path)
        if existing == .folder { return }
        guard existing == nil else { throw SystemCallError(.makeFolder, path, ENOTDIR) }
        let parent = folder(of: path)
        try makeFolders(parent)
        do {
            try SystemCall.makeFolder.make(on: path) { unsafe mkdir(path, 0o777) }
        } catch {
            // Another process may have been faster.
            guard error.code == EEXIST, try kind(of: path) == .folder else { throw error }
        }
        try syncFolder(parent)
    }

    /// Removes what stands at a path: a file, a link and not what it points to, or an empty folder.
    public static func remove(_ path: String) throws(SystemCallError) {
        guard let kind = try kind(of: path, followingLinks: false) else { return }
        try SystemCall.remove.make(on: path) { unsafe kind == .folder ? rmdir(path) : unlink(path) }
    }

    /// Removes what stands at a path, a folder with all that is in it: as much as can be removed.
    public static func removeAll(_ path: String) throws(SystemCallError) {
        var failed: SystemCallError?
        if try kind(of: path, followingLinks: false) == .folder {
            for name in try names(in: path) {
                do { try removeAll("\(path)/\(name)") } catch { failed = failed ?? error }
            }
        }
        // The first error is the reason of the last, which says that the folder is not empty.
        if let failed { throw failed }
        try remove(path)
    }

    /// A time of a file system, in seconds and nanoseconds.
    public typealias Time = (seconds: Int, nanoseconds: Int)

    /// When what a file or folder holds was changed: of a folder, when an entry of it was made, renamed or removed. Renaming the folder itself is none.
    public static func changed(_ path: String) throws(SystemCallError) -> Time {
        let time = try status(of: path, followingLinks: false).st_mtim
        return (Int(time.tv_sec), Int(time.tv_nsec))
    }

    /// Seconds since an entry was made or its properties changed.
    package static func age(of path: String) throws(SystemCallError) -> Int {
        time(nil) - Int(try status(of: path, followingLinks: false).st_ctim.tv_sec)
    }
}

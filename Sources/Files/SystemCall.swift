import Glibc

/// The system's calls on files and folders.
///
/// Every one that the program makes is made here: again when a signal interrupts it, and with what an error means looked up in one table
/// (`SystemCallError.meaning`).
public enum SystemCall: String, CaseIterable, Sendable {
    case open, close, read, write, rename
    case stat
    case access
    case sync = "fsync"
    case syncFolder = "fsync of a folder"
    case resize = "ftruncate"
    case allocate = "posix_fallocate"
    case list = "readdir"
    case lock = "flock"
    case lease = "fcntl"
    case makeFolder = "mkdir"
    case remove = "unlink"
    case space = "statvfs"

    /// What it does, for messages.
    var action: String {
        switch self {
        case .open: "opening"
        case .close: "closing"
        case .read: "reading"
        case .write: "writing"
        case .rename: "renaming"
        case .stat, .access: "looking at it"
        case .sync: "syncing"
        case .syncFolder: "syncing the folder"
        case .resize: "setting its size"
        case .allocate: "making room for it"
        case .list: "reading the folder"
        case .lock: "locking"
        case .lease: "asking for its users"
        case .makeFolder: "making the folder"
        case .remove: "removing"
        case .space: "asking for its free space"
        }
    }

    /// Makes the call; again as long as the table says so.
    ///
    /// - Parameters:
    ///   - path: for the error.
    ///   - needed: bytes that have to find room, for the error.
    ///   - call: gives -1 and sets errno when it fails.
    /// - Returns: what the call gave; 0 when it failed in a way that is no failure.
    @discardableResult
    package func make<Answer: SignedInteger>(
        on path: String, needed: Int? = nil, _ call: () -> Answer
    ) throws(SystemCallError) -> Answer {
        while true {
            let answer = call()
            guard answer < 0 else { return answer }
            let error = SystemCallError(self, path, errno, needed: needed)
            switch error.meaning {
            case .again: continue
            case .done: return 0
            default: throw error
            }
        }
    }
}

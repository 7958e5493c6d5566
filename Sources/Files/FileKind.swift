import Glibc

/// What stands at a path, in the words of messages.
public enum FileKind: String, Sendable {
    case file = "a regular file"
    case folder = "a folder"
    case link = "a symbolic link"
    case pipe = "a pipe"
    case socket = "a socket"
    case device = "a device"

    init(mode: mode_t) {
        switch mode & S_IFMT {
        case S_IFREG: self = .file
        case S_IFDIR: self = .folder
        case S_IFLNK: self = .link
        case S_IFIFO: self = .pipe
        case S_IFSOCK: self = .socket
        default: self = .device
        }
    }

    /// Whether opening it may wait for another process, or do something to a machine.
    public var isSpecial: Bool { self == .pipe || self == .socket || self == .device }
}

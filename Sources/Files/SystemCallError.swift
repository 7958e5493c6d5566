import Glibc

/// A call of the system that failed: which one, on what, and its errno.
public struct SystemCallError: Error, Hashable, Sendable {
    public let call: SystemCall
    public let path: String
    /// The errno.
    public let code: Int32
    /// Bytes that were to find room.
    let needed: Int?

    package init(_ call: SystemCall, _ path: String, _ code: Int32, needed: Int? = nil) {
        (self.call, self.path, self.code, self.needed) = (call, path, code, needed)
    }

    /// The system's words, with the number.
    public var reason: String { unsafe "\(String(cString: strerror(code))) (errno \(code))" }
}

/// What the errors of calls mean, all of them here.
extension SystemCallError {
    public enum Meaning: Sendable, CaseIterable {
        /// A signal came first: the call is made again.
        case again
        /// What was asked for is so.
        case done
        /// The file system has no such thing, and the program goes on without.
        case unsupported
        /// Another process holds the lock, or uses the file.
        case held
        /// Nothing stands at the path.
        case absent
        /// The person may not do this.
        case denied
        /// There is no room: on the disk, in the quota, or below the limit of a file's size.
        case full
        /// The machine or the file system fails at the moment, which says nothing about the contents of a file.
        case failing
    }

    private struct Row: Sendable {
        let calls: [SystemCall]
        let codes: [Int32]
        let meaning: Meaning
    }

    /// The first row with the call and the code holds; without one the call is `failing`: EIO, EMFILE, ENFILE, ENOMEM, ESTALE, ETIMEDOUT, EBUSY, ….
    private static let table = [
        // Linux has closed the file when a signal interrupts that.
        Row(calls: [.close], codes: [EINTR], meaning: .done),
        Row(calls: SystemCall.allCases, codes: [EINTR], meaning: .again),
        Row(calls: [.remove], codes: [ENOENT], meaning: .done),
        Row(calls: [.lock, .lease], codes: [EWOULDBLOCK], meaning: .held),
        // NFS without a lock daemon, Lustre mounted without flock, FUSE.
        Row(calls: [.lock], codes: [ENOSYS, ENOLCK, EOPNOTSUPP, EINVAL], meaning: .unsupported),
        // CIFS and FUSE: the names in a folder are durable when the server says so.
        Row(calls: [.syncFolder], codes: [EINVAL, EBADF, EOPNOTSUPP, ENOSYS], meaning: .unsupported),
        Row(calls: SystemCall.allCases, codes: [ENOENT, ENOTDIR], meaning: .absent),
        Row(calls: SystemCall.allCases, codes: [EACCES, EPERM, EROFS], meaning: .denied),
        Row(calls: SystemCall.allCases, codes: [ENOSPC, EDQUOT, EFBIG], meaning: .full),
    ]

    public var meaning: Meaning {
        Self.table.first { $0.calls.contains(call) && $0.codes.contains(code) }?.meaning ?? .failing
    }
}

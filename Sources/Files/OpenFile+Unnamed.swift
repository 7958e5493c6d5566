import Glibc

extension OpenFile {
    /// O_TMPFILE of <fcntl.h>, which only GNU programs get to see.
    private static let withoutName: Int32 = 0o20000000 | O_DIRECTORY

    /// A new file without a name, which vanishes with the last process that has it open; others of this user and host find it at `shownPath`.
    public static func unnamed(in folder: String) throws(SystemCallError) -> OpenFile { try OpenFile(folder, O_RDWR | withoutName) }

    /// Where other processes of this host find what this one has open, as long as it does.
    public var shownPath: String { "/proc/\(getpid())/fd/\(number)" }

    /// Makes room for so many bytes, so that no later write lacks any.
    public func allocate(_ bytes: Int) throws(SystemCallError) {
        try SystemCall.allocate.make(on: path, needed: bytes) { () -> Int32 in
            let code = posix_fallocate(number, 0, bytes)
            guard code != 0 else { return 0 }
            errno = code
            return -1
        }
    }
}

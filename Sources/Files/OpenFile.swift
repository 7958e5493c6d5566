import Failures
import Glibc

/// An open file, every call on it checked; closed with its last use.
public struct OpenFile: ~Copyable, Sendable {
    public let path: String
    private var descriptor: Int32

    /// Linux moves less than 2 GiB a call.
    private static let chunk = 1 << 30

    /// Opens a file. The umask of the person decides the mode of a new one.
    ///
    /// - Parameter flags: of open(2). A pipe is never waited for.
    public init(_ path: String, _ flags: Int32) throws(SystemCallError) {
        self.path = path
        descriptor = try Self.open(path, flags)
    }

    private static func open(_ path: String, _ flags: Int32) throws(SystemCallError) -> Int32 {
        try SystemCall.open.make(on: path) { unsafe Glibc.open(path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0o666) }
    }

    /// Opens a regular file, or makes it where the flags say so; anything else is refused before it is opened.
    ///
    /// - Parameter isInput: whether the file is what a person gave: then its absence is `.missingInput`, and another kind `.data`; else all is
    ///   `.inputOutput`.
    public static func regular(_ path: String, _ flags: Int32, isInput: Bool) throws(Failure) -> OpenFile {
        do {
            try refuse(FileSystem.kind(of: path, followingLinks: flags & O_NOFOLLOW == 0) ?? .file, path, isInput: isInput)
            let file = try OpenFile(path, flags)
            // Another may have come in its place.
            try refuse(file.status.kind, path, isInput: isInput)
            return file
        } catch {
            throw failure(error, isInput: isInput)
        }
    }

    private static func refuse(_ found: FileKind, _ path: String, isInput: Bool) throws(Failure) {
        if found != .file { throw Failure.notAFile(path, found, kind: isInput ? .data : .inputOutput) }
    }

    private static func failure(_ error: any Error, isInput: Bool) -> Failure {
        if let error = error as? SystemCallError { return Failure(error, isReading: isInput) }
        return error as? Failure ?? Failure(.software, "\(error)")
    }

    deinit {
        if descriptor >= 0 { _ = Glibc.close(descriptor) }
    }

    /// Of the descriptor, in this process.
    var number: Int32 { descriptor }

    public var status: (kind: FileKind, size: Int) {
        get throws(SystemCallError) {
            var status = Glibc.stat()
            try SystemCall.stat.make(on: path) { unsafe fstat(descriptor, &status) }
            return (FileKind(mode: status.st_mode), Int(status.st_size))
        }
    }

    /// When its contents were changed last, in nanoseconds since 1970.
    public var modified: Int {
        get throws(SystemCallError) {
            var status = Glibc.stat()
            try SystemCall.stat.make(on: path) { unsafe fstat(descriptor, &status) }
            return Int(status.st_mtim.tv_sec) * 1_000_000_000 + Int(status.st_mtim.tv_nsec)
        }
    }

    /// The bytes of a range; fewer where the file ends before.
    public func bytes(in range: Range<Int>) throws(SystemCallError) -> [UInt8] {
        var failed: SystemCallError?
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
            do throws(SystemCallError) {
                while count < range.count {
                    let (start, wanted) = (range.lowerBound + count, min(range.count - count, Self.chunk))
                    let got = try SystemCall.read.make(on: path) { unsafe pread(descriptor, buffer.baseAddress! + count, wanted, start) }
                    if got == 0 { break }
                    count += got
                }
            } catch {
                failed = error
            }
        }
        if let failed { throw failed }
        return bytes
    }

    /// Writes all of the bytes.
    public func write(_ bytes: [UInt8], at offset: Int) throws(SystemCallError) {
        var done = 0
        while done < bytes.count {
            let count = min(bytes.count - done, Self.chunk)
            let wrote = try SystemCall.write.make(on: path, needed: bytes.count) {
                unsafe bytes.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress! + done, count, offset + done) }
            }
            guard wrote > 0 else { throw SystemCallError(.write, path, ENOSPC, needed: bytes.count) }
            done += wrote
        }
    }

    /// On return what was written is on the disk. After a failure nothing is known about it, and a second call may lie.
    public func sync() throws(SystemCallError) {
        try SystemCall.sync.make(on: path) { fsync(descriptor) }
    }

    func syncFolder() throws(SystemCallError) {
        try SystemCall.syncFolder.make(on: path) { fsync(descriptor) }
    }

    public func resize(to bytes: Int) throws(SystemCallError) {
        try SystemCall.resize.make(on: path, needed: bytes) { ftruncate(descriptor, bytes) }
    }

    /// Takes the lock of the file, which its open descriptor holds, or fails with `.held`.
    /// - Parameter isShared: whether others may hold it so at the same time.
    public func lock(isShared: Bool = false) throws(SystemCallError) {
        try SystemCall.lock.make(on: path) { flock(descriptor, (isShared ? LOCK_SH : LOCK_EX) | LOCK_NB) }
    }

    /// Fails with `.held` while any other process has the file open or mapped for writing, wherever that process is on this machine. This
    /// descriptor must have the file open for reading and writing, and whoever opens it meanwhile sends SIGIO.
    public func checkIsUnused() throws(SystemCallError) {
        // F_SETLEASE of <fcntl.h>, which only GNU programs get to see.
        let setLease: Int32 = 1024
        try SystemCall.lease.make(on: path) { fcntl(descriptor, setLease, Int32(F_WRLCK)) }
        try SystemCall.lease.make(on: path) { fcntl(descriptor, setLease, Int32(F_UNLCK)) }
    }

    /// Closes it, and says how that went: a file system may tell only then that it has lost something.
    public consuming func close() throws(SystemCallError) {
        let (closing, path) = (descriptor, path)
        descriptor = -1
        try SystemCall.close.make(on: path) { Glibc.close(closing) }
    }
}

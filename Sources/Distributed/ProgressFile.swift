import Glibc

/// A file without a name in memory, in which a rank shows its `ProgressReport` to the other ranks of its host.
///
/// They open it through /proc, by process and descriptor. It vanishes with the last process that holds it, however that ends.
package final class ProgressFile: Sendable {
    /// Where other processes of the host find the file. What is there belongs to the rank, or the process is not the one it was, or not of this host.
    package struct Address: Hashable {
        var rank: Int
        var process: Int32
        var descriptor: Int32

        var words: [Int64] { [Int64(rank), Int64(process), Int64(descriptor)] }

        package init(rank: Int, process: Int32, descriptor: Int32) {
            (self.rank, self.process, self.descriptor) = (rank, process, descriptor)
        }

        init(words: some Sequence<Int64>) {
            let words = Array(words)
            self.init(rank: Int(words[0]), process: Int32(truncatingIfNeeded: words[1]), descriptor: Int32(truncatingIfNeeded: words[2]))
        }
    }

    /// O_TMPFILE of <fcntl.h>, which only GNU programs get to see.
    private static let withoutName: Int32 = 0o20000000 | O_DIRECTORY
    /// The first is memory everywhere, the second mostly.
    private static let folders = ["/dev/shm", "/tmp"]

    package let descriptor: Int32

    private init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { Glibc.close(descriptor) }

    /// A file of this process that holds a report; nil where there is no room for one.
    package static func make(_ report: ProgressReport) -> ProgressFile? {
        for folder in folders {
            let descriptor = unsafe Glibc.open(folder, O_RDWR | withoutName | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { continue }
            let file = ProgressFile(descriptor: descriptor)
            // Later reports go to the same place, and need no room.
            if file.write(report) { return file }
        }
        return nil
    }

    /// The file of another process; nil where it is not of this host, or not of this user, or does not hold the report of the rank.
    package static func open(_ address: Address) -> ProgressFile? {
        guard address.descriptor >= 0 else { return nil }
        let descriptor = unsafe Glibc.open("/proc/\(address.process)/fd/\(address.descriptor)", O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0)
        guard descriptor >= 0 else { return nil }
        let file = ProgressFile(descriptor: descriptor)
        guard let report = file.read(), report.rank == address.rank, report.process == address.process else { return nil }
        return file
    }

    @discardableResult
    package func write(_ report: ProgressReport) -> Bool {
        let bytes = report.bytes
        return unsafe bytes.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) } == bytes.count
    }

    package func read() -> ProgressReport? {
        var bytes = [UInt8](repeating: 0, count: ProgressReport.byteCount)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, $0.count, 0) }
        return count == bytes.count ? ProgressReport(bytes: bytes) : nil
    }
}

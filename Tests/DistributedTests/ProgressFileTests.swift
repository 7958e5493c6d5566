import Distributed
import Glibc
import Testing

/// What a rank shows, and where others find it.
@Suite struct ProgressFileTests {
    private static func report() -> ProgressReport {
        var report = ProgressReport(rank: 70_000, process: getpid())
        (report.beat, report.count, report.isWaiting, report.hasEnded) = (1 << 40, -3, true, false)
        (report.work, report.computing, report.standing) = (1234.5, 3600, 60)
        (report.place, report.activity) = ("sum of integers", "reading Größen.csv")
        return report
    }

    @Test func `reports come back from their bytes, long texts cut`() throws {
        var report = Self.report()
        #expect(report.bytes.count == ProgressReport.byteCount)
        #expect(ProgressReport(bytes: report.bytes) == report)
        report.activity = String(repeating: "ä", count: 500)
        report.hasEnded = true
        let read = try #require(ProgressReport(bytes: report.bytes))
        #expect(read.hasEnded && read.place == report.place && report.activity.hasPrefix(read.activity) && read.activity.count > 40)
        #expect(ProgressReport(bytes: Array(report.bytes.dropLast())) == nil)
    }

    @Test func `another holder reads what was written last, without a name in any folder`() throws {
        var report = Self.report()
        let file = try #require(ProgressFile.make(report))
        let address = ProgressFile.Address(rank: report.rank, process: report.process, descriptor: file.descriptor)
        let other = try #require(ProgressFile.open(address))
        report.beat += 1
        #expect(file.write(report) && other.read() == report)
        var status = stat()
        #expect(unsafe fstat(file.descriptor, &status) == 0 && status.st_nlink == 0 && status.st_mode & 0o077 == 0)
    }

    @Test func `a process or file that is not the rank's is not read`() throws {
        let report = Self.report()
        let file = try #require(ProgressFile.make(report))
        #expect(ProgressFile.open(.init(rank: 1, process: report.process, descriptor: file.descriptor)) == nil)
        #expect(ProgressFile.open(.init(rank: report.rank, process: getppid(), descriptor: file.descriptor)) == nil)
        #expect(ProgressFile.open(.init(rank: report.rank, process: report.process, descriptor: -1)) == nil)
        #expect(ProgressFile.open(.init(rank: report.rank, process: report.process, descriptor: 0)) == nil)
    }
}

import Failures
import Formats
import Training

/// Writes the report of a run into its folder, and remembers what it has read.
package final class ReportWriter: RunReporter {
    private let folder: RunFolder
    private var record: ReportedRun?

    package init(_ folder: RunFolder) { self.folder = folder }

    package func write(_ snapshot: ModelSnapshot) throws {
        var record = try record ?? ReportedRun(folder)
        record.snapshot = snapshot
        try record.update()
        self.record = record
        try AtomicFile.write(Array(ReportPage(record).text().utf8), to: folder.report)
    }
}

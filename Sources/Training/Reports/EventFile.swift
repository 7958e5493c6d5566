import Failures
import Formats
import Foundation

/// The event file of a run, for TensorBoard, written by rank 0: records one behind the other.
package final class EventFile {
    private let log: MetricsLog

    /// Opens the file and cuts it to the length it had at the checkpoint that the run continues from; a shorter one goes on behind its last whole record.
    /// - Parameter header: what a file without any is to hold first.
    package init(_ path: String, keeping wanted: Int, step: Int, header: () throws -> [Event.Value]) throws {
        let whole = try RunFolder.isFile(path) && wanted > 0 ? min(wanted, EventRecord.wholeLength(of: path)) : 0
        log = try MetricsLog(path, keeping: whole)
        guard whole == 0 else { return }
        try log.append(Event.fileVersion(time: Self.now).record)
        try append(header(), step: step)
    }

    /// The length of the file.
    package var bytes: Int { log.bytes }

    package func append(_ values: [Event.Value], step: Int) throws(Failure) {
        guard !values.isEmpty else { return }
        try log.append(Event.values(values, step: step, time: Self.now).record)
    }

    /// Brings what was appended onto the disk.
    package func sync() throws(Failure) { try log.sync() }

    package static var now: Double { Date().timeIntervalSince1970 }
}

import Failures
import Foundation
import Testing
import Training

struct MetricsLogTests {
    let scratch = ScratchFolder()
    var path: String { "\(scratch.path)/metrics.jsonl" }

    private func text() throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    @Test func `lines are appended, and a log that is opened again is cut to the length of the checkpoint`() throws {
        let log = try MetricsLog(path, keeping: 0)
        try log.append("one")
        let length = log.bytes
        try log.append("zwei ü")
        try log.sync()
        #expect(try text() == "one\nzwei ü\n" && log.bytes == 12)
        let continued = try MetricsLog(path, keeping: length)
        try continued.append("three")
        #expect(try text() == "one\nthree\n" && continued.bytes == 10)
    }

    @Test func `a log that is shorter than the checkpoint goes on from its end`() throws {
        let log = try MetricsLog(path, keeping: 1000)
        #expect(log.bytes == 0)
        try log.append("first")
        #expect(try text() == "first\n")
    }

    @Test func `a log that cannot be opened is a failure that names the file`() {
        let failure = failure(of: { _ = try MetricsLog("\(scratch.path)/none/metrics.jsonl", keeping: 0) })
        #expect(failure?.kind == .inputOutput && failure?.message.contains("none/metrics.jsonl") == true)
    }
}

import Foundation
import Formats
import Testing
import Training

@Suite struct EventFileTests {
    let scratch = ScratchFolder()
    var path: String { "\(scratch.path)/events" }

    private func open(keeping bytes: Int) throws -> EventFile {
        try EventFile(path, keeping: bytes, step: 0) { [.scalar("header", 1)] }
    }

    private func size() throws -> Int { try Data(contentsOf: URL(filePath: path)).count }

    @Test func `a new file begins with what it is, and one that is opened again goes on where the checkpoint says`() throws {
        let file = try open(keeping: 0)
        let header = file.bytes
        try file.append([.scalar("a", 1)], step: 1)
        let checkpoint = file.bytes
        try file.append([.scalar("a", 2)], step: 2)
        try file.append([], step: 3)
        #expect(try header > 0 && size() == file.bytes && file.bytes - checkpoint == checkpoint - header)
        let continued = try open(keeping: checkpoint)
        #expect(try continued.bytes == checkpoint && size() == checkpoint)
        try continued.append([.scalar("a", 2)], step: 2)
        #expect(try size() == file.bytes && EventRecord.wholeLength(of: path) == file.bytes)
    }

    @Test func `a file that someone shortened goes on behind its last whole record`() throws {
        let file = try open(keeping: 0)
        let whole = file.bytes
        try file.append([.scalar("a", 1)], step: 1)
        let bytes = try Data(contentsOf: URL(filePath: path))
        try bytes.prefix(whole + 9).write(to: URL(filePath: path))
        #expect(try open(keeping: file.bytes).bytes == whole)
        try FileManager.default.removeItem(atPath: path)
        #expect(try open(keeping: file.bytes).bytes == whole)
    }
}

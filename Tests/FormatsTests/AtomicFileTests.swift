import Failures
import Formats
import Foundation
import Glibc
import TestSupport
import Testing

@Suite struct AtomicFileTests {
    @Test func `a file is written and replaced, and nothing else is left`() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/x"
        try AtomicFile.write([1, 2, 3], to: path)
        #expect(try contents(path) == [1, 2, 3])
        try AtomicFile.write([], to: path)
        #expect(try contents(path) == [])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["x"])
    }

    @Test func `a failed write leaves what was there and nothing else`() throws {
        let folder = try TemporaryFolder()
        // A folder that is not empty cannot be replaced by a file.
        let target = "\(folder.path)/target"
        try FileManager.default.createDirectory(atPath: "\(target)/inside", withIntermediateDirectories: true)
        let failure = try refusal { try AtomicFile.write([1], to: target) }
        #expect(failure.kind == .inputOutput)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["target"])
        let missing = try refusal { try AtomicFile.write([1], to: "\(folder.path)/none/x") }
        #expect(missing.kind == .inputOutput && missing.message.contains("No such file"))
        try refusal { try AtomicFile.syncFolder("\(folder.path)/none") }
        try refusal { try AtomicFile.rename("\(folder.path)/none", to: target) }
    }

    @Test func `a pipe is not replaced by a file`() throws {
        let folder = try TemporaryFolder()
        let pipe = "\(folder.path)/pipe"
        #expect(unsafe mkfifo(pipe, 0o600) == 0)
        let failure = try refusal { try AtomicFile.write([1], to: pipe) }
        #expect(failure.kind == .inputOutput && failure.message.contains("found a pipe"))
        #expect(PathKind(pipe) == .file)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["pipe"])
    }

    @Test func `a link in place of the temporary file is not followed`() throws {
        let folder = try TemporaryFolder()
        let victim = try folder.file("victim", [9])
        try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/x.\(getpid()).tmp", withDestinationPath: victim)
        try AtomicFile.write([1], to: "\(folder.path)/x")
        #expect(try contents(victim) == [9])
        #expect(try contents("\(folder.path)/x") == [1])
    }

    @Test func `the folder of a path`() {
        #expect(AtomicFile.folder(of: "a") == ".")
        #expect(AtomicFile.folder(of: "/a") == "/")
        #expect(AtomicFile.folder(of: "a/b/c") == "a/b")
    }
}

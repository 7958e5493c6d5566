import Failures
import Foundation
import Glibc
import Testing

import Files

/// A folder for one test, removed at its end.
final class TestFolder: Sendable {
    let path = NSTemporaryDirectory() + "ebm-dist-files-\(UUID().uuidString)"

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func at(_ name: String) -> String { "\(path)/\(name)" }

    func touch(_ name: String) { _ = FileManager.default.createFile(atPath: at(name), contents: Data("x".utf8)) }
}

@Suite(.serialized) struct FileSystemTests {
    @Test func `kinds are told apart, links followed or not, and nothing is no error`() throws {
        let folder = try TestFolder()
        folder.touch("file")
        #expect(unsafe mkfifo(folder.at("pipe"), 0o600) == 0)
        for (name, target) in [("link", "file"), ("pipe-link", "pipe"), ("loose", "none")] {
            try FileManager.default.createSymbolicLink(atPath: folder.at(name), withDestinationPath: folder.at(target))
        }
        let kinds: [(String, FileKind?, FileKind?)] = [
            ("", .folder, .folder), ("file", .file, .file), ("pipe", .pipe, .pipe), ("link", .file, .link), ("pipe-link", .pipe, .link),
            ("loose", nil, .link), ("none", nil, nil), ("file/below", nil, nil),
        ]
        for (name, followed, own) in kinds {
            #expect(try FileSystem.kind(of: folder.at(name)) == followed, "\(name)")
            #expect(try FileSystem.kind(of: folder.at(name), followingLinks: false) == own, "\(name)")
        }
        #expect(try FileSystem.kind(of: "/dev/null") == .device)
        #expect(try Set(FileSystem.entries(in: folder.path).map(\.name)) == ["file", "pipe", "link", "pipe-link", "loose"])
        #expect(try FileSystem.entries(in: folder.path).first { $0.name == "pipe" }?.kind == .pipe)
    }

    @Test func `a pipe, a device, a folder and links to them are refused as files without being opened`() throws {
        let folder = try TestFolder()
        // Opening a pipe for writing alone would wait, or fail with ENXIO.
        #expect(unsafe mkfifo(folder.at("pipe"), 0o600) == 0)
        try FileManager.default.createSymbolicLink(atPath: folder.at("link"), withDestinationPath: folder.at("pipe"))
        for (path, found) in [
            (folder.at("pipe"), "a pipe"), (folder.at("link"), "a pipe"), ("/dev/null", "a device"), (folder.path, "a folder"),
        ] {
            for (isInput, kind) in [(true, Failure.Kind.data), (false, .inputOutput)] {
                let failure = #expect(throws: Failure.self) { _ = try OpenFile.regular(path, O_WRONLY | O_CREAT, isInput: isInput) }
                #expect(failure?.kind == kind && failure?.message.contains("found \(found)") == true, "\(path)")
            }
        }
    }

    @Test func `new folders and files have the modes that the umask leaves`() throws {
        let before = umask(0)
        defer { umask(before) }
        for (mask, folderMode, fileMode) in [(0o022, 0o755, 0o644), (0o077, 0o700, 0o600), (0o007, 0o770, 0o660)] as [(mode_t, Int, Int)] {
            let folder = try TestFolder()
            umask(mask)
            try FileSystem.makeFolders(folder.at("a/b/c"))
            try OpenFile(folder.at("a/b/c/file"), O_WRONLY | O_CREAT).close()
            for (name, mode) in [("a", folderMode), ("a/b", folderMode), ("a/b/c", folderMode), ("a/b/c/file", fileMode)] {
                let found = try FileManager.default.attributesOfItem(atPath: folder.at(name))[.posixPermissions] as? Int
                #expect(found == mode, "\(name)")
            }
        }
    }

    @Test func `a folder is made where one is already, and not where a file is`() throws {
        let folder = try TestFolder()
        folder.touch("file")
        try FileSystem.makeFolders(folder.path)
        #expect(throws: SystemCallError(.makeFolder, folder.at("file"), ENOTDIR)) { try FileSystem.makeFolders(folder.at("file")) }
        #expect(throws: SystemCallError.self) { try FileSystem.makeFolders(folder.at("file/below")) }
    }

    @Test func `removal takes links and not their targets, and is no error where nothing is`() throws {
        let (folder, other) = (try TestFolder(), try TestFolder())
        other.touch("precious")
        try FileSystem.makeFolders(folder.at("tree/deep"))
        folder.touch("tree/deep/file")
        try FileManager.default.createSymbolicLink(atPath: folder.at("tree/link"), withDestinationPath: other.path)
        #expect(throws: SystemCallError(.remove, folder.at("tree"), ENOTEMPTY)) { try FileSystem.remove(folder.at("tree")) }
        try FileSystem.removeAll(folder.at("tree"))
        try FileSystem.removeAll(folder.at("tree"))
        #expect(try FileSystem.names(in: folder.path) == [] && FileSystem.names(in: other.path) == ["precious"])
    }

    @Test func `a file gives what was written, a shorter end, and a lock to one descriptor`() throws {
        let folder = try TestFolder()
        let file = try OpenFile(folder.at("file"), O_RDWR | O_CREAT)
        try file.write([1, 2, 3, 4], at: 2)
        try file.sync()
        #expect(try file.status.size == 6)
        #expect(try file.bytes(in: 0..<100) == [0, 0, 1, 2, 3, 4])
        try file.resize(to: 3)
        #expect(try file.bytes(in: 1..<3) == [0, 1])
        try file.lock()
        let second = try OpenFile(folder.at("file"), O_RDWR)
        let failure = #expect(throws: SystemCallError.self) { try second.lock() }
        #expect(failure?.meaning == .held)
        try file.close()
        try second.lock()
    }

    @Test func `a file is in use while another descriptor for writing is open`() throws {
        let folder = try TestFolder()
        let file = try OpenFile(folder.at("file"), O_RDWR | O_CREAT)
        try file.checkIsUnused()
        let second = try OpenFile(folder.at("file"), O_RDWR)
        let failure = #expect(throws: SystemCallError.self) { try file.checkIsUnused() }
        #expect(failure?.meaning == .held)
        try second.close()
        try file.checkIsUnused()
    }
}

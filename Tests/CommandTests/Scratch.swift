import Formats
import Foundation
import Synchronization

/// A temporary folder, removed at the end of its test.
final class Scratch: Sendable {
    let path: String
    private let counter = Atomic<Int>(0)

    init() {
        // Short: Open MPI puts sockets below it, whose paths are limited to 107 bytes.
        path = "/tmp/ebm-\(String(UInt64.random(in: 0..<1 << 40), radix: 36))"
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        } catch {
            fatalError("\(path): \(error)")
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func nextNumber() -> Int { counter.wrappingAdd(1, ordering: .relaxed).newValue }

    /// A path in the folder.
    func at(_ name: String) -> String { "\(path)/\(name)" }

    func write(_ bytes: [UInt8], to name: String) throws {
        let url = URL(fileURLWithPath: at(name))
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }
}

/// What is in a folder.
enum Folder {
    /// The XXH3 of every file below a folder, by relative path; `lock` and what tests write (names with a leading point) left out.
    static func fingerprint(_ path: String) -> [String: String] {
        var sums: [String: String] = [:]
        let names = FileManager.default.enumerator(atPath: path)?.allObjects as? [String] ?? []
        for name in names where name != "lock" {
            var isFolder: ObjCBool = false
            _ = unsafe FileManager.default.fileExists(atPath: "\(path)/\(name)", isDirectory: &isFolder)
            sums[name] = isFolder.boolValue ? "folder" : Checksum.of(bytes("\(path)/\(name)"))
        }
        return sums
    }

    static func bytes(_ path: String) -> [UInt8] { Array(FileManager.default.contents(atPath: path) ?? Data()) }

    static func copy(_ source: String, to target: String) throws { try FileManager.default.copyItem(atPath: source, toPath: target) }
}

import Configuration
import Failures
import Files
import Formats

/// The files of one checkpoint, all opened at once and read through these descriptors alone: what is checked is what is used, and a training that
/// removes the checkpoint meanwhile takes nothing away.
///
/// Files that are missing or not as long as the manifest says, and what is no file, are damage of the checkpoint (`.checkpoint`, `.data`). A call
/// of the system that fails says nothing about the checkpoint, and is `.missingInput` or `.inputOutput`.
final class CheckpointFiles: Sendable {
    let path: String
    let manifest: Manifest
    private let files: [String: InputFile]

    /// Opens a checkpoint and checks its manifest against what it belongs to.
    convenience init(_ path: String, step: Int, binding: CheckpointReader.Binding?) throws(Failure) {
        let file = try Self.open(Manifest.fileName, in: path, missing: .checkpoint)
        guard file.size <= 64 << 20 else {
            throw Failure(.checkpoint, "\(file.path): expected a manifest, found \(file.size) bytes: the file is damaged")
        }
        let manifest = try Manifest(file: file.bytes(in: 0..<file.size), name: file.path)
        try manifest.check(step: step, binding: binding, file.path)
        try self.init(path, manifest, manifest.files.keys.sorted(), wrong: .checkpoint)
    }

    /// Opens some files of a checkpoint whose manifest and files rank 0 has opened: where they are missing or of another size here, the fault is this
    /// machine's view of the file system, and not the checkpoint's.
    convenience init(_ path: String, openedByRoot manifest: Manifest, _ names: [String]) throws(Failure) {
        try self.init(path, manifest, names, wrong: .inputOutput)
    }

    /// - Parameter wrong: what a missing file, or one of another size, is.
    private init(_ path: String, _ manifest: Manifest, _ names: [String], wrong: Failure.Kind) throws(Failure) {
        (self.path, self.manifest) = (path, manifest)
        var files: [String: InputFile] = [:]
        for name in names {
            guard let entry = manifest.files[name], !name.contains("/"), names.count <= 64 else {
                throw Failure(.checkpoint, "\(path): the manifest does not name \(name) as a run does: the file is damaged")
            }
            let file = try Self.open(name, in: path, missing: wrong)
            guard file.size == entry.bytes else {
                let reason = wrong == .checkpoint ? "the file is damaged" : "rank 0 finds as many as expected"
                throw Failure(wrong, "\(file.path): expected \(entry.bytes) bytes, found \(file.size): \(reason)")
            }
            files[name] = file
        }
        self.files = files
    }

    private static func open(_ name: String, in path: String, missing: Failure.Kind) throws(Failure) -> InputFile {
        let file = "\(path)/\(name)"
        do {
            return try InputFile(file)
        } catch {
            let isThere: Bool
            do { isThere = try FileSystem.kind(of: file) != nil } catch { throw Failure(error, isReading: true) }
            guard error.kind == .missingInput, !isThere else { throw error }
            let remark =
                missing == .checkpoint ? "" : " on this machine, though not on that of rank 0: all nodes have to see the same files"
            throw Failure(missing, "\(file): the file is missing\(remark)")
        }
    }

    /// The path of a file, for messages.
    func name(_ file: String) -> String { "\(path)/\(file)" }

    /// A file that the manifest names.
    func file(_ name: String) throws(Failure) -> InputFile {
        guard let file = files[name] else { throw Failure(.checkpoint, "\(path): the manifest does not name \(name)") }
        return file
    }

    /// The tensors of a file whose checksum agrees with the manifest.
    func tensors(_ name: String) throws(Failure) -> Safetensors {
        let file = try file(name)
        let bytes = try file.bytes(in: 0..<file.size)
        if let expected = manifest.files[name]?.checksum {
            let found = Checksum.of(bytes)
            guard found == expected else {
                throw Failure(.checkpoint, "\(file.path): expected checksum \(expected), found \(found): the file is damaged")
            }
        }
        return try asCheckpoint { () throws(Failure) in try Safetensors(bytes, name: file.path) }
    }

    /// A file of tensors whose parts have checksums of their own: its header is read, and nothing is compared.
    func parts(_ name: String) throws(Failure) -> Safetensors {
        let file = try file(name)
        return try asCheckpoint { () throws(Failure) in try Safetensors(file) }
    }

    /// What is no file of tensors is a damaged checkpoint.
    private func asCheckpoint<T>(_ read: () throws(Failure) -> T) throws(Failure) -> T {
        do {
            return try read()
        } catch {
            throw error.kind == .data ? Failure(.checkpoint, error.message) : error
        }
    }
}

extension Failure {
    /// Whether it says that a checkpoint is damaged: whatever else fails says nothing about it.
    var isDamage: Bool { [.checkpoint, .data].contains(kind) }
}

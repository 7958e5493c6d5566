import Failures
import Formats
import Foundation

/// The paths of a run folder, and what is in it. Used by rank 0 alone; the other ranks learn what it found.
public struct RunFolder: Sendable {
    public let path: String

    public init(_ path: String) { self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path }

    public var configuration: String { "\(path)/config.json5" }
    public var metrics: String { "\(path)/metrics.jsonl" }
    public var evaluation: String { "\(path)/evaluation.jsonl" }
    public var checkpoints: String { "\(path)/checkpoints" }
    public var samples: String { "\(path)/samples" }
    package var stop: String { "\(path)/STOP" }
    package var lock: String { "\(path)/lock" }

    public func checkpoint(_ step: Int) -> String { "\(checkpoints)/\(Self.stepName(step))" }
    package func partial(_ step: Int) -> String { "\(checkpoints)/.\(Self.stepName(step)).partial" }
    public func sample(_ step: Int) -> String { "\(samples)/\(Self.stepName(step)).png" }

    /// `step-00001000`: names sort like numbers.
    package static func stepName(_ step: Int) -> String {
        let digits = String(step)
        return "step-" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }

    package var exists: Bool { FileManager.default.fileExists(atPath: configuration) }

    /// Makes the folder and its parts, mode 0700.
    package func create() throws(Failure) {
        for folder in [path, checkpoints, samples] { try Self.makeFolder(folder) }
    }

    package static func makeFolder(_ path: String) throws(Failure) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw Failure(.inputOutput, "\(path): making the folder failed: \(error.localizedDescription). Choose another one with --out.")
        }
    }

    /// The steps of the committed checkpoints, newest first.
    public func steps() throws(Failure) -> [Int] {
        guard FileManager.default.fileExists(atPath: checkpoints) else { return [] }
        return try names(in: checkpoints).compactMap { name in
            // Only the names that a save gives: `step-7` or `step-00000007.aside` is something else.
            Int(name.dropFirst(5)).flatMap { $0 >= 0 && name == Self.stepName($0) ? $0 : nil }
        }.sorted(by: >)
    }

    /// Takes a checkpoint out of the way, as `step-N.aside`, for whoever wants to look at it: it is damaged, or a rollback went back behind it.
    func setAside(_ step: Int) throws(Failure) {
        let aside = "\(checkpoint(step)).aside"
        if Self.isFile(aside) { try Self.remove(aside) }
        try AtomicFile.rename(checkpoint(step), to: aside)
        try AtomicFile.syncFolder(checkpoints)
    }

    /// Removes a checkpoint: killed on the way, it leaves no half of one under its name.
    func removeCheckpoint(_ step: Int) throws(Failure) {
        try AtomicFile.rename(checkpoint(step), to: partial(step))
        try Self.remove(partial(step))
    }

    /// Removes what interrupted saves left behind.
    package func removeLeftovers() throws(Failure) {
        for name in try names(in: checkpoints) where name.hasPrefix(".step-") { try Self.remove("\(checkpoints)/\(name)") }
        for folder in [path, samples] {
            for name in try names(in: folder) where name.hasSuffix(".tmp") && (name.hasPrefix("config.json5.") || name.hasPrefix("step-")) {
                try Self.remove("\(folder)/\(name)")
            }
        }
    }

    package static func isFile(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    package static func remove(_ path: String) throws(Failure) {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw Failure(.inputOutput, "\(path): removing it failed: \(error.localizedDescription)")
        }
    }

    private func names(in folder: String) throws(Failure) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            throw Failure(.inputOutput, "\(folder): reading the folder failed: \(error.localizedDescription)")
        }
    }
}

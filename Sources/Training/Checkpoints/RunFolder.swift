import Failures
import Files
import Formats

/// The paths of a run folder, and what is in it. Used by rank 0 alone; the other ranks learn what it found.
public struct RunFolder: Sendable {
    public let path: String

    public init(_ path: String) { self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path }

    /// The run folder of which a file or folder is a part, such as its configuration or a checkpoint's model; nil where there is none.
    init?(enclosing path: String) {
        guard PathKind(path) != .nothing else { return nil }
        var folder = path
        for _ in 0..<3 {
            folder = AtomicFile.folder(of: folder)
            guard PathKind("\(folder)/config.json5") == .nothing else {
                self.init(folder)
                return
            }
        }
        return nil
    }

    public var configuration: String { "\(path)/config.json5" }
    public var metrics: String { "\(path)/metrics.jsonl" }
    public var evaluation: String { "\(path)/evaluation.jsonl" }
    /// For TensorBoard. The number stands where other programs have the time at which they began: a run has one file, however often it is continued.
    package var events: String { "\(path)/events.out.tfevents.0.ebm-dist" }
    public var checkpoints: String { "\(path)/checkpoints" }
    public var samples: String { "\(path)/samples" }
    public var report: String { "\(path)/report.html" }
    package var stop: String { "\(path)/STOP" }
    package var lock: String { "\(path)/lock" }
    /// Says that a cell of a sweep has diverged.
    package var diverged: String { "\(path)/diverged.txt" }

    public func checkpoint(_ step: Int) -> String { "\(checkpoints)/\(Self.stepName(step))" }
    package func partial(_ step: Int) -> String { "\(checkpoints)/.\(Self.stepName(step)).partial" }
    public func sample(_ step: Int) -> String { "\(samples)/\(Self.stepName(step)).png" }

    /// `step-00001000`: names sort like numbers.
    package static func stepName(_ step: Int) -> String {
        let digits = String(step)
        return "step-" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }

    /// Whether a run is in the folder.
    /// - Throws: where that cannot be seen, for lack of permission or because something else than a file stands there.
    package var exists: Bool {
        get throws(Failure) { try Self.isFile(configuration) }
    }

    /// Makes the folder and its parts.
    package func create() throws(Failure) {
        try refuseOtherKinds()
        for folder in [path, checkpoints, samples] { try Self.makeFolder(folder) }
    }

    package static func makeFolder(_ path: String) throws(Failure) {
        do {
            try FileSystem.makeFolders(path)
        } catch {
            let failure = Failure(error, fix: "Choose another folder with --out.")
            // It may be one of the folders that lead to it.
            throw error.path == path ? failure : Failure(failure.kind, "\(path): \(failure.message)")
        }
    }

    /// Refuses whatever is no folder where the run has folders, and no file where it has files, before any of them is opened: a pipe would be waited
    /// for, a device might do something.
    private func refuseOtherKinds() throws(Failure) {
        do {
            for folder in [path, checkpoints, samples] {
                guard let found = try FileSystem.kind(of: folder), found != .folder else { continue }
                throw Failure(.inputOutput, "\(folder): expected a folder, found \(found.rawValue). Choose another one with --out.")
            }
            for file in [configuration, metrics, evaluation, events, report, measured, lock] {
                if let found = try FileSystem.kind(of: file), found != .file { throw Failure.notAFile(file, found, kind: .inputOutput) }
            }
            guard try FileSystem.kind(of: samples) != nil else { return }
            for entry in try FileSystem.entries(in: samples) where entry.name.hasPrefix("step-") {
                guard let kind = entry.kind, kind.isSpecial else { continue }
                throw Failure.notAFile("\(samples)/\(entry.name)", kind, kind: .inputOutput)
            }
        } catch let error as SystemCallError {
            throw Failure(error)
        } catch {
            throw error as? Failure ?? Failure(.software, "\(path): \(error)")
        }
    }

    /// The steps of the committed checkpoints, newest first.
    public func steps() throws(Failure) -> [Int] {
        let names: [String]
        do {
            guard try FileSystem.kind(of: checkpoints) != nil else { return [] }
            names = try FileSystem.names(in: checkpoints)
        } catch {
            throw Failure(error, isReading: true)
        }
        // Only the names that a save gives: `step-7` or `step-00000007.aside` is something else.
        return names.compactMap { name in Int(name.dropFirst(5)).flatMap { $0 >= 0 && name == Self.stepName($0) ? $0 : nil } }
            .sorted(by: >)
    }

    /// The steps of the pictures of samples, oldest first.
    package func sampleSteps() throws(Failure) -> [Int] {
        do {
            guard try FileSystem.kind(of: samples) != nil else { return [] }
            return try FileSystem.names(in: samples).compactMap { name in
                Int(name.dropFirst(5).dropLast(4)).flatMap { $0 >= 0 && name == "\(Self.stepName($0)).png" ? $0 : nil }
            }.sorted()
        } catch {
            throw Failure(error, isReading: true)
        }
    }

    /// The name of a partial folder of a step at which nothing stands: what is left of an earlier save is removed.
    func freePartial(_ step: Int) throws(Failure) -> String {
        try Self.freed(partial(step))
    }

    /// A path at which nothing stands any more; with a number behind it where something cannot be removed.
    private static func freed(_ path: String, attempt: Int = 1) throws(Failure) -> String {
        let numbered = attempt == 1 ? path : "\(path)-\(attempt)"
        do {
            try FileSystem.removeAll(numbered)
            return numbered
        } catch {
            guard attempt < 16 else { throw Failure(error) }
            return try freed(path, attempt: attempt + 1)
        }
    }

    /// Removes a checkpoint: killed on the way, it leaves no half of one under its name.
    func removeCheckpoint(_ step: Int) throws(Failure) {
        let partial = try freePartial(step)
        try AtomicFile.rename(checkpoint(step), to: partial)
        try Self.remove(partial)
    }

    /// Removes what interrupted saves left behind.
    /// - Returns: what cannot be removed, and why; it is left, and does no harm.
    package func removeLeftovers() throws(Failure) -> [Failure] {
        var left: [Failure] = []
        func remove(in folder: String, where isLeftover: (String) -> Bool) throws(Failure) {
            let names: [String]
            do { names = try FileSystem.names(in: folder) } catch { throw Failure(error) }
            for name in names where isLeftover(name) {
                do { try Self.remove("\(folder)/\(name)") } catch { left.append(error) }
            }
        }
        try remove(in: checkpoints) { $0.hasPrefix(".step-") }
        for folder in [path, samples] {
            try remove(in: folder) {
                $0.hasSuffix(".tmp")
                    && ($0.hasPrefix("config.json5.") || $0.hasPrefix("report.html.") || $0.hasPrefix("data.json.")
                        || $0.hasPrefix("step-"))
            }
        }
        return left
    }

    /// What is said, once, of all that cannot be removed; nil where everything can.
    static func remark(onLeft failures: [Failure]) -> String? {
        failures.first.map { first in
            let others = failures.count == 1 ? "" : " and \(failures.count - 1) more like it"
            return "\(first.message) It is left there\(others): remove it when nothing uses it any more."
        }
    }

    /// Whether a checkpoint is newer than the report, or there is none; false where neither can be seen.
    func hasOldReport(at step: Int) -> Bool {
        guard let saved = try? FileSystem.changed(checkpoint(step)) else { return false }
        guard let written = try? FileSystem.changed(report) else { return true }
        return written < saved
    }

    /// Whether something stands at a path.
    package static func isFile(_ path: String) throws(Failure) -> Bool {
        do { return try FileSystem.kind(of: path) != nil } catch { throw Failure(error, isReading: true) }
    }

    package static func remove(_ path: String) throws(Failure) {
        do { try FileSystem.removeAll(path) } catch { throw Failure(error) }
    }
}

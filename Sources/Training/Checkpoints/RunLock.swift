import Failures
import Files
import Foundation
import Glibc

/// One job for each run folder. The lock belongs to the open file, so the system releases it however the job ends: it is never stale.
///
/// When `mpirun` is killed its ranks notice within a second or two, so a lock that is held is asked for again for some seconds. A file system without
/// locks is trained on without one.
package final class RunLock {
    /// How long a lock that is held is asked for.
    package static let patience = Duration.seconds(5)

    private let file: OpenFile

    /// Takes the lock, or tells who holds it.
    /// - Parameter say: hears, once, that it waits, or that there are no locks here.
    /// - Throws: `.runFolder` when another job holds it, `.inputOutput` when the file cannot be made or locked.
    package init(_ folder: RunFolder, patience: Duration = patience, say: (String) -> Void = { _ in }) throws(Failure) {
        file = try OpenFile.regular(folder.lock, O_RDWR | O_CREAT | O_NOFOLLOW, isInput: false)
        let start = ContinuousClock.now
        var refusals = 0
        while true {
            do {
                try file.lock()
                break
            } catch {
                if error.meaning == .unsupported {
                    say(
                        "\(folder.lock): this file system has no locks (\(error.reason)): training without one. "
                            + "Start no second job in this folder while this one runs.")
                    break
                }
                guard error.meaning == .held else { throw Failure(error) }
                let owner = owner
                guard ContinuousClock.now - start < patience else {
                    throw Failure(
                        .runFolder,
                        "\(folder.path): another job trains in this folder\(owner). Wait for it, or choose another folder with --out.")
                }
                refusals += 1
                // Whoever looks at the lock (`sight`) holds it for an instant: that is over at the next try.
                if refusals == 2 {
                    say("\(folder.path): another job is in this folder\(owner): waiting up to \(patience) for its end")
                }
                usleep(100_000)
            }
        }
        writeOwner()
    }

    /// What the lock of a folder tells of whether a job trains there.
    package enum Sight: Sendable { case held, free, unknown }

    /// As far as locks say; nothing is changed.
    package static func sight(of folder: RunFolder) -> Sight {
        do {
            guard try RunFolder.isFile(folder.lock) else { return .free }
            // Shared: whoever else looks is no job.
            try OpenFile.regular(folder.lock, O_RDONLY | O_NOFOLLOW, isInput: false).lock(isShared: true)
            return .free
        } catch {
            return (error as? SystemCallError)?.meaning == .held ? .held : .unknown
        }
    }

    /// Who holds the lock; empty when the owner took it a moment ago.
    private var owner: String {
        let bytes = (try? file.bytes(in: 0..<4096)) ?? []
        let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        return text.isEmpty ? "" : " (\(text))"
    }

    /// Information for whoever meets the lock, which does not depend on it: a full disk is no reason not to start.
    private func writeOwner() {
        let job = ProcessInfo.processInfo.environment["SLURM_JOB_ID"].map { ", Slurm job \($0)" } ?? ""
        let owner = "host \(ProcessInfo.processInfo.hostName), process \(getpid())\(job)\n"
        try? file.resize(to: 0)
        try? file.write(Array(owner.utf8), at: 0)
    }
}

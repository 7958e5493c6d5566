import Failures
import Files
import Foundation

/// A file named STOP in the run folder: a person's request to save and end. Whatever has that name is one. Used by rank 0 alone.
///
/// Whoever starts a run wants to train, so a request that is there already is taken away and said; where Slurm starts a job again that waited in the
/// queue, it was meant for that job and stays. One that cannot be taken away would end every start after a step: it is said once and not looked at again.
package struct StopFile: Sendable {
    private let path: String
    private var isIgnored = false

    package init(_ folder: RunFolder) { path = folder.stop }

    /// Whether Slurm has started this job before.
    package static var isRequeued: Bool { (ProcessInfo.processInfo.environment["SLURM_RESTART_COUNT"].flatMap { Int($0) } ?? 0) > 0 }

    /// At the start of a run.
    /// - Returns: what is to be said.
    package mutating func clear(isRequeued: Bool = isRequeued) -> String? {
        guard isThere, !isRequeued else { return nil }
        return remove() ?? "\(path) was there before the start: removed"
    }

    /// Whether somebody asks; not looked up behind a link.
    package var isThere: Bool {
        guard !isIgnored else { return false }
        let found = try? FileSystem.kind(of: path, followingLinks: false)
        return found != nil
    }

    /// After the save that was asked for. In a job of Slurm the request stays, so that the batch script sees that a person asked, whatever else did.
    /// - Returns: what is to be said.
    package mutating func settle(isJob: Bool = ProcessInfo.processInfo.environment["SLURM_JOB_ID"] != nil) -> String? {
        isThere && !isJob ? remove() : nil
    }

    /// Takes the request away. A folder with something in it stays.
    /// - Returns: what is to be said where that is not possible.
    package mutating func remove() -> String? {
        do {
            try FileSystem.remove(path)
            return nil
        } catch {
            isIgnored = true
            return "\(Failure(error).message) It is no request any more: remove it by hand before you ask with another."
        }
    }
}

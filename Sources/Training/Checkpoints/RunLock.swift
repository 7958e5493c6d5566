import Failures
import Foundation
import Glibc

/// One job for each run folder. The lock belongs to the open file, so the system releases it however the job ends: it is never stale.
package final class RunLock {
    private let descriptor: Int32

    /// Takes the lock, or tells who holds it.
    /// - Throws: `.runFolder` when another job holds it, `.inputOutput` when the file cannot be made.
    package init(_ folder: RunFolder) throws(Failure) {
        let opened = unsafe open(folder.lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard opened >= 0 else {
            throw Failure(.inputOutput, "\(folder.lock): opening it failed: \(unsafe String(cString: strerror(errno)))")
        }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            close(opened)
            // Empty when the owner took the lock a moment ago.
            let owner = (try? String(contentsOfFile: folder.lock, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
            throw Failure(
                .runFolder,
                "\(folder.path): another job trains in this folder\(owner.isEmpty ? "" : " (\(owner))"). "
                    + "Wait for it, or choose another folder with --out.")
        }
        descriptor = opened
        let job = ProcessInfo.processInfo.environment["SLURM_JOB_ID"].map { ", Slurm job \($0)" } ?? ""
        let owner = Array("host \(ProcessInfo.processInfo.hostName), process \(getpid())\(job)\n".utf8)
        ftruncate(descriptor, 0)
        // Information for whoever meets the lock: the lock itself does not depend on it.
        _ = unsafe owner.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
    }

    deinit { close(descriptor) }
}

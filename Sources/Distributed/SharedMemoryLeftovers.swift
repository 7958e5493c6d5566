import Files
import Foundation
import Glibc

/// Segments of shared memory that ranks of Open MPI left behind when they were killed: 4 MiB each, which stay until somebody removes them.
///
/// Open MPI names them vader_segment.HOST.UID.JOB.RANK. The kernel grants a write lease on a file only when no process of the machine has it
/// open or mapped for writing, and every rank has its own segment and those of its neighbours mapped so: a job that lives keeps all of its own.
package enum SharedMemoryLeftovers {
    /// The folder of the segments, unless the person has set another.
    package static var folder: String {
        ProcessInfo.processInfo.environment["OMPI_MCA_btl_vader_backing_directory"] ?? "/dev/shm"
    }

    /// Whether this process is the one of its machine that removes them: two would keep each other from it.
    static var isFirstOfNode: Bool {
        let environment = ProcessInfo.processInfo.environment
        let indices = (MPIFamily.allCases.flatMap(\.variables.localRank) + ["SLURM_LOCALID"]).lazy.compactMap { environment[$0] }
        return (indices.first ?? "0") == "0"
    }

    /// Removes this person's segments that no process uses. What cannot be looked at or removed stays, and nothing depends on it.
    ///
    /// - Parameter seconds: younger ones are left: a rank that makes one needs an instant to open it.
    package static func remove(in folder: String = folder, olderThan seconds: Int = 2) {
        guard let names = try? FileSystem.names(in: folder) else { return }
        let segments = names.filter { name in
            // A host may have points in its name.
            let parts = name.split(separator: ".")
            return parts.count >= 5 && parts[0] == "vader_segment" && parts[parts.count - 3] == "\(getuid())"
        }
        guard !segments.isEmpty else { return }
        // Whoever opens a file while its lease is asked for sends this signal.
        let handler = signal(SIGIO, SIG_IGN)
        defer { signal(SIGIO, handler) }
        for segment in segments { try? removeUnused("\(folder)/\(segment)", olderThan: seconds) }
    }

    private static func removeUnused(_ path: String, olderThan seconds: Int) throws(SystemCallError) {
        guard try FileSystem.kind(of: path, followingLinks: false) == .file, try FileSystem.age(of: path) > seconds else { return }
        let file = try OpenFile(path, O_RDWR | O_NOFOLLOW)
        try file.checkIsUnused()
        try FileSystem.remove(path)
        try file.close()
    }
}

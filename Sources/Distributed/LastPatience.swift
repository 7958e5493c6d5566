import Foundation
import Glibc
import Synchronization

/// Ends the process when MPI does not come back from its end, in which nothing is lost any more.
///
/// MPICH before 4.1.2 built for UCX can wait for ever over TCP: a rank that has closed its connections waits for the others where it answers nobody, and
/// those wait for its answer (pmodels/mpich, pull request 6596).
final class LastPatience: Sendable {
    private let hasEnded = Atomic(false)

    /// - Parameters:
    ///   - ranks: of the job; thousands of connections take longer to close than a few.
    ///   - speaks: whether this process says what happened.
    ///   - code: with which the process then ends.
    init(ranks: Int, speaks: Bool, _ code: Int32) {
        let seconds = 5 + ranks / 100
        Thread { [self] in
            sleep(UInt32(seconds))
            guard !hasEnded.load(ordering: .acquiring) else { return }
            if speaks {
                let reason = "MPI_Finalize has not come back for \(seconds) s; all is written, and the ranks end without it"
                Console.write("ebm-dist: note: \(reason)")
            }
            _exit(code)
        }.start()
    }

    /// MPI has come back.
    func end() { hasEnded.store(true, ordering: .releasing) }
}

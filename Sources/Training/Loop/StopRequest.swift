import Glibc
import Synchronization

/// Requests from outside to save and end: SIGTERM, SIGINT and SIGUSR1 set a flag and nothing else; a second SIGTERM or SIGINT ends the process at once.
///
/// A signal may reach one rank alone, so the flag rides on the next gradient sum and all ranks see it together.
enum StopRequest {
    private static let requests = Atomic<Int>(0)
    /// SIGTERM and SIGINT alone: schedulers send SIGUSR1 before them.
    private static let ends = Atomic<Int>(0)

    static var isPending: Bool { requests.load(ordering: .relaxed) > 0 }

    static func install() {
        for number in [SIGTERM, SIGINT] {
            _ = signal(number) { number in
                StopRequest.requests.wrappingAdd(1, ordering: .relaxed)
                if StopRequest.ends.wrappingAdd(1, ordering: .relaxed).oldValue > 0 { _exit(128 + number) }
            }
        }
        _ = signal(SIGUSR1) { _ in StopRequest.requests.wrappingAdd(1, ordering: .relaxed) }
    }
}

import Foundation
import Glibc
import Synchronization

/// A thread of rank 0 that looks for a request by file (`StopFile`) twice a second: a file system that does not answer keeps no step from its end.
final class StopFileWatch: Sendable {
    private static let interval: UInt32 = 500_000

    private let file: StopFile
    private let seen = Atomic<Bool>(false)
    private let isStopped = Atomic<Bool>(false)

    init(_ file: StopFile) { self.file = file }

    /// Whether a request was there at the last look.
    var isSeen: Bool { seen.load(ordering: .relaxed) }

    /// From now on, until `stop`.
    func start() {
        Thread { [self] in watch() }.start()
    }

    func stop() { isStopped.store(true, ordering: .relaxed) }

    private func watch() {
        while !isStopped.load(ordering: .relaxed) {
            seen.store(file.isThere, ordering: .relaxed)
            usleep(Self.interval)
        }
    }
}

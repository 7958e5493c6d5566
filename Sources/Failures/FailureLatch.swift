import Synchronization

/// A failure that code which cannot throw has met: the first one stays, and whoever can throw it does.
public final class FailureLatch: Sendable {
    private let isSet = Atomic<Bool>(false)
    private let first = Mutex<Failure?>(nil)

    public init() {}

    /// From any thread.
    public func note(_ failure: Failure) {
        first.withLock { first in if first == nil { first = failure } }
        isSet.store(true, ordering: .releasing)
    }

    /// - Throws: what was noted first, again and again.
    public func check() throws(Failure) {
        guard isSet.load(ordering: .acquiring), let failure = first.withLock({ $0 }) else { return }
        throw failure
    }
}

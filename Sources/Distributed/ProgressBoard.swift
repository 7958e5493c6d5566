import Failures
import Synchronization

/// What a rank waits for, readable from another thread: the place in flight and a count of places entered and left.
///
/// A watchdog that sees the same count for too long knows that nothing moves; `lastPlace` and `isInside` say where, and `expectation` how long is
/// too long.
public final class ProgressBoard: Sendable {
    private let entries = Atomic<Int>(0)
    private let exits = Atomic<Int>(0)
    /// Address of the UTF-8 text of a static string, so that one atomic word holds the name.
    private let place = Atomic<UInt>(0)
    private let expectations = Mutex<[Expectation]>([])
    private let latches = Mutex<[FailureLatch]>([])
    /// Of a training; negative outside one.
    private let trainingStep = Atomic<Int>(-1)

    public init() {}

    /// Grows with every collective entered, every one left, and every `note`.
    public var count: Int { entries.load(ordering: .acquiring) &+ exits.load(ordering: .acquiring) }

    /// Whether a collective has begun and not ended.
    public var isInside: Bool { entries.load(ordering: .acquiring) != exits.load(ordering: .acquiring) }

    /// The collective or place entered last; empty at first.
    public var lastPlace: String {
        unsafe UnsafePointer<CChar>(bitPattern: place.load(ordering: .acquiring)).map { unsafe String(cString: $0) } ?? ""
    }

    /// How long the rank may give no sign now, and why.
    public var expectation: Expectation { expectations.withLock { $0.last } ?? .usual }

    /// The step of the training that runs; nil outside one.
    public var step: Int? {
        let step = trainingStep.load(ordering: .relaxed)
        return step < 0 ? nil : step
    }

    /// Says that the rank is alive, between collectives, and where it is.
    public func note(_ name: StaticString) {
        enter(name)
        leave()
    }

    /// Says which step of a training runs; nil after it.
    public func note(step: Int?) { trainingStep.store(step ?? -1, ordering: .relaxed) }

    /// Threads of this rank may note a failure there: the next call that the ranks make together throws it.
    package func attend(to latch: FailureLatch) { latches.withLock { $0.append(latch) } }

    /// - Throws: what a thread of this rank has noted.
    func checkLatches() throws(Failure) {
        for latch in latches.withLock({ $0 }) { try latch.check() }
    }

    /// Enters a place where the ranks meet, unless a thread of this one has failed: what it would bring is of no use.
    func meet(_ name: StaticString) throws(Failure) {
        try checkLatches()
        enter(name)
    }

    func enter(_ name: StaticString) {
        precondition(name.hasPointerRepresentation, "the name of a place is a string literal of several characters")
        unsafe place.store(UInt(bitPattern: name.utf8Start), ordering: .releasing)
        entries.wrappingAdd(1, ordering: .releasing)
    }

    func leave() {
        exits.wrappingAdd(1, ordering: .releasing)
    }

    /// The rank is alive, in the place where it is.
    func move() {
        entries.wrappingAdd(1, ordering: .releasing)
        exits.wrappingAdd(1, ordering: .releasing)
    }

    func begin(_ expectation: Expectation) { expectations.withLock { $0.append(expectation) } }

    /// Before the expectation goes the count moves: whoever sees the next limit sees the sign before it.
    func end() {
        move()
        expectations.withLock { _ = $0.removeLast() }
    }
}

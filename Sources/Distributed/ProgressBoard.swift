import Synchronization

/// What a rank waits for, readable from another thread: the place in flight and a count of places entered and left.
///
/// A watchdog that sees the same count for too long knows that nothing moves, and `lastPlace` and `isInside` say where.
public final class ProgressBoard: Sendable {
    private let entries = Atomic<Int>(0)
    private let exits = Atomic<Int>(0)
    /// Address of the UTF-8 text of a static string, so that one atomic word holds the name.
    private let place = Atomic<UInt>(0)

    public init() {}

    /// Grows with every collective entered, every one left, and every `note`.
    public var count: Int { entries.load(ordering: .acquiring) &+ exits.load(ordering: .acquiring) }

    /// Whether a collective has begun and not ended.
    public var isInside: Bool { entries.load(ordering: .acquiring) != exits.load(ordering: .acquiring) }

    /// The collective or place entered last; empty at first.
    public var lastPlace: String {
        unsafe UnsafePointer<CChar>(bitPattern: place.load(ordering: .acquiring)).map { unsafe String(cString: $0) } ?? ""
    }

    /// Says that the rank is alive, between collectives, and where it is.
    public func note(_ name: StaticString) {
        enter(name)
        leave()
    }

    func enter(_ name: StaticString) {
        precondition(name.hasPointerRepresentation, "the name of a place is a string literal of several characters")
        unsafe place.store(UInt(bitPattern: name.utf8Start), ordering: .releasing)
        entries.wrappingAdd(1, ordering: .releasing)
    }

    func leave() {
        exits.wrappingAdd(1, ordering: .releasing)
    }
}

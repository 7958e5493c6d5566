/// The phases of a training step, in the order of the recipe.
public enum Phase: String, CaseIterable, Sendable, Codable {
    case data
    case sampling
    case gradients
    case sum
    case optimiser
    case exchange
    case report
    case checkpoint
}

/// Seconds spent in each phase by one thread.
public struct PhaseTimes: Sendable {
    public private(set) var seconds = [Double](repeating: 0, count: Phase.allCases.count)
    private var mark = ContinuousClock.now

    public init() {}

    /// Starts the clock without charging anyone for the time before.
    public mutating func start() { mark = .now }

    /// Charges the time since the last stamp to a phase.
    public mutating func stamp(_ phase: Phase) {
        let now = ContinuousClock.now
        let elapsed = (now - mark).components
        seconds[phase.index] += Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
        mark = now
    }

    public subscript(_ phase: Phase) -> Double { seconds[phase.index] }

    public mutating func add(_ other: PhaseTimes, scale: Double = 1) {
        for index in seconds.indices { seconds[index] += other.seconds[index] * scale }
    }

    public mutating func reset() {
        for index in seconds.indices { seconds[index] = 0 }
    }
}

extension Phase {
    package var index: Int { Self.allCases.firstIndex(of: self)! }
}

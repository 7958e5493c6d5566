/// Which checkpoint of a run is wanted.
public enum WantedCheckpoint: Codable, Hashable, Sendable, ExpressibleByIntegerLiteral {
    case step(Int)
    /// That of the best evaluation (`checkpoint.keepBest`).
    case best

    public init(integerLiteral step: Int) { self = .step(step) }
}

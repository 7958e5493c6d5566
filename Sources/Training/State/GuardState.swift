/// What the guard remembers between steps.
public struct GuardState: Codable, Hashable, Sendable {
    /// Updates left out one after the other, up to now.
    public var consecutiveSkips = 0
    /// All updates left out.
    public var skips = 0
    /// Times the run went back to a rollback point.
    public var rollbacks = 0
    /// The step that the last rollback went to; nil before the first.
    public var returnedTo: Int?
    /// The newest rollback point that the run had reached when it last went back; nil before.
    public var newestPoint: Int?

    public init() {}

    /// Every rollback halves the learning rate.
    public var learningRateFactor: Float { 1 / Float(1 << rollbacks) }
}

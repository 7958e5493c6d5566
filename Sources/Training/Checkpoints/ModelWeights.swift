/// Which parameters of a checkpoint are used.
public enum ModelWeights: String, CaseIterable, Sendable, Codable {
    /// The moving average where the run keeps one, else the current ones.
    case average
    case current
}

import Datasets

/// What is known of a run before its data are read.
public struct EarlierStarts: Sendable {
    /// Whether the run has begun: its keys are then those of the version that began it, which may have let some stand that say nothing of the data.
    public var isBegun = false
    /// What was found of the files of its data.
    public var measured: [MeasuredFile] = []

    public static let none = EarlierStarts()

    package init(isBegun: Bool = false, measured: [MeasuredFile] = []) { (self.isBegun, self.measured) = (isBegun, measured) }
}

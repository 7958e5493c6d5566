/// What a warm-up has found for a kernel.
public struct KernelTuning: Sendable, Hashable {
    /// Of the configured step size.
    public var stepSizeFactor: Float
    /// nil: the kernel's own stays.
    public var metric: DiagonalMetric?

    public init(stepSizeFactor: Float = 1, metric: DiagonalMetric? = nil) {
        (self.stepSizeFactor, self.metric) = (stepSizeFactor, metric)
    }
}

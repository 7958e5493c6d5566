/// How far a set of samples is from data: measures for samples of any shape, without a density.
public struct SampleMeasures: Codable, Hashable, Sendable {
    /// Samples that were measured.
    public let count: Int
    /// Samples with a value that is NaN or infinite, which no measure can take.
    public let notFinite: Int
    /// √ mean of squared one-dimensional distances over 500 fixed directions.
    public let slicedWasserstein: Double
    /// |m₁ - m₂|² + tr(C₁ + C₂ - 2 (C₁ C₂)^½) on the first 64 principal components of the data.
    public let frechetDistance: Double

    /// Of the measures of the same names, over resamples of samples and data.
    public struct Intervals: Codable, Hashable, Sendable {
        public let slicedWasserstein: Interval
        public let frechetDistance: Interval
    }
}

import Measures

/// How far samples of a model are from data, and how far noise is: samples of a model that has learned are nearer.
public struct NoiseComparison: Codable, Hashable, Sendable {
    /// Sliced Wasserstein distances to the data.
    public let samples: Double
    public let noise: Double

    /// Files of JSON hold no infinity.
    private static let largest = 1e30

    package init(samples: Double, noise: Double) { (self.samples, self.noise) = (min(samples, Self.largest), min(noise, Self.largest)) }

    var isPlausible: Bool { (0...Self.largest).contains(samples) && (0...Self.largest).contains(noise) }

    /// What to say of samples that are no nearer than noise; nil for others.
    /// - Parameter scale: of the data: where the noise is like the data, nothing can be told.
    package func sentence(_ scale: Spread) -> String? {
        guard samples >= noise, noise > DiagnosticThresholds.distinctNoise * scale.deviation else { return nil }
        return "the samples are farther from the data than noise is (sliced Wasserstein distance \(Spread.short(samples)), of noise "
            + "\(Spread.short(noise))): the model has not learned these data, or its sampler does not reach them; look at the scale of the data and at "
            + "sampler.stepSize, or train longer"
    }
}

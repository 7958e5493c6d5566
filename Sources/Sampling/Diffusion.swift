/// a and σ of a step x - a ∇E(x) + σ ξ: a is a time, in which a chain diffuses by σ.
public struct Diffusion: Sendable, Hashable {
    /// a
    public let stepSize: Float
    /// σ
    public let noise: Float
    /// Each element of the gradient is clipped to ±clip.
    public var clip: Float?

    /// a |∂E| / σ for a slope ∂E of one value, clipped: how far a step is moved by the energy, compared with its noise. Nil without noise.
    public func driftToNoise(slope: Double) -> Double? {
        noise > 0 ? Double(stepSize) * min(abs(slope), clip.map { Double($0) } ?? .infinity) / Double(noise) : nil
    }
}

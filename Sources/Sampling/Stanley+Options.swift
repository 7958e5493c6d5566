extension Stanley {
    /// The points on which the source disagrees with itself: text, answers to reviewers and released code.
    public struct Options: Sendable, Hashable {
        /// When γ is computed.
        public enum Recomputation: String, Sendable, Hashable, CaseIterable, Codable {
            case everyStep
            /// At the first step of a run, for all its steps.
            case oncePerIteration
        }

        /// s(γ), the factor of the noise.
        public enum NoiseScaling: String, Sendable, Hashable, CaseIterable, Codable {
            /// √γ
            case sqrt
            /// γ
            case linear
            /// 1
            case none
        }

        public var scale: DriftScale
        public var recomputation: Recomputation
        public var noiseScaling: NoiseScaling
        /// Whether the drift is half of a γ ∇E.
        public var halfDrift: Bool

        public init(
            _ scale: DriftScale, recomputation: Recomputation = .everyStep, noiseScaling: NoiseScaling = .sqrt, halfDrift: Bool = true
        ) {
            self.scale = scale
            self.recomputation = recomputation
            self.noiseScaling = noiseScaling
            self.halfDrift = halfDrift
        }

        /// The text's form.
        public static func paper(threshold: Float) -> Options { Options(DriftScale(threshold: threshold)) }

        /// The released code's form.
        public static func code(threshold: Float, channels: Int) -> Options {
            Options(DriftScale(threshold: threshold, granularity: .channels(channels)), noiseScaling: .linear, halfDrift: false)
        }

        /// h, the factor of a in the drift.
        public var drift: Float { halfDrift ? 0.5 : 1 }

        /// σ = √(2 h a T): the noise for which the chain samples exp(-E/T) as a goes to 0 where γ is 1.
        public func properNoise(stepSize: Float, temperature: Float) -> Float {
            Langevin.properNoise(stepSize: drift * stepSize, temperature: temperature)
        }
    }
}

extension Stanley {
    /// A form of the source.
    public enum Preset: String, CaseIterable, Codable, Sendable {
        /// The text's.
        case paper
        /// The released code's.
        case code

        public func options(threshold: Float, channels: Int) -> Options {
            switch self {
            case .paper: .paper(threshold: threshold)
            case .code: .code(threshold: threshold, channels: channels)
            }
        }
    }

    /// The points on which the source disagrees with itself: text, answers to reviewers and released code.
    public struct Options: Sendable, Hashable {
        /// When γ is computed.
        public enum Recomputation: String, CaseIterable, Codable, Sendable {
            case everyStep
            /// At the first step of a run, for all its steps.
            case oncePerIteration
        }

        /// s(γ), the factor of the noise.
        public enum NoiseScaling: String, CaseIterable, Codable, Sendable {
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
            Options(DriftScale(threshold: threshold, granularity: .channels, channels: channels), noiseScaling: .linear, halfDrift: false)
        }

        /// h, the factor of a in the drift.
        public var drift: Float { halfDrift ? 0.5 : 1 }

        /// σ = √(2 h a T): the noise for which the chain samples exp(-E/T) as a goes to 0 where γ is 1.
        public func properNoise(stepSize: Float, temperature: Float) -> Float {
            Langevin.properNoise(stepSize: drift * stepSize, temperature: temperature)
        }
    }
}

extension Stanley {
    /// A form of the source, by where it stands.
    public enum Preset: String, CaseIterable, Codable, Sendable {
        /// The algorithm as it is printed: γ once for all steps of a run.
        case algorithm
        /// The text's.
        case text
        /// That of the released code for rings.
        case toyCode
        /// That of the released code for images: the drift is whole, γ scales the noise alone.
        case imageCode

        /// - Parameter channels: of a pixel.
        public func options(threshold: Float, channels: Int = 1) -> Options {
            switch self {
            case .algorithm: Options(DriftScale(threshold: threshold), recomputation: .oncePerIteration)
            case .text: Options(DriftScale(threshold: threshold))
            case .toyCode: .code(threshold, channels, driftScaling: .linear)
            case .imageCode: .code(threshold, channels, driftScaling: .none)
            }
        }
    }

    /// The points on which the source disagrees with itself: algorithm, text, answers to reviewers and released code.
    public struct Options: Sendable, Hashable {
        /// When γ is computed.
        public enum Recomputation: String, CaseIterable, Codable, Sendable {
            case everyStep
            /// At the first step of a run, for all its steps.
            case oncePerIteration
        }

        /// A factor made of γ.
        public enum Scaling: String, CaseIterable, Codable, Sendable {
            /// √γ
            case sqrt
            /// γ
            case linear
            /// 1
            case none
        }

        public var scale: DriftScale
        public var recomputation: Recomputation
        /// d(γ), the factor of the drift.
        public var driftScaling: Scaling
        /// s(γ), the factor of the noise.
        public var noiseScaling: Scaling
        /// Whether the drift is half of a d(γ) ∇E.
        public var halfDrift: Bool

        public init(
            _ scale: DriftScale, recomputation: Recomputation = .everyStep, driftScaling: Scaling = .linear, noiseScaling: Scaling = .sqrt,
            halfDrift: Bool = true
        ) {
            self.scale = scale
            self.recomputation = recomputation
            self.driftScaling = driftScaling
            self.noiseScaling = noiseScaling
            self.halfDrift = halfDrift
        }

        /// The released code's forms: one γ for the channels of a pixel, and no half.
        fileprivate static func code(_ threshold: Float, _ channels: Int, driftScaling: Scaling) -> Options {
            Options(
                DriftScale(threshold: threshold, granularity: .channels, channels: channels), driftScaling: driftScaling,
                noiseScaling: .linear, halfDrift: false)
        }

        /// h, the factor of a in the drift.
        public var drift: Float { halfDrift ? 0.5 : 1 }

        /// h a th, where the drift is cut off at the threshold.
        func driftLimit(stepSize: Float) -> Float? { driftScaling == .linear ? drift * stepSize * scale.threshold : nil }

        /// σ = √(2 h a T): the noise for which the chain samples exp(-E/T) as a goes to 0 where γ is 1.
        public func properNoise(stepSize: Float, temperature: Float) -> Float {
            Langevin.properNoise(stepSize: drift * stepSize, temperature: temperature)
        }
    }
}

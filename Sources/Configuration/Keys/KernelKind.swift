import Numerics
import Sampling

/// A transition kernel as a configuration chooses it: its word, the keys that it uses, and how it is made of them.
///
/// What a kernel does, whether it has an accept step or samples exp(-E/T), says the kernel that is made.
public struct KernelKind: Kind {
    package static let path = "sampler.kind"

    public let rawValue: String
    /// Whether the step size is a length or a time, not a variance: it then grows by the root of what variances grow by.
    let stepIsLength: Bool
    /// Whether it moves the sites of a state, in turn with `mala` where a state has numbers; others move numbers, in turn with `gibbs` where it has sites.
    package let movesSites: Bool
    package let keys: [KeyUse]
    let make: @Sendable (Parts) -> any TransitionKernel

    /// What a kernel is made of.
    struct Parts {
        let sampler: RunConfiguration.Sampler
        /// Of a pixel; a vector is one pixel.
        let channels: Int
        let box: ClosedRange<Float>?
        /// The length of a run, over which an annealed kernel cools.
        let steps: Int
        /// What of a state has finitely many values.
        let sites: [DiscreteSite]

        var stepSize: Float { Float(sampler.stepSize) }
        var temperature: Float { Float(sampler.temperature) }
        /// What a warm-up adapts; nil where the metric is the identity.
        var metric: DiagonalMetric? { sampler.metric == .diagonal ? .unit : nil }
        /// σ where it is a parameter of its own; nil where it is that of the temperature.
        var noise: Float? { sampler.noise.map { Float($0) } }
    }

    init(
        _ word: String, stepIsLength: Bool = false, movesSites: Bool = false, _ keys: [KeyUse],
        make: @escaping @Sendable (Parts) -> any TransitionKernel
    ) {
        (rawValue, self.stepIsLength, self.movesSites, self.keys, self.make) = (word, stepIsLength, movesSites, keys, make)
    }
}

import Learning
import Model
import Sampling

extension Precision: Choice {}
extension Stanley.Preset: Choice {
    public static var formerWords: [String: String] { ["paper": "text", "code": "toyCode"] }
}
extension DriftScale.Granularity: Choice {}
extension Stanley.Options.Recomputation: Choice {}
extension Stanley.Options.Scaling: Choice {}

/// The masses of momenta.
public enum MetricChoice: String, Choice, CaseIterable, Codable, Sendable {
    case identity
    /// From the variances of the chains in the warm-up.
    case diagonal
}

extension RunConfiguration {
    /// The transition kernel of the chains. Which kernels use a key, and beside which others, stands with them: `KernelKind.all`.
    public struct Sampler: KeyGroup {
        static let needs = ObjectiveKind.need { $0.model.energy != .none }
        /// Where the noise of a step is not that of a schedule of the objective's own.
        private static let ownNoise = ObjectiveKind.need { $0.drawingKernel == nil }
        private static let adaptation = ObjectiveKind.need { $0.trainsByChainsAlone }

        @Key(
            "transition kernel; langevin: x <- x - a g + sigma xi, g the gradient of E; the others: Documentation/Samplers.md")
        public var kind = KernelKind.langevin
        @Key(
            "in which the networks that chains read multiply: float, or bfloat16, twice as fast on CPUs that multiply its pairs",
            needs: ObjectiveKind.needOfRows, bindsAtDefault: false)
        public var precision = Precision.float
        @Key("transitions of each chain in a training step; 0 with objectives that can do without", 0...1_000_000, standsAlone: true)
        public var steps = 20
        @Key(
            "a: how far a transition follows the gradient; hmc, nuts: size of a leapfrog step; underdamped, energyMatching: time of a step",
            .positive)
        public var stepSize = 1.0
        @Key("sigma; null: sqrt(2 a temperature), the proper Langevin equation", .deviation, needs: Self.ownNoise) public var noise:
            Double? = 0.005
        @Key("temperature T of the target exp(-E/T)", .positive, needs: Self.ownNoise) public var temperature = 1.0
        @Key("each element of g is limited to +- this; null: no limit", .positive, needs: Self.ownNoise) public var gradientClip: Double? =
            nil
        @Key("add the noise before the gradient is taken", needs: Self.ownNoise) public var noiseFirst = false
        @Key("x is kept at or above this: clamped, or proposals outside rejected; null: no bound", .value) public var low: Double? = nil
        @Key("x is kept at or below this: clamped, or proposals outside rejected; null: no bound", .value) public var high: Double? = nil
        @Key("th of gamma = th / max(th, |g|)", .positive) public var threshold = 0.01
        @Key(
            "a form of the source: its algorithm as printed, its text, its code for toy data or for images; null: the five keys that follow"
        )
        public var preset: Stanley.Preset? = nil
        @Key("|g| of each element, over the channels of a pixel, or over the sample") public var granularity = DriftScale.Granularity
            .element
        @Key("when gamma is computed: everyStep, or oncePerIteration: at the first transition of a training step")
        public var recompute = Stanley.Options.Recomputation.everyStep
        @Key("d, a factor of the drift: sqrt(gamma) (sqrt), gamma (linear) or 1 (none)", bindsAtDefault: false)
        public var driftScaling = Stanley.Options.Scaling.linear
        @Key("s, a factor of the noise: sqrt(gamma) (sqrt), gamma (linear) or 1 (none)")
        public var noiseScaling = Stanley.Options.Scaling.sqrt
        @Key("the drift is half of a d g") public var halfDrift = true
        @Key("accept or reject, so that the chains have exactly exp(-E/T)") public var adjusted = false
        @Key("leapfrog steps of a transition", 1...100_000) public var leapfrogSteps = 10
        @Key("draw the leapfrog steps of a transition from 1 to leapfrogSteps") public var leapfrogJitter = false
        @Key("the most doublings of a trajectory: it has at most 2^treeDepth - 1 leapfrog steps", NUTS.depths, bindsAtDefault: false)
        public var treeDepth = 10
        @Key(
            "how momenta weigh the values: all alike (identity), or by the variances of the chains in adaptSteps (diagonal)",
            needs: .isAbove("sampler.adaptSteps", WarmUpWindows.fewestSteps - 1), bindsAtDefault: false)
        public var metric = MetricChoice.identity
        @Key(
            "what the coordinates of a state are, in order: spin (-1, 1), bit (0, 1), potts:K (K coordinates, one of them 1), levels:K (0 to K-1) or number, each with *N for N of them; the last one goes on to the end",
            bindsAtDefault: false)
        public var sites: [String] = []
        @Key("a of the sites; null: stepSize", .positive, bindsAtDefault: false) public var siteStepSize: Double? = nil
        @Key("friction", .positive) public var friction = 1.0
        @Key("fixed-point iterations of a transition", 1...1000) public var iterations = 3
        @Key("factor of the first transition's temperature and step size; it falls geometrically to 1", .atLeastOne)
        public var hotTemperature = 10.0
        @Key(
            "training steps in which the step size is adapted to targetAcceptance, and the metric to the chains; 0: never", .interval,
            needs: Self.adaptation)
        public var adaptSteps = 0
        @Key(
            "the acceptance that adaptSteps aim at; null: the kernel's best, .574, hmc .651, nuts .8", .insideUnit,
            needs: .isAbove("sampler.adaptSteps", 0))
        public var targetAcceptance: Double? = nil
    }
}

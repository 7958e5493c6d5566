import Formats
import Learning

/// Everything that decides a run: the property values are the defaults, the groups are the groups of the configuration file.
///
/// Values are range-checked and explained by ``ConfigurationKey/all``; a property needs a row there (a test compares the two).
public struct RunConfiguration: Codable, Hashable, Sendable {
    public var run = Run()
    public var data = Data()
    public var model = Architecture()
    public var sampler = Sampler()
    public var chains = Chains()
    public var exchange = Exchange()
    public var objective = Objective()
    public var optimizer = Optimizer()
    public var generator = Generator()
    public var encoder = Encoder()
    public var posterior = Posterior()
    public var condition = Condition()
    public var `guard` = Guard()
    public var checkpoint = Checkpoint()
    public var report = Report()
    public var samples = Samples()
    public var evaluate = Evaluate()
    public var diagnostics = Diagnostics()

    /// The defaults: the digits run of `make run`.
    public init() {}
}

extension RunConfiguration {
    /// How much is computed, in how many shards, and how long.
    public struct Run: Codable, Hashable, Sendable {
        public enum Reduction: String, Codable, CaseIterable, Sendable { case exact, float }

        public var name = "digits"
        public var steps = 2500
        public var seed: UInt64 = 1
        public var shards = 16
        public var chainsPerShard = 16
        public var threads = 0
        public var maxHours: Double? = nil
        public var reduction = Reduction.exact
    }

    /// Where the data rows come from and how they are prepared.
    public struct Data: Codable, Hashable, Sendable {
        public enum LabelColumn: String, Codable, CaseIterable, Sendable { case none, last }

        public var source = "digits"
        public var low = -1.0
        public var high = 1.0
        public var dequantise: Bool? = nil
        public var noise = 0.03
        public var flip = false
        public var standardise = false
        public var columns: [String] = []
        public var labelColumn = LabelColumn.none
        public var separator: CSVTable.Separator? = nil
        public var header: Bool? = nil
        public var limit = 8.0
    }

    /// The energy network.
    public struct Architecture: Codable, Hashable, Sendable {
        public enum Kind: String, Codable, CaseIterable, Sendable { case mlp, convolution, layers }
        public enum Activation: String, Codable, CaseIterable, Sendable { case silu, softplus, relu, leakyReLU, tanh, elu }

        public var kind = Kind.mlp
        public var widths = [256, 256]
        public var channels = [32, 64]
        public var kernels = [3, 4]
        public var strides = [1, 2]
        public var paddings = [1, 1]
        public var dense = [128]
        public var layers: [JSONValue] = []
        public var activation = Activation.silu
        public var slope = 0.2
        public var referenceDeviation: Double? = nil
        public var spectralNormalization = false
        public var initialScale = 1.0
        public var initial: String? = nil
    }

    /// The transition kernel of the chains. Keys of some kinds only: `keysOfKinds`.
    public struct Sampler: Codable, Hashable, Sendable {
        public enum Kind: String, Codable, CaseIterable, Sendable {
            case langevin, stanley, mala, hmc, heun, proximal, underdamped, annealed
        }
        public enum Preset: String, Codable, CaseIterable, Sendable { case paper, code }
        public enum Granularity: String, Codable, CaseIterable, Sendable { case element, channels, sample }
        public enum Recomputation: String, Codable, CaseIterable, Sendable { case everyStep, oncePerIteration }
        public enum NoiseScaling: String, Codable, CaseIterable, Sendable { case sqrt, linear, none }

        public var kind = Kind.langevin
        public var steps = 20
        public var stepSize = 1.0
        public var noise: Double? = 0.005
        public var temperature = 1.0
        public var gradientClip: Double? = nil
        public var noiseFirst = false
        public var low: Double? = nil
        public var high: Double? = nil
        public var threshold = 0.01
        public var preset: Preset? = nil
        public var granularity = Granularity.element
        public var recompute = Recomputation.everyStep
        public var noiseScaling = NoiseScaling.sqrt
        public var halfDrift = true
        public var adjusted = false
        public var leapfrogSteps = 10
        public var leapfrogJitter = false
        public var friction = 1.0
        public var iterations = 3
        public var hotTemperature = 10.0
        public var adaptSteps = 0
        public var targetAcceptance: Double? = nil
    }

    /// Where chains start and how they are kept between training steps.
    public struct Chains: Codable, Hashable, Sendable {
        public enum Start: String, Codable, CaseIterable, Sendable { case persistent, data, noise }
        public enum Storage: String, Codable, CaseIterable, Sendable { case float, byte }
        public enum Replacement: String, Codable, CaseIterable, Sendable { case inPlace, reservoir }
        public enum Origin: String, Codable, CaseIterable, Sendable { case noise, data }
        public enum Noise: String, Codable, CaseIterable, Sendable { case uniform, gaussian }

        public var start = Start.persistent
        public var buffer: Int? = nil
        public var storage = Storage.float
        public var replacement = Replacement.inPlace
        public var restartProbability = 0.02
        public var restartFrom = Origin.noise
        public var noise = Noise.uniform
        public var noiseLow = -1.0
        public var noiseHigh = 1.0
        public var noiseDeviation = 1.0
        public var noiseSpread = 0.0
    }

    /// What the chains of different shards tell each other.
    public struct Exchange: Codable, Hashable, Sendable {
        public enum Policy: String, Codable, CaseIterable, Sendable { case none, ring, pairs, shuffle }

        public var policy = Policy.none
        public var fraction = 0.1
        public var every = 1
        public var temperatures: [Double] = []
    }

    /// What the parameters are trained for.
    public struct Objective: Codable, Hashable, Sendable {
        public enum Kind: String, Codable, CaseIterable, Sendable {
            case cd, pcd
            case shortRun = "short-run"
            case energyDiscrepancy = "energy-discrepancy"
            case diffusionCD = "diffusion-cd"
            case wassersteinFlow = "wasserstein-flow"
            case denoisingScore = "denoising-score"
            case slicedScore = "sliced-score"
            case exactScore = "exact-score"
            case nce
            case variationalTeaching = "variational-teaching"
            case latentPrior = "latent-prior"
            case autoencoder
        }
        public enum Estimator: String, Codable, CaseIterable, Sendable { case importance, oneStep, recovery }
        public enum Diffusion: String, Codable, CaseIterable, Sendable { case varianceExploding, variancePreserving }
        public enum Trace: String, Codable, CaseIterable, Sendable { case hutchinson, stein }
        public enum Bracket: String, Codable, CaseIterable, Sendable { case data, noised }
        public enum Prior: String, Codable, CaseIterable, Sendable { case discrepancy, chains }
        public enum Flow: String, Codable, CaseIterable, Sendable { case proximal, explicit }

        public var kind = Kind.pcd
        public var energyRegularization = 0.0
        public var noise = 1.0
        public var samples = 4
        public var stabilisation = 1.0
        public var estimator = Estimator.importance
        public var diffusion = Diffusion.varianceExploding
        public var trace = Trace.hutchinson
        public var bracket = Bracket.data
        public var projections = 1
        public var flow = Flow.proximal
        public var penalty = 0.1
        public var innerSteps = 2
        public var levels = 1
        public var lowNoise = 0.01
        public var dataDeviation = 0.5
        public var keepChains = false
        public var lastStep = 0.0
        public var entropy = 0.0
        public var divergenceWeight = 2.0
        public var prior = Prior.discrepancy
        public var decoderDeviation = 0.3
    }

    /// How gradients become parameter updates.
    public struct Optimizer: Codable, Hashable, Sendable {
        public enum Kind: String, Codable, CaseIterable, Sendable { case sgd, adam, adamw }
        public enum Schedule: String, Codable, CaseIterable, Sendable { case constant, step, cosine }

        public var kind = Kind.adam
        public var learningRate = 7e-4
        public var beta1 = 0.9
        public var beta2 = 0.999
        public var epsilon = 1e-8
        public var momentum = 0.0
        public var weightDecay = 0.0
        public var schedule = Schedule.constant
        public var warmupSteps = 100
        public var decayEvery = 1000
        public var decayFactor = 0.5
        public var decaySteps: Int? = nil
        public var finalLearningRate = 0.0
        public var clipNorm: Double? = nil
        public var clipSigma: Double? = nil
        public var average: Double? = 0.999
    }

    /// The network from latent vectors to rows of data, for objectives that have one.
    public struct Generator: Codable, Hashable, Sendable {
        public enum Output: String, Codable, CaseIterable, Sendable { case none, tanh }

        public var latent = 32
        public var widths = [256, 256]
        public var layers: [JSONValue] = []
        public var output = Output.none
        public var learningRate: Double? = nil
    }

    /// The network from rows of data to the mean and log variance of a latent vector, for objectives that have one.
    public struct Encoder: Codable, Hashable, Sendable {
        public var widths = [256, 256]
        public var layers: [JSONValue] = []
        public var learningRate: Double? = nil
    }

    /// What all networks are told about a data row, for objectives that learn conditional energies.
    public struct Condition: Codable, Hashable, Sendable {
        public enum Kind: String, Codable, CaseIterable, Sendable { case none, label, mask, image }
        public enum Mask: String, Codable, CaseIterable, Sendable { case half, centre, random }

        public var kind = Kind.none
        public var channels = 1
        public var mask = Mask.half
        public var source: String? = nil
    }

    /// Chains of the latent vector of each data row, for objectives with such.
    public struct Posterior: Codable, Hashable, Sendable {
        public var steps = 20
        public var stepSize = 0.1
        public var keepChains = false
    }

    /// What is watched at every step and what happens when it is wrong.
    public struct Guard: Codable, Hashable, Sendable {
        public enum Policy: String, Codable, CaseIterable, Sendable { case stop, skip, rollback }

        public var policy = Policy.stop
        public var maximumGap: Double? = 1e6
        public var rollbackEvery = 500
        public var replicaCheckEvery = 100
    }

    /// When the state is saved.
    public struct Checkpoint: Codable, Hashable, Sendable {
        public var every = 500
        public var keep = 2
    }

    /// When a line of measures is written.
    public struct Report: Codable, Hashable, Sendable {
        public var every = 50
    }

    /// The picture of chains that is drawn into the run folder.
    public struct Samples: Codable, Hashable, Sendable {
        public var every = 500
        public var count = 64
        public var columns = 8
        public var scale = 4
    }

    /// When and how chains are diagnosed during training.
    public struct Diagnostics: Codable, Hashable, Sendable {
        public var every = 0
        public var draws = 100
        public var thin: Int? = nil
        public var chains: Int? = nil
    }

    /// When measures of the model are taken during training.
    public struct Evaluate: Codable, Hashable, Sendable {
        public var every = 0
        public var count = 1024
    }
}

extension RunConfiguration {
    /// Rows of a step over all shards: as many chains as data rows.
    public var rowsPerStep: Int { run.shards * run.chainsPerShard }

    /// Negatives of a step over all shards: on a ladder of temperatures only the coldest chains are.
    public var negativesPerStep: Int { rowsPerStep / max(1, exchange.temperatures.count) }

    /// Chains of each shard in a window of diagnostics: four, or as many as a shard runs in a step.
    package var windowChains: Int { diagnostics.chains ?? min(4, run.chainsPerShard) }

    /// Chains that a replay buffer keeps: many times those of a step, so that a chain rests while the energy changes.
    public var bufferSize: Int { chains.buffer ?? 16 * rowsPerStep }
}

extension RunConfiguration.Objective.Kind {
    /// The start of the chains that defines this objective: CD-k starts at data rows, PCD continues its chains, short-run starts at noise.
    /// Nil where the objective leaves it open or has no chains.
    public var start: RunConfiguration.Chains.Start? {
        switch self {
        case .cd: .data
        case .pcd: .persistent
        case .shortRun: .noise
        case .wassersteinFlow, .energyDiscrepancy, .diffusionCD, .denoisingScore, .slicedScore, .exactScore, .nce, .variationalTeaching,
            .latentPrior, .autoencoder:
            nil
        }
    }

    /// The networks that are trained beside the energy.
    var parts: [RunNetworks.Part] {
        switch self {
        case .variationalTeaching, .autoencoder: [.generator, .encoder]
        case .latentPrior: [.generator]
        default: []
        }
    }

    /// Whether an objective without a start of its own has chains that `chains.start` places.
    package var hasChainsAnywhere: Bool { self == .wassersteinFlow }
}

extension RunConfiguration.Chains.Start {
    /// The maximum-likelihood objective that chains with this start train: the inverse of ``RunConfiguration/Objective/Kind/start``.
    public var objective: RunConfiguration.Objective.Kind {
        switch self {
        case .data: .cd
        case .persistent: .pcd
        case .noise: .shortRun
        }
    }
}

import Learning
import Sampling

extension ChainStart.Place: Choice {}
extension ChainStart.Origin: Choice {}
extension NoiseDistribution.Kind: Choice {}
extension ReplayOptions.Precision: Choice {}
extension ReplayOptions.Replacement: Choice {}
extension ExchangePlan.Policy: Choice {}

extension RunConfiguration {
    /// Where chains start and how they are kept between training steps.
    public struct Chains: KeyGroup {
        /// A replay buffer.
        private static let buffer = ObjectiveKind.needOfBuffer
        /// Noise that chains of rows may start from, in training, for pictures or when a model is sampled.
        private static let noiseOfRows = ObjectiveKind.need { $0.startNoise == nil }
        private static let uniform = Need.both(Self.noiseOfRows, .isOneOf("chains.noise", ["uniform"]))
        private static let gaussian = Need.both(Self.noiseOfRows, .isOneOf("chains.noise", ["gaussian"]))

        // The objectives that leave the start open list it: for the others it follows from what they are.
        @Key("where chains start in a step: persistent, data or noise; null: persistent") package var start: ChainStart.Place? = nil
        @Key(
            "chains that are kept, a multiple of run.shards; null: 16 x shards x chainsPerShard, of a given energy shards x chainsPerShard",
            .count, needs: Self.buffer)
        public var buffer: Int? = nil
        @Key("how chains are kept; byte: 8 bits a value between sampler.low and high", needs: Self.buffer)
        public var storage = ReplayOptions.Precision.float
        @Key("a sampled chain goes back to its place (inPlace) or to a random place (reservoir)", needs: Self.buffer)
        public var replacement = ReplayOptions.Replacement.inPlace
        @Key("probability that a chain starts anew in a step", .probability, needs: Self.buffer) public var restartProbability = 0.02
        @Key("what a first or new start is drawn from", needs: .both(ObjectiveKind.needOfStart(.persistent), ObjectiveKind.needOfRows))
        package var restartFrom = ChainStart.Origin.noise
        @Key("the noise that chains start from", needs: Self.noiseOfRows) public var noise = NoiseDistribution.Kind.uniform
        @Key("lower end of the noise", .value, needs: Self.uniform) public var noiseLow = -1.0
        @Key("upper end of the noise", .value, needs: Self.uniform) public var noiseHigh = 1.0
        @Key("standard deviation of the noise", .positive, needs: Self.gaussian) public var noiseDeviation = 1.0
        @Key(
            "standard deviation of a centre of each shard that its noise is moved to, so that shards start apart; 0: none", .deviation,
            needs: .either([
                ObjectiveKind.needOfStart(.noise),
                .both(ObjectiveKind.needOfStart(.persistent), .isOneOf("chains.restartFrom", ["noise"])),
            ]))
        public var noiseSpread = 0.0
    }

    /// What the chains of different shards tell each other.
    public struct Exchange: KeyGroup {
        private static let samples = Need.isOneOf("exchange.policy", ["ring", "pairs", "shuffle"])

        @Key(
            "samples that shards exchange: none, with the next shard (ring), with a random one (pairs) or with all (shuffle)",
            needs: ObjectiveKind.needOfBuffer)
        package var policy = ExchangePlan.Policy.none
        @Key("the share of each shard's buffer that is exchanged at a time; at least one sample", .share, needs: Self.samples)
        public var fraction = 0.1
        @Key(
            "steps between two exchanges, of samples or of temperatures; 0: never", .interval,
            needs: .either([Self.samples, .isNotEmpty("exchange.temperatures")]))
        public var every = 1
        // The objectives whose negatives may stand at several temperatures list it.
        @Key(
            "replica exchange: 1 and rising temperatures, as many as divide run.shards; []: all chains at one temperature", .atLeastOne)
        public var temperatures: [Double] = []
    }
}

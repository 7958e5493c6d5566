import Formats
import Learning
import Model

extension Activation.Kind: Choice {}
extension Mask.Kind: Choice {
    package static var formerWords: [String: String] { ["centre": "center"] }
}

extension RunConfiguration {
    /// The energy network.
    public struct Architecture: KeyGroup {
        static let needs = ObjectiveKind.needOfRows

        public enum Kind: String, Choice { case mlp, convolution, unet, rbm, layers }

        private static let convolution = Need.isOneOf("model.kind", ["convolution"])
        private static let unet = Need.isOneOf("model.kind", ["unet"])
        private static let convolutions = Need.either([convolution, unet])
        /// Whoever lists no layers takes the activation of the group.
        private static let standardLayers = Need.either([
            .isOneOf("model.kind", ["mlp", "convolution", "unet"]), .both(.isEmpty("generator.layers"), Generator.needs),
            .both(.isEmpty("encoder.layers"), Encoder.needs), .both(.isEmpty("proposal.layers"), Proposal.needs),
        ])

        @Key(
            "mlp: dense layers; convolution: convolutions, then dense layers; unet: half the inner product of x with what convolutions down and their transposes up make of it; rbm: a restricted Boltzmann machine, its hidden units summed out; layers: as listed"
        )
        public var kind = Kind.mlp
        @Key(
            "outputs of each hidden layer; an activation follows each, then one output; rbm: one entry, the hidden units", .width,
            needs: .isOneOf("model.kind", ["mlp", "rbm"]))
        public var widths = [256, 256]
        @Key("output channels of each convolution; an activation follows each", .width, needs: Self.convolutions) public var channels = [
            32, 64,
        ]
        @Key("side of each kernel", 1...1000, needs: Self.convolutions) public var kernels = [3, 4]
        @Key("stride of each convolution", 1...1000, needs: Self.convolutions) public var strides = [1, 2]
        @Key("zeros around the input of each convolution; below the kernel", 0...1000, needs: Self.convolutions) public var paddings = [
            1, 1,
        ]
        @Key(
            "after the last convolution flatten, then these dense layers with activations, then one output", .width, needs: Self.convolution
        )
        public var dense = [128]
        @Key(
            "groups of a normalisation between each convolution but the first and its activation; 0: none", 0...1_000_000,
            needs: Self.convolution, bindsAtDefault: false)
        public var groups = 0
        @Key(
            "residual blocks of two convolutions with kernel 3 behind each convolution down, and in front of each transpose up but the lowest one",
            0...1000, needs: Self.unet, bindsAtDefault: false)
        public var blocks = 0
        @Key(
            "tanh behind the last transpose: the energy then falls no faster than |x| rises, and model.referenceDeviation gives it a lower bound; none: it may fall as |x|²",
            needs: Self.unet, bindsAtDefault: false)
        public var output = Output.tanh
        @Key(
            "the whole network, in order, as {kind: \"dense\", outputs: 128} and so on; it ends in one output",
            needs: .isOneOf("model.kind", ["layers"]))
        public var layers: [JSONValue] = []
        @Key("the activation of layers that are not listed", needs: Self.standardLayers) public var activation = Activation.Kind.silu
        @Key("slope of leakyReLU below 0; alpha of elu", .notNegative, needs: .isOneOf("model.activation", ["leakyReLU", "elu"]))
        public var slope = 0.2
        @Key("adds |x|²/(2s²) to the energy, s this value; null: nothing", .positive) public var referenceDeviation: Double? = nil
        @Key(
            "beside the last layer a linear readout of what every other hidden layer gives, one weight a value",
            needs: .isOneOf("model.kind", ["mlp", "convolution"]), bindsAtDefault: false)
        public var readouts = false
        @Key("factor of the network's output", .positive, bindsAtDefault: false) public var outputFactor = 1.0
        @Key("divide each weight by its largest singular value (power iteration)") public var spectralNormalization = false
        @Key("the last weight is divided too", needs: .isOn("model.spectralNormalization"), bindsAtDefault: false) public
            var normalizeLast =
            true
        @Key(
            "factor of the energy's random weights and biases: 1: uniform in +-1/sqrt(inputs); 2.45: weights of the variance 2/inputs",
            .positive, needs: .both(.isNull("model.initial"), .isNull("model.initialDeviation")))
        public var initialScale = 1.0
        @Key(
            "all networks begin with normal weights of this standard deviation and biases of 0; null: uniform ones", .positive,
            needs: .isNull("model.initial"), bindsAtDefault: false)
        public var initialDeviation: Double? = nil
        @Key(
            "a new run starts from the parameters of this model.safetensors (the average, where its run kept one), of the same network; null: random ones",
            .text)
        public var initial: String? = nil
    }

    /// What stands behind the last layer of a network that ends in rows.
    public enum Output: String, Choice { case none, tanh }

    /// The network from latent vectors to rows of data, for objectives that have one.
    public struct Generator: KeyGroup {
        package static let needs = ObjectiveKind.need { $0.model.networks.contains(.generator) }

        @Key("values of a latent vector", .width) public var latent = 32
        @Key(
            "outputs of each hidden layer from latent vector to data; model.activation follows each", .width,
            needs: .isEmpty("generator.layers"))
        public var widths = [256, 256]
        @Key("the generator in place of widths, in order, from latent values to the values of a row; []: by widths")
        public var layers: [JSONValue] = []
        @Key("tanh after the last layer of widths, for data from -1 to 1", needs: .isEmpty("generator.layers"))
        public var output = Output.none
        @Key("in place of optimizer.learningRate, with the same schedule; null: the same", .notNegative)
        public var learningRate: Double? = nil
    }

    /// The network from rows of data to the mean and log variance of a latent vector, for objectives that have one.
    public struct Encoder: KeyGroup {
        static let needs = ObjectiveKind.need { $0.model.networks.contains(.encoder) }

        @Key(
            "outputs of each hidden layer from data to latent means and log variances; model.activation follows each", .width,
            needs: .isEmpty("encoder.layers"))
        public var widths = [256, 256]
        @Key("the encoder in place of widths, in order, to two values for each latent one; []: by widths") public var layers: [JSONValue] =
            []
        @Key("in place of optimizer.learningRate, with the same schedule; null: the same", .notNegative)
        public var learningRate: Double? = nil
    }

    /// The network from noised rows, beside their level, to where recovery's chains start.
    public struct Proposal: KeyGroup {
        package static let needs = Need.both(ObjectiveKind.needs(of: "objective.proposal"), .isOn("objective.proposal"))

        @Key(
            "outputs of each hidden layer from noised row to row; model.activation follows each", .width,
            needs: .isEmpty("proposal.layers"),
            bindsAtDefault: false)
        public var widths = [256, 256]
        @Key(
            "the network in place of widths, in order, from a row and its level to the values of a row; []: by widths",
            bindsAtDefault: false)
        public var layers: [JSONValue] = []
        @Key(
            "starts are spread about what the network gives by this many times the deviation that a row of the level has where its data are known; "
                + "the root of proposalLoss fits", .notNegative, bindsAtDefault: false)
        public var noise = 1.0
        @Key("in place of optimizer.learningRate, with the same schedule; null: the same", .notNegative, bindsAtDefault: false)
        public var learningRate: Double? = nil
    }

    /// Chains of the latent vector of each data row, for objectives with such.
    public struct Posterior: KeyGroup {
        static let needs = ObjectiveKind.need { $0.model.energy == .ofLatents }

        @Key("Langevin steps of the latent vector of each data row in a step", 1...1_000_000) public var steps = 20
        @Key("s of z <- z - s²/2 g + s xi, g the gradient of |x - g(z)|²/2 sigma² + U(z)", .positive) public var stepSize = 0.1
        @Key(
            "the chain of each data row goes on where it ended an epoch ago, and every row belongs to one shard; false: all start from N(0, I)"
        )
        public var keepChains = false
    }

    /// What all networks know beside a data row.
    public struct Condition: KeyGroup {
        public enum Kind: String, Choice { case none, label, mask, image }

        /// Rows of data that energies, or an encoder, see themselves.
        static let needs = ObjectiveKind.need { $0.learns && $0.model.energy != .ofLatents }
        private static let label = Need.isOneOf("condition.kind", ["label"])

        @Key(
            "what all networks know beside a row: nothing, its class (label), its visible part (mask), or the row of condition.source with its number (image)"
        )
        public var kind = Kind.none
        @Key(
            "trained values of each class for every pixel, or for a latent vector", 1...1000, needs: Self.label)
        public var channels = 1
        @Key(
            "the probability that a row's class is left out, so that the energy without a class is learned too",
            .probability,
            needs: Self.label, bindsAtDefault: false)
        public var dropout = 0.0
        @Key(
            "samples are drawn from E(x) + guidance (E(x, c) - E(x)), E(x) the energy without a class; 1: from E(x, c)", .notNegative,
            needs: .both(Self.label, .isAbove("condition.dropout", 0)), later: .free, bindsAtDefault: false)
        public var guidance = 1.0
        @Key(
            "what is hidden: the lower half, or a square of half the height and width in the centre or anywhere (random)",
            needs: .isOneOf("condition.kind", ["mask"]))
        package var mask = Mask.Kind.half
        @Key(
            "images (or vectors) of the data's height and width, one for each row of data.source, by a path or a name as data.source",
            .text,
            needs: .isOneOf("condition.kind", ["image"]), later: .place)
        public var source: String? = nil
    }
}

/// One layer of a network as it stands in a configuration; the index of a layer counts as in `torch.nn.Sequential`.
///
/// In JSON an object with the key `kind`: `{"kind": "dense", "outputs": 128}`, `{"kind": "silu"}`,
/// `{"kind": "convolution", "channels": 32, "kernel": 3, "stride": 2, "padding": 1}`, `{"kind": "meanPooling", "size": 2}`.
public enum LayerDescription: Hashable, Sendable {
    /// y = W x + b on a vector.
    case dense(outputs: Int)
    /// A square kernel over an image, zeros around it: as `torch.nn.Conv2d(_, channels, kernel, stride, padding)`.
    case convolution(channels: Int, kernel: Int, stride: Int, padding: Int)
    /// The transpose of a convolution: as `torch.nn.ConvTranspose2d(_, channels, kernel, stride, padding, outputPadding)`.
    case transposedConvolution(channels: Int, kernel: Int, stride: Int, padding: Int, outputPadding: Int = 0)
    case activation(Activation)
    /// Makes a vector of an image, as `torch.nn.Flatten`.
    case flatten
    case pooling(Pooling)
    /// Each group of channels with mean 0 and variance 1 over the pixels of a sample, then a scale and a bias per channel: as
    /// `torch.nn.GroupNorm(groups, channels, epsilon)`, for images and for vectors. One group is layer normalisation.
    case groupNormalization(groups: Int, epsilon: Float = 1e-5)
    /// layers(x) + x, or layers(x) + shortcut(x).
    case residual(layers: [LayerDescription], shortcut: [LayerDescription]? = nil)
    /// layers(x), one value, + Σ_l (R_l·h_l + b_l), h_l what the activations among the layers give, but for the one that the last layer reads.
    case readouts(layers: [LayerDescription])
    /// ½⟨x, layers(x)⟩, one value, x what the layers read, at the input of the network without the channels of a condition.
    case innerProduct(layers: [LayerDescription])
    /// factor · x
    case scaling(factor: Float)
}

extension LayerDescription {
    /// Whether a value may fall as fast as |x|² rises: an inner product whose layers do not end in tanh, the activation with bounds.
    var fallsWithSquare: Bool {
        switch self {
        case .innerProduct(let layers): layers.last { $0 != .flatten } != .activation(.tanh)
        case .residual(let layers, let shortcut): (layers + (shortcut ?? [])).contains(where: \.fallsWithSquare)
        case .readouts(let layers): layers.contains(where: \.fallsWithSquare)
        default: false
        }
    }
}

/// The sum or the mean of the pixels of a window, channel by channel; of a vector, of all its values.
public struct Pooling: Hashable, Sendable {
    public enum Kind: Hashable, Sendable { case sum, mean }

    public var kind: Kind
    /// Edge of the square windows, which do not overlap and must tile the image; `nil` for one window, the whole image. A vector has none.
    public var size: Int?

    public init(_ kind: Kind, size: Int? = nil) {
        self.kind = kind
        self.size = size
    }
}

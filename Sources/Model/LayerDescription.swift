/// One layer of a network as it stands in a configuration; the index of a layer counts as in `torch.nn.Sequential`.
///
/// In JSON an object with the key `kind`: `{"kind": "dense", "outputs": 128}`, `{"kind": "silu"}`,
/// `{"kind": "convolution", "channels": 32, "kernel": 3, "stride": 2, "padding": 1}`, `{"kind": "meanPooling", "size": 2}`.
public enum LayerDescription: Hashable, Sendable {
    /// y = W x + b on a vector.
    case dense(outputs: Int)
    /// A square kernel over an image, zeros around it: as `torch.nn.Conv2d(_, channels, kernel, stride, padding)`.
    case convolution(channels: Int, kernel: Int, stride: Int, padding: Int)
    case activation(Activation)
    /// Makes a vector of an image, as `torch.nn.Flatten`.
    case flatten
    case pooling(Pooling)
}

/// The sum or the mean of the pixels of a window, channel by channel.
public struct Pooling: Hashable, Sendable {
    public enum Kind: Hashable, Sendable { case sum, mean }

    public var kind: Kind
    /// Edge of the square windows, which do not overlap and must tile the image; `nil` for one window, the whole image.
    public var size: Int?

    public init(_ kind: Kind, size: Int? = nil) {
        self.kind = kind
        self.size = size
    }
}

/// The shape of one sample: `height` x `width` pixels of `channels` values, channels innermost. A vector of d values is 1 x 1 x d.
public struct ImageShape: Hashable, Codable, Sendable, CustomStringConvertible {
    public var height: Int
    public var width: Int
    public var channels: Int

    public init(height: Int, width: Int, channels: Int) {
        self.height = height
        self.width = width
        self.channels = channels
    }

    public init(vector count: Int) { self.init(height: 1, width: 1, channels: count) }

    /// The number of values.
    public var count: Int { height * width * channels }
    public var isVector: Bool { height == 1 && width == 1 }
    public var description: String { isVector ? "\(channels)" : "\(height)x\(width)x\(channels)" }
}

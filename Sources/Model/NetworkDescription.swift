import Numerics

/// What a network is made of: the shape of a sample and the layers in order. It is stored with the parameters.
public struct NetworkDescription: Hashable, Codable, Sendable {
    public var input: ImageShape
    public var layers: [LayerDescription]

    public init(input: ImageShape, layers: [LayerDescription]) {
        self.input = input
        self.layers = layers
    }
}

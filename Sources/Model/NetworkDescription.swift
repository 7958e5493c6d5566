import Numerics

/// What a network is made of: the shape of a sample, the condition beside it, and the layers in order. It is stored with the parameters.
public struct NetworkDescription: Hashable, Codable, Sendable {
    /// The shape of x alone.
    public var input: ImageShape
    public var condition: ConditionDescription?
    public var layers: [LayerDescription]

    public init(input: ImageShape, condition: ConditionDescription? = nil, layers: [LayerDescription]) {
        self.input = input
        self.condition = condition
        self.layers = layers
    }
}

import GivenEnergies
import Numerics

/// What a network is made of: the shape of a sample, the condition beside it, and the layers in order, or an energy that is given in their place. It is stored
/// with the parameters.
public struct NetworkDescription: Hashable, Codable, Sendable {
    /// The shape of x alone.
    public var input: ImageShape
    public var condition: ConditionDescription?
    public var layers: [LayerDescription]
    /// An energy in the place of layers; nil: they are learned.
    public var given: GivenEnergyDescription?

    public init(input: ImageShape, condition: ConditionDescription? = nil, layers: [LayerDescription]) {
        self.input = input
        self.condition = condition
        self.layers = layers
    }

    /// An energy that is given, of rows of a length.
    public init(given: GivenEnergyDescription, dimension: Int) {
        self.init(input: ImageShape(vector: dimension), layers: [])
        self.given = given
    }

    /// Whether an energy of these layers may fall as fast as |x|² rises, so that no reference term gives it a lower bound for certain: an `innerProduct` with layers
    /// that do not end in tanh. All others fall no faster than |x| rises.
    public var fallsWithSquare: Bool { layers.contains(where: \.fallsWithSquare) }
}

import Numerics

/// The space of an energy that is given: no rows are known there, only what their values are called.
public struct CoordinateSpace: Hashable, Codable, Sendable {
    /// Of the energy, for messages.
    public let name: String
    public let coordinates: [String]
    /// Of the energy: equal for equal ones.
    public let digest: String

    public init(name: String, coordinates: [String], digest: String) {
        (self.name, self.coordinates, self.digest) = (name, coordinates, digest)
    }

    public var shape: ImageShape { ImageShape(vector: coordinates.count) }
}

/// A number that JSON holds as null where it cannot be told, which is NaN here.
@propertyWrapper
public struct OrNull: Codable, Hashable, Sendable {
    public var wrappedValue: Double

    public init(wrappedValue: Double) { self.wrappedValue = wrappedValue }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        wrappedValue = container.decodeNil() ? .nan : try container.decode(Double.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if wrappedValue.isNaN { try container.encodeNil() } else { try container.encode(wrappedValue) }
    }
}

/// The precision in which the products of a network multiply; they add in single precision always.
public enum Precision: String, CaseIterable, Sendable {
    case float
    /// Values and weights rounded to 8 significant bits: on CPUs that multiply their pairs, twice as fast.
    case bfloat16

    /// Whether this CPU multiplies it as fast as the name promises: others compute the same bits at the speed of float.
    public var isFast: Bool { self == .float || BFloat16.isNative }
}

/// The precision of the two ways through a network: the energy is made on the way forward, its gradient on the way back.
public struct PassPrecision: Hashable, Sendable {
    public var forward: Precision
    public var backward: Precision

    public init(forward: Precision, backward: Precision) { (self.forward, self.backward) = (forward, backward) }

    /// The same on both ways.
    public init(_ precision: Precision) { self.init(forward: precision, backward: precision) }

    public static let float = PassPrecision(.float)
    public static let bfloat16 = PassPrecision(.bfloat16)

    /// Of a map's transpose.
    var transposed: PassPrecision { PassPrecision(forward: backward, backward: forward) }
}

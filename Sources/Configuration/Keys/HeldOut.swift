import Formats

/// Where rows come from that are not trained on: a share of the data, or a file of its own.
public enum HeldOut: Hashable, Sendable {
    /// Above 0 and below 1.
    case share(Double)
    case path(String)

    package var share: Double? { if case .share(let share) = self { share } else { nil } }
}

extension HeldOut: KeyValue {
    public static func rule(_: Anything) -> ConfigurationKey.Rule { .shareOrPath }

    public var json: JSONValue {
        switch self {
        case .share(let share): .number(share)
        case .path(let path): .string(path)
        }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let share = try? container.decode(Double.self) {
            self = .share(share)
        } else {
            self = .path(try container.decode(String.self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .share(let share): try container.encode(share)
        case .path(let path): try container.encode(path)
        }
    }
}

/// Where the labels of rows stand.
public enum LabelColumn: Hashable, Sendable {
    case none
    case first
    case last
    /// A column, or an array beside the rows.
    case named(String)

    /// The word of a configuration: `none`, `first` and `last`, and names for all else.
    public init(word: String) {
        switch word {
        case "none": self = .none
        case "first": self = .first
        case "last": self = .last
        default: self = .named(word)
        }
    }

    public var word: String {
        switch self {
        case .none: "none"
        case .first: "first"
        case .last: "last"
        case .named(let name): name
        }
    }

    var name: String? {
        if case .named(let name) = self { name } else { nil }
    }
}

extension LabelColumn: Codable {
    public init(from decoder: any Decoder) throws {
        self.init(word: try decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(word)
    }
}

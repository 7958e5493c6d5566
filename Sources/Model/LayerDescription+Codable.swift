import Failures

extension LayerDescription: Codable {
    /// The word of this layer in JSON.
    public var kind: String {
        switch self {
        case .dense: "dense"
        case .convolution: "convolution"
        case .activation(let activation): activation.kind
        case .flatten: "flatten"
        case .pooling(let pooling): pooling.kind == .sum ? "sumPooling" : "meanPooling"
        }
    }

    /// All words for `kind`.
    static let kinds = [
        "convolution", "dense", "elu", "flatten", "leakyReLU", "meanPooling", "relu", "silu", "softplus", "sumPooling", "tanh",
    ]

    /// - Throws: `Failure(.configuration)` for an unknown kind or key and for a value of the wrong type; it names the layer's index.
    public init(from decoder: any Decoder) throws {
        let fields = try LayerFields(decoder)
        switch fields.kind {
        case "dense":
            try fields.allow("outputs")
            self = .dense(outputs: try fields.required("outputs"))
        case "convolution":
            try fields.allow("channels", "kernel", "stride", "padding")
            self = .convolution(
                channels: try fields.required("channels"), kernel: try fields.required("kernel"),
                stride: try fields.optional("stride") ?? 1, padding: try fields.optional("padding") ?? 0)
        case "flatten":
            try fields.allow()
            self = .flatten
        case "sumPooling", "meanPooling":
            try fields.allow("size")
            self = .pooling(Pooling(fields.kind == "sumPooling" ? .sum : .mean, size: try fields.optional("size")))
        default:
            self = .activation(try Activation(fields))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: LayerKey.self)
        try container.encode(kind, forKey: "kind")
        switch self {
        case .dense(let outputs):
            try container.encode(outputs, forKey: "outputs")
        case .convolution(let channels, let kernel, let stride, let padding):
            try container.encode(channels, forKey: "channels")
            try container.encode(kernel, forKey: "kernel")
            try container.encode(stride, forKey: "stride")
            try container.encode(padding, forKey: "padding")
        case .activation(let activation):
            try activation.encodeParameters(into: &container)
        case .flatten:
            break
        case .pooling(let pooling):
            try container.encodeIfPresent(pooling.size, forKey: "size")
        }
    }
}

extension Activation: Codable {
    /// The word of this activation in JSON.
    public var kind: String {
        switch self {
        case .silu: "silu"
        case .softplus: "softplus"
        case .relu: "relu"
        case .tanh: "tanh"
        case .leakyReLU: "leakyReLU"
        case .elu: "elu"
        }
    }

    /// - Throws: `Failure(.configuration)`, as `LayerDescription`.
    public init(from decoder: any Decoder) throws {
        try self.init(LayerFields(decoder))
    }

    fileprivate init(_ fields: LayerFields) throws(Failure) {
        switch fields.kind {
        case "silu": self = .silu
        case "softplus": self = .softplus
        case "relu": self = .relu
        case "tanh": self = .tanh
        case "leakyReLU":
            try fields.allow("slope")
            self = .leakyReLU(slope: try fields.optional("slope") ?? 0.01)
            return
        case "elu":
            try fields.allow("alpha")
            self = .elu(alpha: try fields.optional("alpha") ?? 1)
            return
        default: throw fields.unknownKind()
        }
        try fields.allow()
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: LayerKey.self)
        try container.encode(kind, forKey: "kind")
        try encodeParameters(into: &container)
    }

    fileprivate func encodeParameters(into container: inout KeyedEncodingContainer<LayerKey>) throws {
        switch self {
        case .leakyReLU(let slope): try container.encode(slope, forKey: "slope")
        case .elu(let alpha): try container.encode(alpha, forKey: "alpha")
        default: break
        }
    }
}

/// A key of a layer object, whatever its name: unknown keys must be seen to be refused.
struct LayerKey: CodingKey, ExpressibleByStringLiteral {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init(stringLiteral value: String) { stringValue = value }
    init?(intValue: Int) { nil }
}

/// The object of one layer while it is read: every complaint names the layer's index and kind.
private struct LayerFields {
    let container: KeyedDecodingContainer<LayerKey>
    let place: String
    let kind: String

    init(_ decoder: any Decoder) throws(Failure) {
        let index = decoder.codingPath.last?.intValue
        let layer = index.map { "layer \($0)" } ?? "a layer"
        do {
            container = try decoder.container(keyedBy: LayerKey.self)
            kind = try container.decode(String.self, forKey: "kind")
        } catch {
            throw Failure(
                .configuration, "\(layer): expected an object with a \"kind\", such as {\"kind\": \"dense\", \"outputs\": 128}")
        }
        place = "\(layer) (\(kind))"
    }

    /// Refuses every key that is neither `kind` nor one of the given ones.
    func allow(_ known: String...) throws(Failure) {
        let unknown = container.allKeys.map(\.stringValue).filter { $0 != "kind" && !known.contains($0) }.sorted()
        guard let key = unknown.first else { return }
        guard !known.isEmpty else { throw Failure(.configuration, "\(place): unknown key \"\(key)\"; this kind has no keys of its own") }
        let list = known.joined(separator: ", ")
        throw Failure(
            .configuration, "\(place): unknown key \"\(key)\".\(Spelling.hint(for: key, in: known)) Known keys: \(list)")
    }

    func required<Value: Decodable>(_ key: LayerKey) throws(Failure) -> Value {
        guard let value: Value = try optional(key) else {
            throw Failure(.configuration, "\(place): the key \"\(key.stringValue)\" is missing")
        }
        return value
    }

    func optional<Value: Decodable>(_ key: LayerKey) throws(Failure) -> Value? {
        do {
            return try container.decodeIfPresent(Value.self, forKey: key)
        } catch {
            let expected = Value.self == Int.self ? "a whole number" : "a number"
            throw Failure(.configuration, "\(place): \"\(key.stringValue)\" must be \(expected)")
        }
    }

    func unknownKind() -> Failure {
        let kinds = LayerDescription.kinds
        return Failure(
            .configuration,
            "\(place): unknown kind \"\(kind)\".\(Spelling.hint(for: kind, in: kinds)) "
                + "Known kinds: \(kinds.joined(separator: ", "))")
    }
}

import Failures

extension LayerDescription: Codable {
    /// The word of this layer in JSON.
    public var kind: String {
        switch self {
        case .dense: "dense"
        case .convolution: "convolution"
        case .transposedConvolution: "transposedConvolution"
        case .activation(let activation): activation.kind.rawValue
        case .flatten: "flatten"
        case .pooling(let pooling): pooling.kind == .sum ? "sumPooling" : "meanPooling"
        case .groupNormalization: "groupNormalization"
        case .residual: "residual"
        case .readouts: "readouts"
        case .innerProduct: "innerProduct"
        case .scaling: "scaling"
        }
    }

    /// All words for `kind`.
    static let kinds = [
        "convolution", "dense", "elu", "flatten", "groupNormalization", "innerProduct", "leakyReLU", "meanPooling", "readouts", "relu",
        "residual", "scaling", "silu", "softplus", "sumPooling", "tanh", "transposedConvolution",
    ]

    /// - Throws: `Failure(.configuration)` for an unknown kind or key and for a value of the wrong type; it names the layer's place:
    ///   its index, in a residual layer `3.layers.0`.
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
        case "transposedConvolution":
            try fields.allow("channels", "kernel", "stride", "padding", "outputPadding")
            self = .transposedConvolution(
                channels: try fields.required("channels"), kernel: try fields.required("kernel"),
                stride: try fields.optional("stride") ?? 1, padding: try fields.optional("padding") ?? 0,
                outputPadding: try fields.optional("outputPadding") ?? 0)
        case "groupNormalization":
            try fields.allow("groups", "epsilon")
            self = .groupNormalization(groups: try fields.required("groups"), epsilon: try fields.optional("epsilon") ?? 1e-5)
        case "residual":
            try fields.allow("layers", "shortcut")
            self = .residual(layers: try fields.required("layers"), shortcut: try fields.optional("shortcut"))
        case "readouts":
            try fields.allow("layers")
            self = .readouts(layers: try fields.required("layers"))
        case "innerProduct":
            try fields.allow("layers")
            self = .innerProduct(layers: try fields.required("layers"))
        case "scaling":
            try fields.allow("factor")
            self = .scaling(factor: try fields.required("factor"))
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
        case .transposedConvolution(let channels, let kernel, let stride, let padding, let outputPadding):
            try container.encode(channels, forKey: "channels")
            try container.encode(kernel, forKey: "kernel")
            try container.encode(stride, forKey: "stride")
            try container.encode(padding, forKey: "padding")
            try container.encode(outputPadding, forKey: "outputPadding")
        case .groupNormalization(let groups, let epsilon):
            try container.encode(groups, forKey: "groups")
            try container.encode(epsilon, forKey: "epsilon")
        case .residual(let layers, let shortcut):
            try container.encode(layers, forKey: "layers")
            try container.encodeIfPresent(shortcut, forKey: "shortcut")
        case .readouts(let layers), .innerProduct(let layers):
            try container.encode(layers, forKey: "layers")
        case .scaling(let factor):
            try container.encode(factor, forKey: "factor")
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
    /// - Throws: `Failure(.configuration)`, as `LayerDescription`.
    public init(from decoder: any Decoder) throws {
        try self.init(LayerFields(decoder))
    }

    fileprivate init(_ fields: LayerFields) throws(Failure) {
        guard let kind = Kind(rawValue: fields.kind) else { throw fields.unknownKind() }
        switch kind {
        case .leakyReLU:
            try fields.allow("slope")
            self = .leakyReLU(slope: try fields.optional("slope") ?? 0.01)
        case .elu:
            try fields.allow("alpha")
            self = .elu(alpha: try fields.optional("alpha") ?? 1)
        case .silu, .softplus, .relu, .tanh:
            try fields.allow()
            self = Activation(kind, parameter: 0)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: LayerKey.self)
        try container.encode(kind.rawValue, forKey: "kind")
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

import Failures
import Numerics

/// Turns the layers of a description into nodes: follows the shape, checks every size, deals out parameters.
struct NetworkCompiler {
    /// More values than this in a sample, or parameters in a network, is a slip of the pen.
    static let mostValues = Int(Int32.max)

    /// Where a value comes from and what it is.
    struct Value {
        /// The node whose value it is, or the input.
        var node: Int
        var shape: ImageShape
        /// Whether it is a vector for PyTorch: what a dense layer needs.
        var isFlat: Bool
    }

    /// What the next layer reads.
    var value: Value
    let condition: ConditionJoin?
    private var nodes: [Node] = []
    /// Values that something else reads, too: no activation may be put on them.
    private var shared: Set<Int> = []
    private var tensors: [ParameterTensor] = []
    private var parameterCount = 0
    /// Which layer this is: its index, behind those of the layers that it is in.
    var place = ""

    /// Reads the input and the condition.
    init(_ description: NetworkDescription) throws(Failure) {
        guard !description.layers.isEmpty else { throw Failure(.configuration, "the network has no layers; it needs at least one") }
        let input = try Self.checked(description.input, "the input")
        condition = try description.condition.map { condition throws(Failure) in try Self.condition(condition, input) }
        let shape = condition?.joined ?? input
        value = Value(node: Node.input, shape: shape, isFlat: shape.isVector)
        if let (classes, channels) = condition?.table {
            let pixels = shape.height * shape.width
            tensors.append(
                ParameterTensor(
                    name: "condition.weight", start: 0, torchShape: [classes, pixels * channels], shape: [classes, pixels, channels],
                    axes: [0, 2, 1], initial: .standardNormal))
            parameterCount = classes * pixels * channels
        }
    }

    func network(_ description: NetworkDescription) -> Network {
        // layers that compute nothing, such as a lone flatten, still need an output to write
        let identity = Node(ActivationStage(count: value.shape.count, activation: nil), source: Node.input)
        return Network(
            description, layout: ParameterLayout(tensors: tensors), outputShape: value.shape, condition: condition,
            nodes: nodes.isEmpty ? [identity] : nodes)
    }

    mutating func add(_ layers: [LayerDescription]) throws(Failure) { try add(layers, in: "") }

    /// - Parameter first: the index of the first of them.
    mutating func add(_ layers: [LayerDescription], in prefix: String, from first: Int = 0) throws(Failure) {
        for (index, layer) in layers.enumerated() {
            place = "\(prefix)\(first + index)"
            try add(layer)
        }
    }

    private mutating func add(_ layer: LayerDescription) throws(Failure) {
        switch layer {
        case .dense(let outputs): try addDense(outputs)
        case .convolution(let channels, let kernel, let stride, let padding):
            try addConvolution(channels: channels, kernel: kernel, stride: stride, padding: padding)
        case .transposedConvolution(let channels, let kernel, let stride, let padding, let outputPadding):
            try addTransposedConvolution(
                channels: channels, kernel: kernel, stride: stride, padding: padding, outputPadding: outputPadding)
        case .activation(let activation): try addActivation(activation)
        case .flatten: value.isFlat = true
        case .pooling(let pooling): try addPooling(pooling)
        case .groupNormalization(let groups, let epsilon): try addGroupNormalization(groups, epsilon)
        case .residual(let layers, let shortcut): try addResidual(layers, shortcut)
        case .readouts(let layers): try addReadouts(layers)
        case .innerProduct(let layers): try addInnerProduct(layers)
        case .scaling(let factor): try addScaling(factor)
        }
    }

    private mutating func addActivation(_ activation: Activation) throws(Failure) {
        switch activation {
        case .leakyReLU(let number), .elu(let number):
            guard number.isFinite else { throw failure(activation.kind.rawValue, "its parameter must be a finite number, found \(number)") }
        default: break
        }
        let last = nodes.count - 1
        if value.node == last, last >= 0, !shared.contains(last), let fused = nodes[last].stage.followed(by: activation) {
            nodes[last].stage = fused
        } else {
            append(ActivationStage(count: value.shape.count, activation: activation), value.shape)
        }
    }

    /// What something else will read, too.
    mutating func share(_ value: Value) { shared.insert(value.node) }

    /// Puts what is made of two values behind what is there.
    mutating func append(_ junction: Junction, _ first: Value, _ second: Value, _ shape: ImageShape, isFlat: Bool) {
        let identity = ActivationStage(count: shape.count, activation: nil)
        nodes.append(Node(identity, source: first.node, second: Node.Second(node: second.node, junction: junction)))
        value = Value(node: nodes.count - 1, shape: shape, isFlat: isFlat)
    }

    /// Puts a stage behind what is there.
    mutating func append(_ stage: any Stage, _ shape: ImageShape, isFlat: Bool? = nil) {
        nodes.append(Node(stage, source: value.node))
        value = Value(node: nodes.count - 1, shape: shape, isFlat: isFlat ?? value.isFlat)
    }

    // MARK: Parameters

    /// The weights of a layer as they stand in memory, and the way to PyTorch's order.
    struct Weights {
        var torchShape: [Int]
        var shape: [Int]
        var axes: [Int]
        /// As in `ParameterTensor`.
        var outputAxis: Int?
        var initial: InitialValues
    }

    /// Deals out a weight and biases and returns where they start.
    mutating func addParameters(
        _ kind: String, _ weights: Weights, biases: Weights
    ) throws(Failure) -> (weight: Int, bias: Int) {
        // both factors are below 2³¹: the product fits
        let count = weights.shape[0] * weights.shape.dropFirst().reduce(1, *) + biases.shape.reduce(1, *)
        guard count <= Self.mostValues - parameterCount else {
            throw failure(kind, "with its \(count) parameters the network exceeds \(Self.mostValues)")
        }
        let weight = tensor("weight", weights, start: parameterCount)
        let bias = tensor("bias", biases, start: weight.range.upperBound)
        tensors += [weight, bias]
        parameterCount = bias.range.upperBound
        return (weight.range.lowerBound, bias.range.lowerBound)
    }

    private func tensor(_ name: String, _ weights: Weights, start: Int) -> ParameterTensor {
        ParameterTensor(
            name: "layers.\(place).\(name)", start: start, torchShape: weights.torchShape, shape: weights.shape, axes: weights.axes,
            outputAxis: weights.outputAxis, initial: weights.initial)
    }

    // MARK: Checks

    func check(_ value: Int, _ key: String, atLeast least: Int) throws(Failure) {
        guard value >= least, value <= Self.mostValues else {
            throw Failure(.configuration, "layer \(place): \"\(key)\" must be from \(least) to \(Self.mostValues), found \(value)")
        }
    }

    func checkIsImage(_ kind: String) throws(Failure) {
        guard !value.isFlat else {
            throw failure(kind, "it needs an image, but the values before it are a vector of \(value.shape.count)")
        }
    }

    func failure(_ kind: String, _ message: String) -> Failure {
        Failure(.configuration, "layer \(place) (\(kind)): \(message)")
    }

    static func checked(_ shape: ImageShape, _ what: String) throws(Failure) -> ImageShape {
        guard shape.height > 0, shape.width > 0, shape.channels > 0 else {
            throw Failure(
                .configuration,
                "\(what) is \(shape.height) x \(shape.width) x \(shape.channels) (height x width x channels); every size must be positive")
        }
        guard product(shape.height, shape.width, shape.channels) != nil else {
            throw Failure(.configuration, "\(what) has more than \(mostValues) values")
        }
        return shape
    }

    /// The product of positive sizes, or `nil` where it exceeds what a network may have.
    static func product(_ sizes: Int...) -> Int? {
        var product = 1
        for size in sizes {
            let (next, overflow) = product.multipliedReportingOverflow(by: size)
            guard !overflow, next <= mostValues else { return nil }
            product = next
        }
        return product
    }
}

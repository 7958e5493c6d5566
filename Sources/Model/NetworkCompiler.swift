import Failures
import Numerics

/// Turns the layers of a description into stages: follows the shape, checks every size, deals out parameters.
struct NetworkCompiler {
    /// More values than this in a sample, or parameters in a network, is a slip of the pen.
    private static let mostValues = Int(Int32.max)

    private var shape: ImageShape
    /// Whether the values are a vector for PyTorch: what a dense layer needs.
    private var isFlat: Bool
    private var stages: [any Stage] = []
    private var tensors: [ParameterTensor] = []
    private var parameterCount = 0
    private var layer = 0

    init(input: ImageShape) throws(Failure) {
        guard input.height > 0, input.width > 0, input.channels > 0 else {
            throw Failure(
                .configuration,
                "the input is \(input.height) x \(input.width) x \(input.channels) (height x width x channels); every size must be positive"
            )
        }
        guard Self.product(input.height, input.width, input.channels) != nil else {
            throw Failure(.configuration, "the input has more than \(Self.mostValues) values")
        }
        shape = input
        isFlat = input.isVector
    }

    func network(_ description: NetworkDescription) throws(Failure) -> Network {
        guard !description.layers.isEmpty else { throw Failure(.configuration, "the network has no layers; it needs at least one") }
        var stages = stages
        // layers that compute nothing, such as a lone flatten, still need an output to write
        if stages.isEmpty { stages = [PoolingStage(input: shape, windowHeight: 1, windowWidth: 1, scale: 1)] }
        return Network(description, layout: ParameterLayout(tensors: tensors), outputShape: shape, stages: stages)
    }

    mutating func add(_ layer: LayerDescription) throws(Failure) {
        switch layer {
        case .dense(let outputs): try addDense(outputs)
        case .convolution(let channels, let kernel, let stride, let padding):
            try addConvolution(channels: channels, kernel: kernel, stride: stride, padding: padding)
        case .activation(let activation): try addActivation(activation)
        case .flatten: isFlat = true
        case .pooling(let pooling): try addPooling(pooling)
        }
        self.layer += 1
    }

    private mutating func addDense(_ outputs: Int) throws(Failure) {
        try check(outputs, "outputs", atLeast: 1)
        guard isFlat else {
            throw failure("dense", "the values before it are an image of \(shape); insert a layer {\"kind\": \"flatten\"} before it")
        }
        let (pixels, channels) = (shape.height * shape.width, shape.channels)
        let places = try addParameters(
            "dense", outputs: outputs, inputs: shape.count, torchShape: [outputs, shape.count], shape: [outputs, pixels, channels],
            axes: [0, 2, 1])
        let map = DenseMap(inputs: shape.count, outputs: outputs, positions: 1)
        stages.append(AffineStage(map: map, weightStart: places.weight, biasStart: places.bias, activation: nil))
        shape = ImageShape(vector: outputs)
    }

    private mutating func addConvolution(channels: Int, kernel: Int, stride: Int, padding: Int) throws(Failure) {
        try check(channels, "channels", atLeast: 1)
        try check(kernel, "kernel", atLeast: 1)
        try check(stride, "stride", atLeast: 1)
        try check(padding, "padding", atLeast: 0)
        guard !isFlat else {
            throw failure("convolution", "it needs an image, but the values before it are a vector of \(shape.count)")
        }
        let (height, width) = (shape.height + 2 * padding, shape.width + 2 * padding)
        guard kernel <= height, kernel <= width else {
            throw failure("convolution", "the kernel \(kernel) x \(kernel) is larger than its input with padding, \(height) x \(width)")
        }
        let output = ImageShape(height: (height - kernel) / stride + 1, width: (width - kernel) / stride + 1, channels: channels)
        guard Self.product(output.height, output.width, output.channels) != nil, Self.product(height, width, shape.channels) != nil,
            let inputs = Self.product(kernel, kernel, shape.channels)
        else { throw failure("convolution", "it has more than \(Self.mostValues) values") }
        let places = try addParameters(
            "convolution", outputs: channels, inputs: inputs, torchShape: [channels, shape.channels, kernel, kernel],
            shape: [channels, kernel, kernel, shape.channels], axes: [0, 3, 1, 2])
        let map = Self.map(from: shape, to: output, kernel: kernel, stride: stride, padding: padding)
        stages.append(map.stage(places.weight, places.bias))
        shape = output
    }

    /// Where the patches are the input as it lies in memory, a convolution is a plain product.
    private static func map(from input: ImageShape, to output: ImageShape, kernel: Int, stride: Int, padding: Int) -> any LinearMap {
        if padding == 0 && kernel == 1 && stride == 1 {
            return DenseMap(inputs: input.channels, outputs: output.channels, positions: input.height * input.width)
        }
        if padding == 0 && kernel == input.height && kernel == input.width {
            return DenseMap(inputs: input.count, outputs: output.channels, positions: 1)
        }
        return ConvolutionMap(input: input, output: output, kernel: kernel, stride: stride, padding: padding)
    }

    private mutating func addActivation(_ activation: Activation) throws(Failure) {
        switch activation {
        case .leakyReLU(let number), .elu(let number):
            guard number.isFinite else { throw failure(activation.kind, "its parameter must be a finite number, found \(number)") }
        default: break
        }
        if let fused = stages.last?.followed(by: activation) {
            stages[stages.count - 1] = fused
        } else {
            stages.append(ActivationStage(count: shape.count, function: activation))
        }
    }

    private mutating func addPooling(_ pooling: Pooling) throws(Failure) {
        let kind = LayerDescription.pooling(pooling).kind
        guard !isFlat else { throw failure(kind, "it needs an image, but the values before it are a vector of \(shape.count)") }
        if let size = pooling.size {
            try check(size, "size", atLeast: 1)
            guard shape.height % size == 0, shape.width % size == 0 else {
                throw failure(kind, "windows of \(size) x \(size) do not tile an image of \(shape.height) x \(shape.width)")
            }
        }
        let (height, width) = (pooling.size ?? shape.height, pooling.size ?? shape.width)
        let scale = pooling.kind == .sum ? 1 : 1 / Float(height * width)
        stages.append(PoolingStage(input: shape, windowHeight: height, windowWidth: width, scale: scale))
        shape = ImageShape(height: shape.height / height, width: shape.width / width, channels: shape.channels)
    }

    /// Deals out a weight and a bias and returns where they start.
    private mutating func addParameters(
        _ kind: String, outputs: Int, inputs: Int, torchShape: [Int], shape: [Int], axes: [Int]
    ) throws(Failure) -> (weight: Int, bias: Int) {
        // both factors are below 2³¹: the product fits
        let count = outputs * inputs + outputs
        guard count <= Self.mostValues - parameterCount else {
            throw failure(kind, "with its \(count) parameters the network exceeds \(Self.mostValues)")
        }
        let weight = ParameterTensor(
            name: "layers.\(layer).weight", start: parameterCount, torchShape: torchShape, shape: shape, axes: axes, fanIn: inputs)
        let bias = ParameterTensor(
            name: "layers.\(layer).bias", start: weight.range.upperBound, torchShape: [outputs], shape: [outputs], axes: [0], fanIn: inputs)
        tensors += [weight, bias]
        parameterCount = bias.range.upperBound
        return (weight.range.lowerBound, bias.range.lowerBound)
    }

    private func check(_ value: Int, _ key: String, atLeast least: Int) throws(Failure) {
        guard value >= least, value <= Self.mostValues else {
            throw Failure(.configuration, "layer \(layer): \"\(key)\" must be from \(least) to \(Self.mostValues), found \(value)")
        }
    }

    private func failure(_ kind: String, _ message: String) -> Failure {
        Failure(.configuration, "layer \(layer) (\(kind)): \(message)")
    }

    /// The product of positive sizes, or `nil` where it exceeds what a network may have.
    private static func product(_ sizes: Int...) -> Int? {
        var product = 1
        for size in sizes {
            let (next, overflow) = product.multipliedReportingOverflow(by: size)
            guard !overflow, next <= mostValues else { return nil }
            product = next
        }
        return product
    }
}

extension LinearMap {
    fileprivate func stage(_ weightStart: Int, _ biasStart: Int) -> any Stage {
        AffineStage(map: self, weightStart: weightStart, biasStart: biasStart, activation: nil)
    }
}

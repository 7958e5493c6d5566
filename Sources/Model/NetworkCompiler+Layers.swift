import Failures
import Numerics

extension NetworkCompiler {
    mutating func addDense(_ outputs: Int) throws(Failure) {
        let shape = value.shape
        try check(outputs, "outputs", atLeast: 1)
        guard value.isFlat else {
            throw failure("dense", "the values before it are an image of \(shape); insert a layer {\"kind\": \"flatten\"} before it")
        }
        let weights = Weights(
            torchShape: [outputs, shape.count], shape: [outputs, shape.height * shape.width, shape.channels], axes: [0, 2, 1],
            outputAxis: 0, initial: .weight(fanIn: shape.count))
        try addAffine("dense", weights, outputs, DenseMap(inputs: shape.count, outputs: outputs, positions: 1))
        value.shape = ImageShape(vector: outputs)
    }

    mutating func addConvolution(channels: Int, kernel: Int, stride: Int, padding: Int) throws(Failure) {
        let shape = value.shape
        try checkKernel("convolution", channels, kernel, stride, padding)
        let (height, width) = (shape.height + 2 * padding, shape.width + 2 * padding)
        guard kernel <= height, kernel <= width else {
            throw failure("convolution", "the kernel \(kernel) x \(kernel) is larger than its input with padding, \(height) x \(width)")
        }
        let output = ImageShape(height: (height - kernel) / stride + 1, width: (width - kernel) / stride + 1, channels: channels)
        guard Self.product(output.height, output.width, output.channels) != nil, Self.product(height, width, shape.channels) != nil,
            let inputs = Self.product(kernel, kernel, shape.channels)
        else { throw failure("convolution", "it has more than \(Self.mostValues) values") }
        let weights = Self.kernels(channels, kernel, shape.channels, outputAxis: 0, fanIn: inputs)
        let map = Self.map(from: shape, to: output, kernel: kernel, stride: stride, padding: padding)
        try addAffine("convolution", weights, channels, map)
        value.shape = output
    }

    mutating func addTransposedConvolution(
        channels: Int, kernel: Int, stride: Int, padding: Int, outputPadding: Int
    ) throws(Failure) {
        let (kind, shape) = ("transposedConvolution", value.shape)
        // A vector is the one pixel of an image, so that a generator can begin with it.
        if shape.isVector { value.isFlat = false }
        try checkKernel(kind, channels, kernel, stride, padding)
        try check(outputPadding, "outputPadding", atLeast: 0)
        guard outputPadding < stride else {
            throw failure(kind, "\"outputPadding\" must be below the stride \(stride), found \(outputPadding)")
        }
        // below 2³¹ · 2³¹: nothing overflows
        func size(_ pixels: Int) -> Int { (pixels - 1) * stride - 2 * padding + kernel + outputPadding }
        let output = ImageShape(height: size(shape.height), width: size(shape.width), channels: channels)
        guard output.height > 0, output.width > 0 else {
            throw failure(
                kind, "its output would be \(output.height) x \(output.width) pixels; the padding \(padding) takes more than there is")
        }
        guard Self.product(output.height, output.width, output.channels) != nil,
            Self.product(output.height + 2 * padding, output.width + 2 * padding, channels) != nil,
            let fanIn = Self.product(kernel, kernel, channels)
        else { throw failure(kind, "it has more than \(Self.mostValues) values") }
        let weights = Self.kernels(shape.channels, kernel, channels, outputAxis: 3, fanIn: fanIn)
        let mirror = Self.map(from: output, to: shape, kernel: kernel, stride: stride, padding: padding)
        try addAffine(kind, weights, channels, mirror.transposed(to: output))
        value.shape = output
    }

    private func checkKernel(_ kind: String, _ channels: Int, _ kernel: Int, _ stride: Int, _ padding: Int) throws(Failure) {
        try check(channels, "channels", atLeast: 1)
        try check(kernel, "kernel", atLeast: 1)
        try check(stride, "stride", atLeast: 1)
        try check(padding, "padding", atLeast: 0)
        try checkIsImage(kind)
    }

    /// rows x kernel x kernel x columns in memory, rows x columns x kernel x kernel in PyTorch.
    private static func kernels(_ rows: Int, _ kernel: Int, _ columns: Int, outputAxis: Int, fanIn: Int) -> Weights {
        Weights(
            torchShape: [rows, columns, kernel, kernel], shape: [rows, kernel, kernel, columns], axes: [0, 3, 1, 2],
            outputAxis: outputAxis, initial: .weight(fanIn: fanIn))
    }

    mutating func addAffine(_ kind: String, _ weights: Weights, _ outputs: Int, _ map: any LinearMap) throws(Failure) {
        let biases = Weights(torchShape: [outputs], shape: [outputs], axes: [0], initial: weights.initial.ofBiases)
        let places = try addParameters(kind, weights, biases: biases)
        append(map.stage(places.weight, places.bias), value.shape)
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

    mutating func addPooling(_ pooling: Pooling) throws(Failure) {
        let (kind, shape) = (LayerDescription.pooling(pooling).kind, value.shape)
        if value.isFlat {
            guard pooling.size == nil else { throw failure(kind, "a vector has no windows: leave \"size\" out") }
            let scale = pooling.kind == .sum ? 1 : 1 / Float(shape.count)
            return append(VectorPoolingStage(inputs: shape.count, scale: scale), ImageShape(vector: 1))
        }
        if let size = pooling.size {
            try check(size, "size", atLeast: 1)
            guard shape.height % size == 0, shape.width % size == 0 else {
                throw failure(kind, "windows of \(size) x \(size) do not tile an image of \(shape.height) x \(shape.width)")
            }
        }
        let (height, width) = (pooling.size ?? shape.height, pooling.size ?? shape.width)
        let scale = pooling.kind == .sum ? 1 : 1 / Float(height * width)
        append(
            PoolingStage(input: shape, windowHeight: height, windowWidth: width, scale: scale),
            ImageShape(height: shape.height / height, width: shape.width / width, channels: shape.channels))
    }

    mutating func addScaling(_ factor: Float) throws(Failure) {
        guard factor.isFinite, factor != 0 else { throw failure("scaling", "\"factor\" must be a number other than 0, found \(factor)") }
        append(ScalingStage(count: value.shape.count, factor: factor), value.shape)
    }

    mutating func addGroupNormalization(_ groups: Int, _ epsilon: Float) throws(Failure) {
        let (kind, shape) = ("groupNormalization", value.shape)
        try check(groups, "groups", atLeast: 1)
        guard epsilon > 0, epsilon.isFinite else { throw failure(kind, "\"epsilon\" must be a positive number, found \(epsilon)") }
        // In memory the channels of a flattened image are innermost, in PyTorch outermost: only as one group both are the same.
        let isVector = value.isFlat
        guard groups == 1 || !isVector || shape.isVector || shape.channels == 1 else {
            throw failure(
                kind, "groups of a flattened image of \(shape): put it before the layer {\"kind\": \"flatten\"}, or give it one group")
        }
        let (channels, pixels) = isVector ? (shape.count, 1) : (shape.channels, shape.height * shape.width)
        guard channels.isMultiple(of: groups) else {
            throw failure(kind, "\(channels) channels do not fall into \(groups) groups of one size; \"groups\" must divide \(channels)")
        }
        guard channels / groups * pixels > 1 else {
            throw failure(kind, "each of its \(groups) groups has a single value, of which nothing would be left; take fewer groups")
        }
        var weights = Weights(torchShape: [channels], shape: [channels], axes: [0], initial: .constant(1))
        if isVector { (weights.shape, weights.axes) = ([shape.height * shape.width, shape.channels], [1, 0]) }
        var biases = weights
        biases.initial = .constant(0)
        let places = try addParameters(kind, weights, biases: biases)
        append(
            GroupNormalizationStage(
                pixels: pixels, channels: channels, groups: groups, epsilon: epsilon, weightStart: places.weight, biasStart: places.bias,
                activation: nil), shape)
    }
}

extension LinearMap {
    fileprivate func stage(_ weightStart: Int, _ biasStart: Int) -> any Stage {
        AffineStage(map: self, weightStart: weightStart, biasStart: biasStart, activation: nil)
    }

    /// The map that leads back, to images of a shape; a product whose columns are all pixels of an image has no place for a bias per channel.
    fileprivate func transposed(to output: ImageShape) -> any LinearMap {
        TransposedMap(mirror: self, output: output, fusesBias: !(self is DenseMap) || output.height * output.width == positions)
    }
}

/// Names and places of the tensors in a flat parameter vector.
public struct ParameterLayout: Hashable, Sendable {
    public let tensors: [ParameterTensor]
    /// Length of the flat vector; the tensors fill it in order and without gaps.
    public let count: Int

    init(tensors: [ParameterTensor]) {
        self.tensors = tensors
        count = tensors.last?.range.upperBound ?? 0
    }

    /// Layouts one behind the other; each one's prefix comes in front of the names of its tensors.
    public static func joined(_ parts: [(prefix: String, layout: ParameterLayout)]) -> ParameterLayout {
        var (tensors, start): ([ParameterTensor], Int) = ([], 0)
        for (prefix, layout) in parts {
            tensors += layout.tensors.map { $0.moved(by: start, prefix: prefix) }
            start += layout.count
        }
        return ParameterLayout(tensors: tensors)
    }
}

/// One tensor of a flat parameter vector: its name in PyTorch, its place, and the way between our order of values and PyTorch's.
///
/// Channels are innermost in memory here and outermost in PyTorch. The flat vector keeps the order that the matrix products want;
/// values are permuted when they are saved and loaded.
public struct ParameterTensor: Hashable, Sendable {
    /// As in the `state_dict` of a module with a `torch.nn.Sequential` named `layers`, for example `layers.0.weight`.
    public let name: String
    /// Place in the flat vector.
    public let range: Range<Int>
    /// Shape in PyTorch, outermost first.
    public let torchShape: [Int]
    let initial: InitialValues
    /// Shape in the flat vector, outermost first.
    let shape: [Int]
    /// `axes[i]`: which axis of `shape` is axis i of the permuted tensor that PyTorch's is a reshape of.
    let axes: [Int]
    /// For the weights of a linear map, the axis of `shape` that counts its outputs, the first or the last one; nil for other tensors.
    let outputAxis: Int?

    init(name: String, start: Int, torchShape: [Int], shape: [Int], axes: [Int], outputAxis: Int? = nil, initial: InitialValues) {
        let count = shape.reduce(1, *)
        precondition(torchShape.reduce(1, *) == count && axes.sorted() == Array(shape.indices), "\(name): shapes do not fit")
        self.name = name
        range = start..<(start + count)
        self.torchShape = torchShape
        self.shape = shape
        self.axes = axes
        self.outputAxis = outputAxis
        self.initial = initial
    }

    /// The number of values.
    public var count: Int { range.count }

    /// This tensor's values of a flat vector, in PyTorch's order.
    public func toTorch(_ flat: [Float]) -> [Float] {
        toTorch(flat[...])
    }

    /// This tensor's values of a flat vector, or of a slice of one with the vector's own indices, in PyTorch's order.
    public func toTorch(_ flat: ArraySlice<Float>) -> [Float] {
        precondition(flat.startIndex <= range.lowerBound && flat.endIndex >= range.upperBound, "\(name) is not in the slice")
        return torchOrder.map { flat[range.lowerBound + $0] }
    }

    /// Values in PyTorch's order, as many as the tensor has, in the order of the flat vector: to be written to `range`.
    public func fromTorch(_ values: [Float]) -> [Float] {
        precondition(values.count == count, "\(name): \(values.count) values for \(count)")
        var own = [Float](repeating: 0, count: count)
        for (position, source) in torchOrder.enumerated() { own[source] = values[position] }
        return own
    }

    fileprivate func moved(by distance: Int, prefix: String) -> ParameterTensor {
        ParameterTensor(
            name: prefix + name, start: range.lowerBound + distance, torchShape: torchShape, shape: shape, axes: axes,
            outputAxis: outputAxis, initial: initial)
    }

    func renamed(_ name: String) -> ParameterTensor {
        ParameterTensor(
            name: name, start: range.lowerBound, torchShape: torchShape, shape: shape, axes: axes, outputAxis: outputAxis,
            initial: initial)
    }

    /// For each value in PyTorch's order, its position in this tensor.
    private var torchOrder: [Int] {
        var strides = [Int](repeating: 1, count: shape.count)
        for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
        var order = [0]
        order.reserveCapacity(count)
        for axis in axes {
            order = order.flatMap { start in (0..<shape[axis]).map { start + $0 * strides[axis] } }
        }
        return order
    }
}

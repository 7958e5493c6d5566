import Numerics

/// How the linear maps of a network begin.
public enum InitialWeights: Hashable, Sendable {
    /// Weights and biases uniform in ±scale/√inputs: 1 is PyTorch's default; √3 gives weights the variance 1/inputs, √6 twice that (K. He et al.,
    /// arXiv:1502.01852).
    case uniform(scale: Float)
    /// Weights N(0, deviation²), biases 0.
    case normal(deviation: Float)

    public static let standard = InitialWeights.uniform(scale: 1)
}

/// What the values of a tensor are before training.
enum InitialValues: Hashable, Sendable {
    /// Of a linear map, with the number of inputs of one output.
    case weight(fanIn: Int)
    case bias(fanIn: Int)
    /// Of a readout: weights N(0, scale²/(4 · inputs)).
    case readout(fanIn: Int)
    case standardNormal
    case constant(Float)

    func values(_ count: Int, _ stream: RandomStream, _ weights: InitialWeights) -> [Float] {
        switch (self, weights) {
        case (.weight(let fanIn), .uniform(let scale)), (.bias(let fanIn), .uniform(let scale)):
            let bound = scale / Float(fanIn).squareRoot()
            return Self.numbers(count) { stream.fillUniforms($0) }.map { bound * (2 * $0 - 1) }
        case (.weight, .normal(let deviation)), (.readout, .normal(let deviation)):
            return Self.numbers(count) { stream.fillNormals($0) }.map { deviation * $0 }
        case (.bias, .normal): return [Float](repeating: 0, count: count)
        case (.readout(let fanIn), .uniform(let scale)):
            let deviation = scale / (2 * Float(fanIn).squareRoot())
            return Self.numbers(count) { stream.fillNormals($0) }.map { deviation * $0 }
        case (.standardNormal, _): return Self.numbers(count) { stream.fillNormals($0) }
        case (.constant(let value), _): return [Float](repeating: value, count: count)
        }
    }

    /// Of the biases beside weights.
    var ofBiases: InitialValues {
        switch self {
        case .weight(let fanIn), .readout(let fanIn): .bias(fanIn: fanIn)
        default: self
        }
    }

    private static func numbers(_ count: Int, _ fill: (Matrix) -> Void) -> [Float] {
        let values = Matrix(rows: 1, columns: count)
        fill(values)
        return values.values
    }
}

import Numerics

/// The weights that spectral normalisation divides.
public enum NormalizedWeights: String, Sendable {
    case none = "false"
    /// All but the last one.
    case hidden
    case all = "true"
}

/// Spectral normalisation: every weight matrix W (outputs x inputs) of a dense layer or of a convolution, transposed or not, acts as W/σ, σ = uᵀ W v, with u and v from power iterations.
///
/// As `torch.nn.utils.spectral_norm`: one iteration per weight update, v = Wᵀu/|Wᵀu|, u = Wv/|Wv|; u and v are constants for the
/// gradient. Source: Miyato, Kataoka, Koyama, Yoshida, arXiv 1802.05957.
struct SpectralNormalization: Sendable {
    /// The network's, with weights renamed to `weight_orig`.
    let layout: ParameterLayout
    /// u and v of every weight.
    let stateLayout: ParameterLayout
    let normalized: NormalizedWeights
    private let weights: [NormalizedWeight]

    /// PyTorch's bound from below for the length that a vector is divided by.
    private static let leastLength = 1e-12

    init(_ layout: ParameterLayout, _ normalized: NormalizedWeights) {
        self.normalized = normalized
        let last = normalized == .hidden ? layout.tensors.last { $0.outputAxis != nil } : nil
        var weights: [NormalizedWeight] = []
        var states: [ParameterTensor] = []
        var start = 0
        let tensors = layout.tensors.map { tensor -> ParameterTensor in
            guard let outputAxis = tensor.outputAxis, tensor != last else { return tensor }
            let (u, v) = tensor.iterationVectors(start: start, outputAxis)
            start = v.range.upperBound
            states += [u, v]
            weights.append(NormalizedWeight(range: tensor.range, u: u.range, v: v.range, isTransposed: outputAxis > 0))
            return tensor.renamed(tensor.name + "_orig")
        }
        self.layout = ParameterLayout(tensors: tensors)
        stateLayout = ParameterLayout(tensors: states)
        self.weights = weights
    }

    func initialState(seed: UInt64) -> [Float] {
        var state: [Float] = []
        state.reserveCapacity(stateLayout.count)
        for (index, tensor) in stateLayout.tensors.enumerated() {
            let values = Matrix(rows: 1, columns: tensor.count)
            RandomStream(seed: seed, purpose: .spectralVector, step: 0, index: index).fillNormals(values)
            state += Self.normalized(values.values.map(Double.init))
        }
        return state
    }

    func prepare(_ prepared: PreparedWeights, parameters: [Float], state: inout [Float], iterating: Bool) {
        precondition(parameters.count == layout.count && state.count == stateLayout.count, "parameters or state have another length")
        var effective = parameters
        for weight in weights {
            if iterating { weight.iterate(parameters, &state, Self.normalized) }
            let sigma = Float(weight.sigma(parameters, state))
            for index in weight.range { effective[index] /= sigma }
        }
        prepared.refresh(from: effective)
    }

    /// G -> (G - <G, W/σ> u vᵀ)/σ for every weight.
    func convertGradient(_ gradient: inout [Float], parameters: [Float], state: [Float]) {
        precondition(gradient.count == layout.count && parameters.count == layout.count, "gradient or parameters have another length")
        precondition(state.count == stateLayout.count, "the state has another length")
        for weight in weights {
            let sigma = weight.sigma(parameters, state)
            var inner = 0.0
            for index in weight.range { inner += Double(gradient[index]) * Double(parameters[index]) }
            let slope = inner / sigma
            for (row, u) in weight.u.enumerated() {
                let factor = slope * Double(state[u])
                for (column, v) in weight.v.enumerated() {
                    let index = weight.place(row, column)
                    gradient[index] = Float((Double(gradient[index]) - factor * Double(state[v])) / sigma)
                }
            }
        }
    }

    private static func normalized(_ vector: [Double]) -> [Float] {
        let length = max(vector.reduce(0) { $0 + $1 * $1 }.squareRoot(), leastLength)
        return vector.map { Float($0 / length) }
    }
}

/// One weight matrix in the parameters, row by row or column by column, and its two vectors in the state. Sums are made in `Double`: they are few.
private struct NormalizedWeight: Sendable {
    let range: Range<Int>
    let u: Range<Int>
    let v: Range<Int>
    /// Whether the matrix stands column by column: that of a transposed convolution.
    let isTransposed: Bool

    @inline(__always)
    func place(_ row: Int, _ column: Int) -> Int {
        range.lowerBound + (isTransposed ? column * u.count + row : row * v.count + column)
    }

    /// v = Wᵀu, u = Wv, both normalised.
    func iterate(_ parameters: [Float], _ state: inout [Float], _ normalized: ([Double]) -> [Float]) {
        var next = [Double](repeating: 0, count: v.count)
        for row in 0..<u.count {
            let factor = Double(state[u.lowerBound + row])
            for column in 0..<v.count { next[column] += factor * Double(parameters[place(row, column)]) }
        }
        state.replaceSubrange(v, with: normalized(next))
        state.replaceSubrange(u, with: normalized(product(parameters, state)))
    }

    func sigma(_ parameters: [Float], _ state: [Float]) -> Double {
        zip(u, product(parameters, state)).reduce(0) { $0 + Double(state[$1.0]) * $1.1 }
    }

    /// W v
    private func product(_ parameters: [Float], _ state: [Float]) -> [Double] {
        (0..<u.count).map { row in
            // four sums, or the additions wait for each other
            var sums = SIMD4<Double>.zero
            let whole = v.count & ~3
            for column in stride(from: 0, to: whole, by: 4) {
                let a = SIMD4<Double>(
                    Double(parameters[place(row, column)]), Double(parameters[place(row, column + 1)]),
                    Double(parameters[place(row, column + 2)]), Double(parameters[place(row, column + 3)]))
                let b = SIMD4<Double>(
                    Double(state[v.lowerBound + column]), Double(state[v.lowerBound + column + 1]),
                    Double(state[v.lowerBound + column + 2]), Double(state[v.lowerBound + column + 3]))
                sums += a * b
            }
            for column in whole..<v.count { sums[0] += Double(parameters[place(row, column)]) * Double(state[v.lowerBound + column]) }
            return sums.sum()
        }
    }
}

extension ParameterTensor {
    /// The vectors of the power iteration of this weight: u with one value per output, v with one per input, in the weight's own orders.
    fileprivate func iterationVectors(start: Int, _ outputAxis: Int) -> (u: ParameterTensor, v: ParameterTensor) {
        let outputs = shape[outputAxis]
        var rest = shape
        rest.remove(at: outputAxis)
        let axes = axes.filter { $0 != outputAxis }.map { $0 > outputAxis ? $0 - 1 : $0 }
        let u = ParameterTensor(name: name + "_u", start: start, torchShape: [outputs], shape: [outputs], axes: [0], initial: initial)
        let v = ParameterTensor(
            name: name + "_v", start: u.range.upperBound, torchShape: [count / outputs], shape: rest, axes: axes, initial: initial)
        return (u, v)
    }
}

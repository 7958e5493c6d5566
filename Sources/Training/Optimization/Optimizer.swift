import Numerics

/// A first-order optimiser over the flat parameter vector.
///
/// Each rank runs it on the same reduced gradient, so that the replicas stay equal bit for bit; no operation in it depends on
/// the C library or on the order of threads.
public struct Optimizer: Sendable {
    /// The update rule.
    public enum Rule: Sendable, Hashable {
        /// θ <- θ - η m, m <- μ m + g
        case sgd(momentum: Float)
        /// D. Kingma, J. Ba, arXiv:1412.6980, with ε outside of the root.
        case adam(beta1: Float, beta2: Float, epsilon: Float)
        /// Adam with decoupled weight decay: θ <- θ - η λ θ first (I. Loshchilov, F. Hutter, arXiv:1711.05101).
        case adamW(beta1: Float, beta2: Float, epsilon: Float, weightDecay: Float)
    }

    public let rule: Rule
    /// m, the momentum or first moment.
    public internal(set) var first: [Float]
    /// v, the second moment; empty for SGD.
    public internal(set) var second: [Float]
    /// Updates made so far.
    public internal(set) var updates: Int

    public init(_ rule: Rule, parameters count: Int) {
        self.rule = rule
        first = Array(repeating: 0, count: count)
        second = if case .sgd = rule { [] } else { Array(repeating: 0, count: count) }
        updates = 0
    }

    /// One update in place.
    public mutating func update(_ parameters: inout [Float], gradient: [Float], learningRate: Float) {
        precondition(parameters.count == first.count && gradient.count == first.count, "one gradient for each parameter")
        updates += 1
        switch rule {
        case .sgd(let momentum): sgd(&parameters, gradient, learningRate, momentum)
        case .adam(let beta1, let beta2, let epsilon): adam(&parameters, gradient, learningRate, beta1, beta2, epsilon, decay: 0)
        case .adamW(let beta1, let beta2, let epsilon, let decay):
            adam(&parameters, gradient, learningRate, beta1, beta2, epsilon, decay: decay)
        }
    }

    private mutating func sgd(_ parameters: inout [Float], _ gradient: [Float], _ learningRate: Float, _ momentum: Float) {
        for index in parameters.indices {
            first[index] = momentum * first[index] + gradient[index]
            parameters[index] -= learningRate * first[index]
        }
    }

    private mutating func adam(
        _ parameters: inout [Float], _ gradient: [Float], _ learningRate: Float, _ beta1: Float, _ beta2: Float, _ epsilon: Float,
        decay: Float
    ) {
        let firstScale = Float(learningRate) / Float(1 - integerPower(Double(beta1), updates))
        let secondScale = 1 / Float(1 - integerPower(Double(beta2), updates))
        let keep = 1 - learningRate * decay
        // Plain pointers, all of one length: through the arrays the loop took twice the time.
        let count = parameters.count
        unsafe parameters.withUnsafeMutableBufferPointer { parameters in
            unsafe gradient.withUnsafeBufferPointer { gradient in
                unsafe first.withUnsafeMutableBufferPointer { first in
                    unsafe second.withUnsafeMutableBufferPointer { second in
                        guard count > 0 else { return }
                        let (theta, slope) = (parameters.baseAddress!, gradient.baseAddress!)
                        let (mean, square) = (first.baseAddress!, second.baseAddress!)
                        for index in 0..<count {
                            let g = unsafe slope[index]
                            let m = unsafe beta1 * mean[index] + (1 - beta1) * g
                            let v = unsafe beta2 * square[index] + (1 - beta2) * g * g
                            unsafe mean[index] = m
                            unsafe square[index] = v
                            unsafe theta[index] = keep * theta[index] - firstScale * m / ((v * secondScale).squareRoot() + epsilon)
                        }
                    }
                }
            }
        }
    }
}

/// x to a whole power, by squaring: the same bits everywhere, unlike `pow`.
func integerPower(_ base: Double, _ exponent: Int) -> Double {
    var (result, square, rest) = (1.0, base, exponent)
    while rest > 0 {
        if rest & 1 == 1 { result *= square }
        square *= square
        rest >>= 1
    }
    return result
}

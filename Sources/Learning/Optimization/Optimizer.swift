import Model
import Numerics
import Sampling

/// A first-order optimiser over the flat parameter vector, or over a slice of it.
///
/// Every parameter is updated by itself, so that it has the same bits wherever that is done; no operation in it depends on the C library or on the
/// order of threads.
public struct Optimizer: Sendable {
    /// The update rule.
    public enum Rule: Sendable, Hashable {
        /// θ <- θ - η m, m <- μ m + g + λ θ
        case sgd(momentum: Float, weightDecay: Float = 0)
        /// D. Kingma, J. Ba, arXiv:1412.6980, with ε outside of the root, of the gradient g + λ θ.
        case adam(beta1: Float, beta2: Float, epsilon: Float, weightDecay: Float = 0)
        /// Adam with decoupled weight decay: θ <- θ - η λ θ first (I. Loshchilov, F. Hutter, arXiv:1711.05101).
        case adamW(beta1: Float, beta2: Float, epsilon: Float, weightDecay: Float)
    }

    /// A part of the parameters with a learning rate of its own, such as one of several networks.
    public struct Group: Sendable, Hashable {
        public var range: Range<Int>
        /// The factor of the learning rate.
        public var rate: Float

        public init(_ range: Range<Int>, rate: Float = 1) {
            self.range = range
            self.rate = rate
        }
    }

    public let rule: Rule
    /// The parts of the parameters, in order and without gaps.
    public let groups: [Group]
    /// The parameters that are updated, whose moments are kept.
    public let own: Range<Int>
    /// m, the momentum or first moment, of the own parameters.
    public package(set) var first: [Float]
    /// v, the second moment; empty for SGD.
    public package(set) var second: [Float]
    /// Updates made so far.
    public package(set) var updates: Int

    /// - Parameter own: the parameters that are updated; nil for all.
    public init(_ rule: Rule, groups: [Group], own: Range<Int>? = nil) {
        self.rule = rule
        self.groups = groups
        self.own = own ?? 0..<(groups.last?.range.upperBound ?? 0)
        first = Array(repeating: 0, count: self.own.count)
        second = if case .sgd = rule { [] } else { Array(repeating: 0, count: self.own.count) }
        updates = 0
    }

    /// One update in place.
    /// - Parameters:
    ///   - parameters: all; the own ones change.
    ///   - gradient: of the own ones.
    public mutating func update(_ parameters: inout [Float], gradient: [Float], learningRate: Float) {
        precondition(parameters.count >= own.upperBound && gradient.count == own.count, "one gradient for each parameter")
        updates += 1
        for group in groups { update(&parameters, gradient, group.range.clamped(to: own), group.rate * learningRate) }
    }

    private mutating func update(_ parameters: inout [Float], _ gradient: [Float], _ range: Range<Int>, _ learningRate: Float) {
        switch rule {
        case .sgd(let momentum, let decay): sgd(&parameters, gradient, range, learningRate, momentum, decay)
        case .adam(let beta1, let beta2, let epsilon, let decay):
            adam(&parameters, gradient, range, learningRate, beta1, beta2, epsilon, coupledDecay: decay, decoupledDecay: 0)
        case .adamW(let beta1, let beta2, let epsilon, let decay):
            adam(&parameters, gradient, range, learningRate, beta1, beta2, epsilon, coupledDecay: 0, decoupledDecay: decay)
        }
    }

    private mutating func sgd(
        _ parameters: inout [Float], _ gradient: [Float], _ range: Range<Int>, _ learningRate: Float, _ momentum: Float, _ decay: Float
    ) {
        for index in range {
            let place = index - own.lowerBound
            first[place] = momentum * first[place] + (gradient[place] + decay * parameters[index])
            parameters[index] -= learningRate * first[place]
        }
    }

    private mutating func adam(
        _ parameters: inout [Float], _ gradient: [Float], _ range: Range<Int>, _ learningRate: Float, _ beta1: Float, _ beta2: Float,
        _ epsilon: Float,
        coupledDecay: Float, decoupledDecay: Float
    ) {
        let firstScale = learningRate / Float(1 - integerPower(Double(beta1), updates))
        let secondScale = 1 / Float(1 - integerPower(Double(beta2), updates))
        let keep = 1 - learningRate * decoupledDecay
        forEachLanes(&parameters, gradient, range) { theta, g, m, v in
            let g = g + coupledDecay * theta
            m = beta1 * m + (1 - beta1) * g
            v = beta2 * v + (1 - beta2) * g * g
            theta = keep * theta - firstScale * m / ((v * secondScale).squareRoot() + epsilon)
        }
    }

    private typealias Lanes = SIMD16<Float>

    /// Lets `body` change parameters and both moments, sixteen neighbours at a time; the bits are those of one at a time.
    @inline(__always)
    private mutating func forEachLanes(
        _ parameters: inout [Float], _ gradient: [Float], _ range: Range<Int>,
        _ body: (_ theta: inout Lanes, _ g: Lanes, _ m: inout Lanes, _ v: inout Lanes) -> Void
    ) {
        let whole = range.lowerBound + (range.count & ~15)
        for start in stride(from: range.lowerBound, to: whole, by: 16) {
            let place = start - own.lowerBound
            var (theta, m, v) = (parameters.lanes(at: start), first.lanes(at: place), second.lanes(at: place))
            body(&theta, gradient.lanes(at: place), &m, &v)
            parameters.setLanes(theta, at: start)
            first.setLanes(m, at: place)
            second.setLanes(v, at: place)
        }
        for index in whole..<range.upperBound {
            let place = index - own.lowerBound
            var (theta, m, v) = (Lanes(repeating: parameters[index]), Lanes(repeating: first[place]), Lanes(repeating: second[place]))
            body(&theta, Lanes(repeating: gradient[place]), &m, &v)
            (parameters[index], first[place], second[place]) = (theta[0], m[0], v[0])
        }
    }
}

extension [Float] {
    /// The sixteen values from `start` on.
    @inline(__always)
    fileprivate func lanes(at start: Int) -> SIMD16<Float> {
        precondition(start >= 0 && start + 16 <= count, "sixteen values from \(start) on, of \(count)")
        return unsafe withUnsafeBytes { unsafe $0.loadUnaligned(fromByteOffset: 4 * start, as: SIMD16<Float>.self) }
    }

    @inline(__always)
    fileprivate mutating func setLanes(_ lanes: SIMD16<Float>, at start: Int) {
        precondition(start >= 0 && start + 16 <= count, "sixteen values from \(start) on, of \(count)")
        unsafe withUnsafeMutableBytes { unsafe $0.storeBytes(of: lanes, toByteOffset: 4 * start, as: SIMD16<Float>.self) }
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

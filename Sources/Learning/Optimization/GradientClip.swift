import Numerics

/// Limits on the reduced gradient before the optimiser sees it.
public struct GradientClip: Sendable, Hashable {
    /// The gradient of each of the optimiser's groups is scaled down to this Euclidean norm.
    public var norm: Float?
    /// Each element is clipped to ±sigma·√v̂, with Adam's second moment v̂ as it was before this step (IGEBM, arXiv:1903.08689: 3).
    public var sigma: Float?

    public init(norm: Float? = nil, sigma: Float? = nil) {
        self.norm = norm
        self.sigma = sigma
    }

    /// Clips in place.
    /// - Returns: the norm of the whole gradient before clipping.
    public func apply(to gradient: inout [Float], optimizer: Optimizer) -> Double {
        let before = Self.norm(of: gradient[...])
        if let sigma { clipElements(&gradient, optimizer, sigma) }
        if let norm {
            for group in optimizer.groups { clipNorm(&gradient, group.range, norm) }
        }
        return before
    }

    /// The Euclidean norm, summed in Double in index order.
    public static func norm(of gradient: ArraySlice<Float>) -> Double {
        var sums = SIMD8<Double>.zero
        let whole = gradient.startIndex + gradient.count / 8 * 8
        for start in stride(from: gradient.startIndex, to: whole, by: 8) {
            for lane in 0..<8 {
                let value = Double(gradient[start + lane])
                sums[lane] += value * value
            }
        }
        for index in whole..<gradient.endIndex { sums[0] += Double(gradient[index]) * Double(gradient[index]) }
        return sums.sum().squareRoot()
    }

    private func clipNorm(_ gradient: inout [Float], _ range: Range<Int>, _ limit: Float) {
        let norm = Self.norm(of: gradient[range])
        guard norm > Double(limit) else { return }
        let factor = Float(Double(limit) / norm)
        for index in range { gradient[index] *= factor }
    }

    private func clipElements(_ gradient: inout [Float], _ optimizer: Optimizer, _ sigma: Float) {
        guard optimizer.updates > 0, case .some(let beta2) = optimizer.rule.beta2 else { return }
        let scale = 1 / Float(1 - integerPower(Double(beta2), optimizer.updates))
        for index in gradient.indices {
            let limit = sigma * (optimizer.second[index] * scale).squareRoot() + Float.leastNormalMagnitude
            gradient[index] = max(-limit, min(limit, gradient[index]))
        }
    }
}

extension Optimizer.Rule {
    /// The decay of the second moment; nil where there is none.
    package var beta2: Float? {
        switch self {
        case .sgd: nil
        case .adam(_, let beta2, _, _), .adamW(_, let beta2, _, _): beta2
        }
    }
}

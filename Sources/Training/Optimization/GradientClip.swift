import Numerics

/// Limits on the reduced gradient before the optimiser sees it.
public struct GradientClip: Sendable, Hashable {
    /// The whole gradient is scaled down to this Euclidean norm.
    public var norm: Float?
    /// Each element is clipped to ±sigma·√v̂, with Adam's second moment v̂ as it was before this step (IGEBM, arXiv:1903.08689: 3).
    public var sigma: Float?

    public init(norm: Float? = nil, sigma: Float? = nil) {
        self.norm = norm
        self.sigma = sigma
    }

    /// Clips in place.
    /// - Returns: the norm before clipping.
    public func apply(to gradient: inout [Float], optimizer: Optimizer) -> Double {
        let before = Self.norm(of: gradient)
        if let sigma { clipElements(&gradient, optimizer, sigma) }
        if let norm { clipNorm(&gradient, norm) }
        return before
    }

    /// The Euclidean norm, summed in Double in index order.
    public static func norm(of gradient: [Float]) -> Double {
        var sums = SIMD8<Double>.zero
        let whole = gradient.count / 8 * 8
        for start in stride(from: 0, to: whole, by: 8) {
            for lane in 0..<8 {
                let value = Double(gradient[start + lane])
                sums[lane] += value * value
            }
        }
        for index in whole..<gradient.count { sums[0] += Double(gradient[index]) * Double(gradient[index]) }
        return sums.sum().squareRoot()
    }

    private func clipNorm(_ gradient: inout [Float], _ limit: Float) {
        let norm = Self.norm(of: gradient)
        guard norm > Double(limit) else { return }
        let factor = Float(Double(limit) / norm)
        for index in gradient.indices { gradient[index] *= factor }
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

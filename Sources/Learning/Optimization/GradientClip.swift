import Failures
import Numerics

/// Limits on the reduced gradient before the optimiser sees it.
public struct GradientClip: Sendable, Hashable {
    /// The gradient of each of the optimiser's groups is scaled down to this Euclidean norm.
    public var norm: Float?
    /// Each element is clipped to ±(sigma·√v̂ + margin), with Adam's second moment v̂ as it was before this step, 0 before the first (IGEBM,
    /// arXiv:1903.08689, has 3 and .1). Without a margin the first step is not clipped.
    public var sigma: Float?
    public var margin: Float

    public init(norm: Float? = nil, sigma: Float? = nil, margin: Float = 0) {
        self.norm = norm
        self.sigma = sigma
        self.margin = margin
    }

    /// Clips the gradient of the optimiser's own parameters in place.
    /// - Parameter share: makes of sums that are 0 where they are not known here those of all parameters; collective, where parameters lie on several
    ///   ranks.
    /// - Returns: the norm of the whole gradient before clipping.
    public func apply(
        to gradient: inout [Float], optimizer: Optimizer, share: (inout [Double]) throws(Failure) -> Void = { (_) throws(Failure) in }
    ) throws(Failure) -> Double {
        var squares = try Self.squares(gradient, optimizer, share)
        let before = squares.norm
        if let sigma {
            clipElements(&gradient, optimizer, sigma)
            if norm != nil { squares = try Self.squares(gradient, optimizer, share) }
        }
        if let norm {
            for (number, group) in optimizer.groups.enumerated() {
                let norms = (found: squares.norm(ofGroup: number), limit: Double(norm))
                guard norms.found > norms.limit else { continue }
                let factor = Float(norms.limit / norms.found)
                for index in group.range.clamped(to: optimizer.own) { gradient[index - optimizer.own.lowerBound] *= factor }
            }
        }
        return before
    }

    private static func squares(
        _ gradient: [Float], _ optimizer: Optimizer, _ share: (inout [Double]) throws(Failure) -> Void
    ) throws(Failure) -> SquareSums {
        var squares = SquareSums(optimizer.groups.map(\.range))
        squares.add(gradient, at: optimizer.own)
        try share(&squares.values)
        return squares
    }

    private func clipElements(_ gradient: inout [Float], _ optimizer: Optimizer, _ sigma: Float) {
        guard optimizer.updates > 0 || margin > 0, case .some(let beta2) = optimizer.rule.beta2 else { return }
        let scale = optimizer.updates == 0 ? 0 : 1 / Float(1 - integerPower(Double(beta2), optimizer.updates))
        for index in gradient.indices {
            let limit = sigma * (optimizer.second[index] * scale).squareRoot() + max(margin, Float.leastNormalMagnitude)
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

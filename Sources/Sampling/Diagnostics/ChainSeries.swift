/// One number of several chains over time, such as the energy: chains x draws, chain by chain.
public struct ChainSeries: Sendable, Hashable {
    public let chains: Int
    public let draws: Int
    /// Draw t of chain c at c draws + t.
    public var values: [Double]

    public init(chains: Int, draws: Int, _ values: [Double]) {
        precondition(chains >= 1 && draws >= 0 && values.count == chains * draws, "\(values.count) values for \(chains) x \(draws)")
        self.chains = chains
        self.draws = draws
        self.values = values
    }

    /// The values of one chain.
    public func chain(_ index: Int) -> ArraySlice<Double> { values[index * draws..<(index + 1) * draws] }

    /// Draws of a chain from which R-hat and effective sample sizes can be told. A half of fewer draws has no lag whose correlation could be summed:
    /// its draws would pass for independent ones, however much they depend on each other.
    public static let fewestDraws = 10

    public var isLongEnough: Bool { draws >= Self.fewestDraws }

    /// Whether no value is NaN or infinite.
    public var isFinite: Bool { values.allSatisfy { $0.isFinite } }

    /// Whether all values are the same: nothing can be told from them.
    public var isConstant: Bool { values.allSatisfy { $0 == values[0] } }

    /// Each chain cut into halves, twice the chains: a chain that drifts disagrees with itself. The middle draw of an odd number is left out.
    public var split: ChainSeries {
        let half = draws / 2
        let halves = (0..<chains).flatMap { Array(chain($0).prefix(half)) + Array(chain($0).suffix(half)) }
        return ChainSeries(chains: 2 * chains, draws: half, halves)
    }

    /// |x - median|: differences in scale become differences in location.
    public var folded: ChainSeries {
        let median = quantile(0.5)
        return ChainSeries(chains: chains, draws: draws, values.map { abs($0 - median) })
    }

    /// 1 where x <= limit, else 0.
    public func indicator(atMost limit: Double) -> ChainSeries {
        ChainSeries(chains: chains, draws: draws, values.map { $0 <= limit ? 1 : 0 })
    }

    /// The value with a share p of all values below it, interpolated linearly between neighbours.
    public func quantile(_ p: Double) -> Double {
        let sorted = values.sorted()
        guard let last = sorted.indices.last else { return .nan }
        let place = p * Double(last)
        let index = min(Int(place), last)
        let above = sorted[min(index + 1, last)]
        return sorted[index] + (place - Double(index)) * (above - sorted[index])
    }

    /// z = Φ⁻¹((r - 3/8) / (N + 1/4)), r the rank of a value among all N, the mean of the ranks where values are equal.
    ///
    /// What is computed from z does not depend on the scale of x and needs no moments of x.
    /// Source: A. Vehtari et al., arXiv:1903.08008, section 4 (G. Blom's offset).
    public var rankNormalised: ChainSeries {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var scores = [Double](repeating: 0, count: values.count)
        var first = 0
        while first < order.count {
            var end = first + 1
            while end < order.count, values[order[end]] == values[order[first]] { end += 1 }
            let rank = Double(first + 1 + end) / 2
            let score = NormalQuantile.of((rank - 0.375) / (Double(order.count) + 0.25))
            for place in first..<end { scores[order[place]] = score }
            first = end
        }
        return ChainSeries(chains: chains, draws: draws, scores)
    }
}

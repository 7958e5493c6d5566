/// Which values of a site are next to each other.
public enum SiteOrder: Hashable, Sendable {
    /// None: one is as near to a value as any other.
    case none
    /// The first so many, along a path; those behind them stand beside it.
    case path(Int)
}

/// What becomes of a site in a time t: a symmetric matrix of transitions Q, of which one uniform number draws.
///
/// - Without an order a value stays with probability e^(-t), and else becomes any of the K, itself among them.
/// - Along a path it walks to a neighbor at the rate 1 and is reflected at both ends: the heat kernel
///   Q(a, b) = 1/K + (2/K) Σ_{p=1}^{K-1} exp(2t (cos(πp/K) - 1)) cos((2a - 1)πp/2K) cos((2b - 1)πp/2K), a and b from 1 to K.
/// - Beside values that are no part of the path it does so with probability e^(-t), those others staying, and else becomes any of all.
///
/// Nothing of the size K² is stored: a walk on all whole numbers is folded back at the ends.
///
/// Source: T. Schröder, Z. Ou, Y. Li, A. Duncan, arXiv:2412.01019.
public struct SiteDiffusion: Hashable, Sendable {
    private let count: Int
    private let order: SiteOrder
    /// e^(-t)
    private let stay: Float
    /// Of the walk on all whole numbers: the probabilities that it ends at most at -reach, ..., reach.
    private let walk: [Float]

    /// - Parameter time: t, above 0.
    public init(count: Int, order: SiteOrder, time: Double) {
        (self.count, self.order) = (count, order)
        stay = Float(PortableLogarithm.exponential(-time))
        if case .path = order { walk = Self.cumulativeWalk(time) } else { walk = [] }
    }

    /// - Parameter uniform: in (0, 1).
    public func value(after value: Int, _ uniform: Float) -> Int {
        switch order {
        case .path(count): return walked(value, count, uniform)
        case .none, .path:
            guard uniform < stay else { return min(count - 1, Int(Float(count) * ((uniform - stay) / (1 - stay)))) }
            guard case .path(let length) = order, value < length else { return value }
            return walked(value, length, uniform / stay)
        }
    }

    private func walked(_ value: Int, _ length: Int, _ uniform: Float) -> Int {
        let place = walk.firstIndex { uniform < $0 } ?? walk.count - 1
        let turn = 2 * length
        let unfolded = ((value + place - walk.count / 2) % turn + turn) % turn
        return unfolded < length ? unfolded : turn - 1 - unfolded
    }

    /// Steps to the right are as many as a Poisson number of mean t, and so are those to the left.
    private static func cumulativeWalk(_ time: Double) -> [Float] {
        var (part, doublings) = (time, 0)
        while part > 1 { (part, doublings) = (part / 2, doublings + 1) }
        var steps = [1.0]
        for count in 1...24 { steps.append(steps[count - 1] * part / Double(count)) }
        var walk = trimmed(sumOfBoth(steps.reversed(), steps))
        for _ in 0..<doublings { walk = trimmed(sumOfBoth(walk, walk)) }
        let total = walk.reduce(0, +)
        var sum = 0.0
        return walk.map { probability in
            sum += probability / total
            return Float(sum)
        }
    }

    /// The law of the sum of two independent numbers.
    private static func sumOfBoth(_ first: [Double], _ second: [Double]) -> [Double] {
        var sums = [Double](repeating: 0, count: first.count + second.count - 1)
        for (place, one) in first.enumerated() { for (other, two) in second.enumerated() { sums[place + other] += one * two } }
        return sums
    }

    /// With the sum 1, without ends that no uniform number reaches, as many on either side.
    private static func trimmed(_ law: [Double]) -> [Double] {
        let total = law.reduce(0, +)
        let cut = law.firstIndex { $0 > 1e-13 * total } ?? 0
        return law[cut..<law.count - cut].map { $0 / total }
    }
}

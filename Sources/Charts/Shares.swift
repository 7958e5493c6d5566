/// How a whole is divided among a few parts over time, thinned by adding up: no part of the whole is lost.
package struct Shares: Sendable {
    private struct Amounts: Stretch {
        var x: Double
        var amounts: [Double]

        mutating func join(_ later: Amounts) {
            x = later.x
            for part in amounts.indices { amounts[part] += later.amounts[part] }
        }
    }

    package let parts: [String]
    private var amounts: Thinned<Amounts>
    /// Of each part, over the whole time.
    package private(set) var totals: [Double]

    package init(_ parts: [String], limit: Int = 120) {
        self.parts = parts
        amounts = Thinned(limit: limit)
        totals = parts.map { _ in 0 }
    }

    /// - Parameters:
    ///   - x: where the stretch ends that the amounts are of.
    ///   - values: of each part; negative ones and those that are not finite count as 0.
    package mutating func append(_ x: Double, _ values: [Double]) {
        precondition(values.count == parts.count, "\(values.count) amounts of \(parts.count) parts")
        let values = values.map { $0.isFinite && $0 > 0 ? $0 : 0 }
        amounts.append(Amounts(x: x, amounts: values))
        for part in parts.indices { totals[part] += values[part] }
    }

    /// The shares of each stretch, with the x at which it ends; stretches of nothing are left out.
    package var stretches: [(x: Double, shares: [Double])] {
        amounts.stretches.compactMap { stretch in
            let whole = stretch.amounts.reduce(0, +)
            return whole > 0 ? (stretch.x, stretch.amounts.map { $0 / whole }) : nil
        }
    }
}

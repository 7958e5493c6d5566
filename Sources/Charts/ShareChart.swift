/// How the time of each stretch of a training is divided among its phases.
package struct ShareChart: Sendable {
    private let title: String
    private let note: String
    private let shares: Shares
    /// The parts that take any time, the largest first.
    private let parts: [Int]

    package init(_ title: String, _ note: String, _ shares: Shares) {
        (self.title, self.note, self.shares) = (title, note, shares)
        parts = shares.parts.indices.filter { shares.totals[$0] > 0 }.sorted { shares.totals[$0] > shares.totals[$1] }
    }

    private func colour(_ place: Int) -> Colour { .numbered(place) }

    var svg: HTML {
        let stretches = shares.stretches
        guard let last = stretches.last?.x, last > 0 else { return .empty }
        let frame = Frame(x: Axis(0...last, isTight: true), y: Axis(0...1, ticks: 4))
        // From the left edge: the first stretch begins where nothing has been measured yet.
        let columns = [(x: 0.0, shares: stretches[0].shares)] + stretches
        var floor = columns.map { _ in 0.0 }
        let areas = parts.enumerated().map { place, part -> HTML in
            let top = columns.indices.map { floor[$0] + columns[$0].shares[part] }
            let upper = columns.indices.map { frame.point(columns[$0].x, top[$0]) }
            let lower = columns.indices.reversed().map { frame.point(columns[$0].x, floor[$0]) }
            floor = top
            return HTML("path", ["class": "area \(colour(place).name)", "d": "M" + (upper + lower).joined(separator: "L") + "Z"], [])
        }
        return frame.svg(title, areas)
    }

    package var card: HTML {
        let whole = shares.totals.reduce(0, +)
        guard whole > 0 else { return .empty }
        let keys = parts.enumerated().map { (shares.parts[$1], colour($0), Numeral.percent(shares.totals[$1] / whole)) }
        return ChartCard.markup(title: title, note: note, keys: keys, svg: svg, data: nil)
    }
}

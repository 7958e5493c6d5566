import Foundation

/// Bins of equal width over a range, and how many values lie in each.
package struct Bins: Sendable, Hashable {
    package let range: ClosedRange<Double>
    package let count: Int

    /// - Parameter count: at least 1; the range has a length.
    package init(_ range: ClosedRange<Double>, count: Int) {
        precondition(count >= 1 && range.upperBound > range.lowerBound, "\(count) bins over \(range)")
        (self.range, self.count) = (range, count)
    }

    /// Bins for several series together: as wide as the rule of Freedman and Diaconis (doi:10.1007/BF01025868) has them for the narrowest of them, from
    /// `fewest` to `most`; nil where no value is finite.
    package init?(of series: [[Double]], fewest: Int = 16, most: Int = 64) {
        let finite = series.map { $0.filter(\.isFinite) }.filter { !$0.isEmpty }
        guard let low = finite.compactMap({ $0.min() }).min(), let high = finite.compactMap({ $0.max() }).max() else { return nil }
        let reach = high > low ? 0 : max(1e-6, abs(low) * 0.05)
        let range = (low - reach)...(high + reach)
        let widths = finite.map { values -> Double in
            let sorted = values.sorted()
            let quarter = sorted.count / 4
            return 2 * (sorted[sorted.count - 1 - quarter] - sorted[quarter]) / cbrt(Double(sorted.count))
        }
        let width = widths.filter { $0 > 0 }.min() ?? 0
        let wanted = width > 0 ? min(Double(most), ((range.upperBound - range.lowerBound) / width).rounded(.up)) : Double(fewest)
        self.init(range, count: max(fewest, Int(wanted)))
    }

    /// The edges, one more than bins.
    package var edges: [Double] {
        (0...count).map { range.lowerBound + (range.upperBound - range.lowerBound) * Double($0) / Double(count) }
    }

    /// The share of the finite values in each bin; what lies outside of the range is in no bin.
    package func shares(of values: [Double]) -> [Double] {
        var counts = [Double](repeating: 0, count: count)
        var total = 0.0
        for value in values where value.isFinite {
            total += 1
            guard range.contains(value) else { continue }
            let place = (value - range.lowerBound) / (range.upperBound - range.lowerBound) * Double(count)
            counts[min(count - 1, Int(place))] += 1
        }
        return counts.map { total > 0 ? $0 / total : 0 }
    }
}

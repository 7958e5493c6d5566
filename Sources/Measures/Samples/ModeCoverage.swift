import Datasets

/// Which modes of a mixture of separate Gaussians a set of samples has found.
///
/// A sample belongs to a mode when it lies within three standard deviations of its centre: 98.9 % of the mode's mass. A mode is covered when
/// at least a tenth of its fair share of all samples, and at least one, belongs to it.
public struct ModeCoverage: Codable, Hashable, Sendable {
    public let modes: Int
    public let covered: Int
    /// Samples within 3 sd that a mode needs to be covered.
    public let threshold: Int
    public let samples: Int
    /// Samples within 3 sd of each centre, in the order of the density's modes.
    public let counts: [Int]
    /// The share of samples within 3 sd of any mode; .989 for samples of the density itself.
    public let nearShare: Double
    /// Where both lie by chance in the choice of samples; absent where nobody asked.
    public let intervals: Intervals?

    /// Of the values of the same names.
    public struct Intervals: Codable, Hashable, Sendable {
        public let covered: Interval
        public let nearShare: Interval
    }

    /// Samples within 3 sd that a mode needs to be covered: a tenth of its fair share, and one.
    package static func threshold(samples: Int, modes: Int) -> Int { max(1, samples / (10 * modes)) }

    /// - Parameters:
    ///   - points: x, y, x, y, ...
    ///   - bootstrap: what intervals are of, for independent samples; nil: none.
    /// - Returns: nil for a density without separate modes, and for no samples.
    package init?(of points: [Float], in density: PlaneDensity, _ bootstrap: Bootstrap? = nil) {
        precondition(points.count % 2 == 0, "points are pairs")
        guard let (centres, deviation) = density.modes, !points.isEmpty else { return nil }
        let places = stride(from: 0, to: points.count, by: 2).map { index -> Int? in
            let (mode, squaredDistance) = centres.nearest(to: SIMD2(points[index], points[index + 1]))
            return squaredDistance <= 9 * deviation * deviation ? mode : nil
        }
        let total = places.count
        let needed = Self.threshold(samples: total, modes: centres.count)
        func tally(_ counts: [Int]) -> [Int] {
            zip(places, counts).reduce(into: [Int](repeating: 0, count: centres.count)) { sums, part in
                if let mode = part.0 { sums[mode] += part.1 }
            }
        }
        func values(_ counts: [Int]) -> [Double] {
            let sums = tally(counts)
            return [Double(sums.count { $0 >= needed }), Double(sums.reduce(0, +)) / Double(total)]
        }
        let own = [Int](repeating: 1, count: total)
        (modes, threshold, samples, counts) = (centres.count, needed, total, tally(own))
        (covered, nearShare) = (counts.count { $0 >= needed }, values(own)[1])
        intervals = bootstrap.map { bootstrap in
            let found = bootstrap.estimates(rows: total, values)
            return Intervals(covered: found[0].interval, nearShare: found[1].interval)
        }
    }
}

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

    /// Samples within 3 sd that a mode needs to be covered: a tenth of its fair share, and one.
    package static func threshold(samples: Int, modes: Int) -> Int { max(1, samples / (10 * modes)) }

    /// - Parameter points: x, y, x, y, ...
    /// - Returns: nil for a density without separate modes, and for no samples.
    public init?(of points: [Float], in density: PlaneDensity) {
        precondition(points.count % 2 == 0, "points are pairs")
        guard let (centres, deviation) = density.modes, !points.isEmpty else { return nil }
        var counts = [Int](repeating: 0, count: centres.count)
        for index in stride(from: 0, to: points.count, by: 2) {
            let (mode, squaredDistance) = centres.nearest(to: SIMD2(points[index], points[index + 1]))
            if squaredDistance <= 9 * deviation * deviation { counts[mode] += 1 }
        }
        let total = points.count / 2
        let needed = Self.threshold(samples: total, modes: centres.count)
        modes = centres.count
        covered = counts.count { $0 >= needed }
        threshold = needed
        samples = total
        self.counts = counts
        nearShare = Double(counts.reduce(0, +)) / Double(total)
    }
}

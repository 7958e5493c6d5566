import Foundation
import Numerics
import Sampling

/// Where numbers lie: their mean and standard deviation.
package struct Spread: Sendable, Hashable {
    package let mean: Double
    package let deviation: Double

    package init(mean: Double, deviation: Double) { (self.mean, self.deviation) = (mean, deviation) }

    /// Of some numbers; the deviation divides by their count.
    package init(of values: some Collection<Double>) {
        let count = Double(max(1, values.count))
        let mean = values.reduce(0, +) / count
        self.init(mean: mean, deviation: (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot())
    }

    /// The root mean square distance from a place.
    package func distance(from place: Double) -> Double { ((mean - place) * (mean - place) + deviation * deviation).squareRoot() }

    /// (m - m')² + (s - s')²: the squared 2-Wasserstein distance of two normal distributions.
    package func squaredDistance(to other: Spread) -> Double {
        (mean - other.mean) * (mean - other.mean) + (deviation - other.deviation) * (deviation - other.deviation)
    }

    /// `12.3 +- 0.5`.
    package var text: String { "\(Self.short(mean)) +- \(Self.short(deviation))" }

    /// Three digits, all those before the point of numbers below ten million.
    package static func short(_ value: Double) -> String { String(format: (100..<1e7).contains(abs(value)) ? "%.0f" : "%.3g", value) }
}

extension Estimate {
    /// `0.512 (0.48 to 0.544)`, for tables whose head says what stands in brackets.
    package var short: String { "\(Spread.short(value)) (\(Spread.short(interval.low)) to \(Spread.short(interval.high)))" }
}

extension DiscreteSite {
    /// Σ over its coordinates of the means of numbers and of their squares, all values alike often.
    fileprivate var meanSums: (Double, Double) {
        guard !isOneHot else { return (1, 1) }
        return (0..<count).reduce((0, 0)) { sum, index in
            value(index).reduce(sum) { ($0.0 + Double($1) / Double(count), $0.1 + Double($1) * Double($1) / Double(count)) }
        }
    }
}

extension NoiseDistribution {
    /// Of a value of the noise.
    package var spread: Spread {
        switch self {
        case .uniform(let range):
            let (low, high) = (Double(range.lowerBound), Double(range.upperBound))
            return Spread(mean: (low + high) / 2, deviation: (high - low) / 12.0.squareRoot())
        case .gaussian(let deviation): return Spread(mean: 0, deviation: Double(deviation))
        // Those of the sites.
        case .onSites(let sites, _):
            let width = Double(sites.reduce(0) { $0 + $1.coordinates.count })
            let (mean, square) = sites.reduce((0, 0)) { sum, site in
                let (ofValues, ofSquares) = site.meanSums
                return (sum.0 + ofValues / width, sum.1 + ofSquares / width)
            }
            return Spread(mean: mean, deviation: max(0, square - mean * mean).squareRoot())
        }
    }
}

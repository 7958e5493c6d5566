import Foundation
import Numerics

/// Smoothing of images with a Gaussian window, the simplest denoiser: every value becomes the mean of its neighbours in the same channel with the
/// weights exp(-r²/(2 s²)), r in pixels, s the width; beyond the edge there are no neighbours.
package struct GaussianFilter {
    /// s, in pixels
    package let width: Double
    package let shape: ImageShape
    /// The weights at the distances 0, 1, ...; those of less than 1e-4 of the greatest are left out.
    private let weights: [Double]

    package init(width: Double, shape: ImageShape) {
        (self.width, self.shape) = (width, shape)
        let reach = Int((width * 4.3).rounded(.down))
        weights = (0...reach).map { Foundation.exp(-Double($0 * $0) / (2 * width * width)) }
    }

    /// Widths that are tried, in pixels: a tenth more from one to the next.
    static let widths = (0..<32).map { 0.2 * Foundation.pow(1.1, Double($0)) }

    /// The filter whose estimates of the clean rows have the least squared error.
    package static func best(for noised: Matrix, clean: Matrix, shape: ImageShape) -> GaussianFilter {
        let filters = widths.map { GaussianFilter(width: $0, shape: shape) }
        let errors = filters.map { DenoisingErrors.squares($0.apply(noised), clean).reduce(0, +) }
        let best = errors.indices.reduce(0) { errors[$1] < errors[$0] ? $1 : $0 }
        return filters[best]
    }

    /// Rows x shape.
    package func apply(_ rows: Matrix) -> Matrix {
        let smoothed = Matrix(rows: rows.rows, columns: rows.columns)
        for row in 0..<rows.rows {
            let values = rows.rows(row..<row + 1).values.map { Double($0) }
            let lines = smooth(values, count: shape.width, stride: shape.channels)
            let both = smooth(lines, count: shape.height, stride: shape.width * shape.channels)
            smoothed.rows(row..<row + 1).copy(from: Matrix(rows: 1, columns: rows.columns, both.map { Float($0) }))
        }
        return smoothed
    }

    /// Along one axis: neighbours are `stride` values apart, `count` in a line.
    private func smooth(_ values: [Double], count: Int, stride: Int) -> [Double] {
        values.indices.map { index in
            let place = index / stride % count
            let (below, above) = (min(place, weights.count - 1), min(count - 1 - place, weights.count - 1))
            var (sum, total) = (0.0, 0.0)
            for offset in -below...above {
                sum += weights[abs(offset)] * values[index + offset * stride]
                total += weights[abs(offset)]
            }
            return sum / total
        }
    }
}

import Foundation
import Numerics

/// The peak signal-to-noise ratio: 10 log10(peak² / mean squared error), the mean being over all rows and values.
enum DenoisingErrors {
    /// Σ (estimate - clean)² over a tile, in order.
    static func total(_ estimate: Matrix, _ clean: Matrix) -> Double {
        let difference = Matrix(rows: clean.rows, columns: clean.columns)
        difference.combine(estimate, clean) { $0 - $1 }
        return difference.squaredNorm
    }

    /// In decibels.
    static func ratio(total: Double, count: Int, peak: Double) -> Double {
        10 * Foundation.log10(peak * peak * Double(count) / total)
    }
}

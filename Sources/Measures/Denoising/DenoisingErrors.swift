import Foundation
import Numerics

/// The peak signal-to-noise ratio: 10 log10(peak² / mean squared error), the mean being over all rows and values.
enum DenoisingErrors {
    /// Σ (estimate - clean)² over the values of each row.
    static func squares(_ estimate: Matrix, _ clean: Matrix) -> [Double] {
        let difference = Matrix(rows: clean.rows, columns: clean.columns)
        difference.combine(estimate, clean) { $0 - $1 }
        return (0..<clean.rows).map { difference.rows($0..<$0 + 1).squaredNorm }
    }

    /// In decibels.
    /// - Parameters:
    ///   - total: of the squares of all rows.
    ///   - count: of values.
    static func ratio(total: Double, count: Int, peak: Double) -> Double {
        10 * Foundation.log10(peak * peak * Double(count) / total)
    }
}

import Distributed
import Failures
import Foundation

/// The squared kernelised Stein discrepancy of rows from a density of which only the score s = ∇ log p is known: 0 where the rows are draws of it.
///
/// The mean over pairs of different rows of
///
///     s(x)·s(y) k + s(x)·∇_y k + s(y)·∇_x k + tr ∇_x ∇_y k,   k(x, y) = (c² + |x - y|²)^(-1/2),
///
/// the inverse multiquadric kernel, for which the discrepancy sees rows that run off (J. Gorham, L. Mackey, arXiv:1703.01717); the U-statistic is that of
/// Q. Liu, J. Lee, M. Jordan, arXiv:1602.03253, and K. Chwialkowski et al., arXiv:1602.02964. No normalising constant is needed. It hardly sees how much mass
/// modes have that lie far apart.
package enum SteinDiscrepancy {
    /// Collective. With an interval by the bootstrap over rows; the same bits on any number of ranks.
    /// - Parameters:
    ///   - scores: ∇ log p of each row.
    ///   - scale: c, in units of the rows.
    package static func estimate(
        _ rows: KernelRows, scores: KernelRows, scale: Double, _ bootstrap: Bootstrap = Bootstrap(), communicator: any Communicator
    ) throws(Failure) -> Estimate {
        precondition(
            rows.rows >= 2 && rows.rows == scores.rows && rows.dimension == scores.dimension, "a score for each of two rows or more")
        let own = (0..<rows.rows).map { row in
            (row * rows.dimension..<(row + 1) * rows.dimension).reduce(0.0) { $0 + rows.values[$1] * scores.values[$1] }
        }
        let counts = KernelMeans.Counts(rows: rows.rows, bootstrap, set: 0)
        let values = try KernelMeans.within(counts, communicator) { part in
            let distances = rows.squaredDistances(part, to: rows)
            let (ss, sx, xs) = (scores.products(part, with: scores), scores.products(part, with: rows), rows.products(part, with: scores))
            var kernel = [Double](repeating: 0, count: distances.count)
            for (place, row) in part.enumerated() {
                for column in 0..<rows.rows {
                    let index = place * rows.rows + column
                    let q = 1 / (scale * scale + distances[index])
                    let root = q.squareRoot()
                    // (x - y)·(s(y) - s(x))
                    let along = xs[index] - own[column] - own[row] + sx[index]
                    kernel[index] =
                        root * (ss[index] + q * (Double(rows.dimension) - along) - 3 * q * q * distances[index])
                }
            }
            return kernel
        }
        return Estimate(values[0], bootstrap.interval(of: values[0], resampled: Array(values[1...])))
    }
}

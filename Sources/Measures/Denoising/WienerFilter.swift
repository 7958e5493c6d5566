import Failures
import Numerics

/// The best linear estimate of rows that noise was added to: x^ = y - σ² (C + σ² I)⁻¹ (y - m), m and C mean and covariance of other rows.
///
/// It is the mean of x given y where x is Gaussian, and the mark that a learned energy has to beat. (N. Wiener, 1949.)
package struct WienerFilter {
    /// Rows from which mean and covariance are taken, at most.
    package static let rowLimit = 20_000
    /// Above so many values a row has no covariance that fits.
    static let greatestDimension = 4096
    private static let rowsPerChunk = 256

    private let moments: GaussianMoments

    /// - Parameters:
    ///   - rows: how many there are, at least two.
    ///   - read: some of the rows, rows x dimension.
    package init(rows: Int, dimension: Int, read: (Range<Int>) -> Matrix) {
        let chunks = stride(from: 0, to: rows, by: Self.rowsPerChunk).map { $0..<min(rows, $0 + Self.rowsPerChunk) }
        var (mean, covariance) = ([Double](repeating: 0, count: dimension), SymmetricMatrix(order: dimension))
        // Sums about the first row: no differences of large numbers, and one pass.
        let origin = read(0..<1).values.map { Double($0) }
        for chunk in chunks {
            let values = read(chunk).values
            let shifted = values.indices.map { Double(values[$0]) - origin[$0 % dimension] }
            for (index, value) in shifted.enumerated() { mean[index % dimension] += value / Double(rows) }
            covariance.addSquares(ofRows: shifted)
        }
        covariance.scale(by: 1 / Double(rows))
        for row in 0..<dimension {
            for column in row..<dimension { covariance[row, column] -= mean[row] * mean[column] }
        }
        moments = GaussianMoments(mean: zip(origin, mean).map { $0 + $1 }, covariance: covariance)
    }

    /// Rows x dimension.
    /// - Throws: `.numerical` where the covariance has values that are not finite.
    package func apply(_ noised: Matrix, deviation: Float) throws(Failure) -> Matrix {
        let variance = Double(deviation) * Double(deviation)
        let values = noised.values
        let centred = values.indices.map { Double(values[$0]) - moments.mean[$0 % noised.columns] }
        var noisedCovariance = moments.covariance
        for index in 0..<noised.columns { noisedCovariance[index, index] += variance }
        guard let solved = noisedCovariance.solve(rows: centred) else {
            throw Failure(.numerical, "the covariance of the data with noise \(deviation) is not positive: no linear estimate")
        }
        return Matrix(rows: noised.rows, columns: noised.columns, values.indices.map { Float(Double(values[$0]) - variance * solved[$0]) })
    }
}

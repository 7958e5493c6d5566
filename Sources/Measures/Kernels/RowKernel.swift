import Foundation
import Numerics

/// Rows of doubles with what kernels need of them.
package struct KernelRows {
    package let rows: Int
    package let dimension: Int
    /// rows x dimension
    package let values: [Double]
    /// |x|² of each row.
    package let squares: [Double]

    package init(_ matrix: Matrix) {
        self.init(matrix.values.map { Double($0) }, dimension: matrix.columns)
    }

    /// - Parameter values: row by row.
    package init(_ values: [Double], dimension: Int) {
        (rows, self.dimension, self.values) = (values.count / dimension, dimension, values)
        squares = (0..<values.count / dimension).map { row in
            (row * dimension..<(row + 1) * dimension).reduce(0.0) { $0 + values[$1] * values[$1] }
        }
    }

    func part(_ range: Range<Int>) -> [Double] { Array(values[range.lowerBound * dimension..<range.upperBound * dimension]) }

    /// x·y for some of the rows and all of others, row by row.
    package func products(_ range: Range<Int>, with other: KernelRows) -> [Double] {
        Products.multiply(
            part(range), other.values, rows: range.count, inner: dimension, columns: other.rows, transposed: true)
    }

    /// |x - y|² for some of the rows and all of others, row by row.
    package func squaredDistances(_ range: Range<Int>, to other: KernelRows) -> [Double] {
        var distances = products(range, with: other)
        for (place, row) in range.enumerated() {
            for column in 0..<other.rows {
                let index = place * other.rows + column
                distances[index] = max(0, squares[row] + other.squares[column] - 2 * distances[index])
            }
        }
        return distances
    }

    /// The median distance between two different rows of the first ones: of an even number of pairs the mean of the middle two.
    package func medianDistance(ofFirst most: Int) -> Double {
        let count = min(most, rows)
        let first = KernelRows(Array(values[..<(count * dimension)]), dimension: dimension)
        var distances: [Double] = []
        distances.reserveCapacity(count * (count - 1) / 2)
        for row in 0..<count {
            let found = first.squaredDistances(row..<row + 1, to: first)
            distances += found[(row + 1)...]
        }
        guard !distances.isEmpty else { return .nan }
        distances.sort()
        let (low, high) = (distances[(distances.count - 1) / 2], distances[distances.count / 2])
        return (low.squareRoot() + high.squareRoot()) / 2
    }
}

/// A positive definite function of two rows.
package enum RowKernel: Sendable {
    /// exp(-|x - y|²/2h²)
    case gaussian(width: Double)
    /// (x·y/d + 1)³, d the number of values: of features the kernel distance of M. Bińkowski et al., arXiv:1801.01401.
    case cubic

    /// k(x, y) for some of the rows and all of others, row by row.
    package func values(_ range: Range<Int>, of rows: KernelRows, with other: KernelRows) -> [Double] {
        switch self {
        case .gaussian(let width):
            let factor = -1 / (2 * width * width)
            return rows.squaredDistances(range, to: other).map { exp(factor * $0) }
        case .cubic:
            return rows.products(range, with: other).map { product in
                let base = product / Double(rows.dimension) + 1
                return base * base * base
            }
        }
    }
}

import CBLAS
import Foundation

/// A symmetric matrix of doubles: covariances and their principal axes. For measures, not for the training step.
public struct SymmetricMatrix: Sendable, Hashable {
    public let order: Int
    /// order x order, row by row; only the upper triangle is kept up.
    private var upper: [Double]

    /// The zero matrix.
    public init(order: Int) {
        precondition(order > 0, "a matrix of order \(order)")
        self.order = order
        upper = Array(repeating: 0, count: order * order)
    }

    public subscript(row: Int, column: Int) -> Double {
        get { upper[min(row, column) * order + max(row, column)] }
        set { upper[min(row, column) * order + max(row, column)] = newValue }
    }

    /// Σ A_ii
    public var trace: Double { (0..<order).reduce(0) { $0 + self[$1, $1] } }

    public var isFinite: Bool { (0..<order).allSatisfy { row in (row..<order).allSatisfy { upper[row * order + $0].isFinite } } }

    /// Both triangles, row by row.
    public var values: [Double] {
        var all = upper
        for row in 0..<order {
            for column in 0..<row { all[row * order + column] = upper[column * order + row] }
        }
        return all
    }

    /// A <- s A
    public mutating func scale(by factor: Double) {
        for index in upper.indices { upper[index] *= factor }
    }

    /// A += Σ r rᵀ over the rows r of a tile: rows x order, row by row.
    public mutating func addSquares(ofRows tile: [Double]) {
        addSquares(tile, inner: tile.count / order, transposed: true)
    }

    /// A += Σ c cᵀ over the columns c of a tile: order x columns, row by row.
    public mutating func addSquares(ofColumns tile: [Double]) {
        addSquares(tile, inner: tile.count / order, transposed: false)
    }

    private mutating func addSquares(_ tile: [Double], inner: Int, transposed: Bool) {
        precondition(tile.count == inner * order, "\(tile.count) values for a matrix of order \(order)")
        guard inner > 0 else { return }
        unsafe cblas_dsyrk(
            CblasRowMajor, CblasUpper, transposed ? CblasTrans : CblasNoTrans, Int32(order), Int32(inner), 1, tile,
            Int32(transposed ? order : inner), 1, &upper, Int32(order))
    }

    /// The greatest eigenvalues, in descending order, and their unit vectors: count x order, row by row. The greatest element of a vector is
    /// positive.
    ///
    /// - Returns: nil when LAPACK finds none, which happens for values that are not finite.
    public func greatestEigenpairs(_ count: Int) -> (values: [Double], vectors: [Double])? {
        precondition(count >= 1 && count <= order, "\(count) eigenvalues of a matrix of order \(order)")
        guard isFinite else { return nil }
        var (matrix, found) = (upper, Int32(0))
        var values = [Double](repeating: 0, count: order)
        var vectors = [Double](repeating: 0, count: count * order)
        var support = [Int32](repeating: 0, count: 2 * count)
        // More than the least that LAPACK asks for (26 n and 10 n): room for its blocks.
        var work = [Double](repeating: 0, count: 64 * order)
        var integers = [Int32](repeating: 0, count: 10 * order)
        let code = unsafe ebm_dsyevr(
            Int32(order), &matrix, Int32(order - count + 1), Int32(order), &found, &values, &vectors, &support, &work, Int32(work.count),
            &integers, Int32(integers.count))
        guard code == 0, Int(found) == count else { return nil }
        let rows = (0..<count).reversed().map { Self.signed(Array(vectors[$0 * order..<($0 + 1) * order])) }
        return (values[..<count].reversed(), rows.flatMap { $0 })
    }

    /// The sign of an eigenvector is open: it is chosen by its greatest element.
    private static func signed(_ vector: [Double]) -> [Double] {
        let greatest = vector.indices.reduce(0) { abs(vector[$1]) > abs(vector[$0]) ? $1 : $0 }
        return vector[greatest] < 0 ? vector.map { -$0 } : vector
    }
}

extension SymmetricMatrix {
    /// A⁻¹ r for the rows r of a tile: rows x order, row by row. A must be positive definite.
    ///
    /// - Returns: nil where it is not.
    public func solve(rows tile: [Double]) -> [Double]? { solution(tile)?.rows }

    /// -log N(r; 0, A) of the rows r of a tile: rows x order, row by row.
    ///
    /// - Returns: nil where A is not positive definite.
    public func normalEnergies(rows tile: [Double]) -> [Double]? {
        guard let (solved, logDeterminant) = solution(tile) else { return nil }
        let constant = (Double(order) * log(2 * .pi) + logDeterminant) / 2
        return stride(from: 0, to: tile.count, by: order).map { first in
            (first..<first + order).reduce(0.0) { $0 + tile[$1] * solved[$1] } / 2 + constant
        }
    }

    /// The solution, and log |A| from the diagonal of its triangular factor.
    private func solution(_ tile: [Double]) -> (rows: [Double], logDeterminant: Double)? {
        precondition(tile.count % order == 0, "\(tile.count) values for a matrix of order \(order)")
        guard isFinite else { return nil }
        var (matrix, solution) = (upper, tile)
        let code = unsafe ebm_dposv(Int32(order), Int32(tile.count / order), &matrix, &solution)
        guard code == 0 else { return nil }
        return (solution, (0..<order).reduce(0) { $0 + 2 * log(matrix[$1 * order + $1]) })
    }
}

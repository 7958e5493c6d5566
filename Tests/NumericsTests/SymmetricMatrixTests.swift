import Foundation
import Numerics
import Testing

@Suite struct SymmetricMatrixTests {
    /// Normal numbers, row by row.
    private func numbers(_ count: Int, _ index: Int) -> [Double] {
        let values = Matrix(rows: 1, columns: count)
        RandomStream(seed: 1, purpose: .test, step: 0, index: index).fillNormals(values)
        return values.values.map { Double($0) }
    }

    @Test func `sums of squares of rows and of columns are those of a naive sum`() {
        let (order, count) = (5, 7)
        let rows = numbers(order * count, 1)
        var (byRows, byColumns) = (SymmetricMatrix(order: order), SymmetricMatrix(order: order))
        // In two parts: squares are added.
        byRows.addSquares(ofRows: Array(rows[..<(3 * order)]))
        byRows.addSquares(ofRows: Array(rows[(3 * order)...]))
        byColumns.addSquares(ofColumns: (0..<order).flatMap { column in (0..<count).map { rows[$0 * order + column] } })
        for i in 0..<order {
            for j in 0..<order {
                let sum = (0..<count).reduce(0) { $0 + rows[$1 * order + i] * rows[$1 * order + j] }
                // Sums of 7 terms of about 1, in another order.
                #expect(abs(byRows[i, j] - sum) < 1e-13 && abs(byColumns[i, j] - sum) < 1e-13)
                #expect(byRows.values[i * order + j] == byRows[i, j])
            }
        }
        let trace = byRows.trace
        byRows.scale(by: 2)
        #expect(abs(byRows.trace - 2 * trace) < 1e-12)
    }

    @Test func `the eigenpairs of a known matrix come in descending order, their greatest element positive`() throws {
        var matrix = SymmetricMatrix(order: 3)
        // Eigenvalues 7, 3 and 1: (1, -1, 0)/√2 times 7, (0, 0, 1) times 3, (1, 1, 0)/√2 times 1.
        (matrix[0, 0], matrix[1, 1], matrix[0, 1], matrix[2, 2]) = (4, 4, -3, 3)
        let (values, vectors) = try #require(matrix.greatestEigenpairs(2))
        #expect(zip(values, [7, 3]).allSatisfy { abs($0 - $1) < 1e-14 })
        let half = 0.5.squareRoot()
        #expect(
            vectors.count == 6 && abs(abs(vectors[0]) - half) < 1e-14 && abs(vectors[0] + vectors[1]) < 1e-14 && abs(vectors[2]) < 1e-14)
        #expect(max(vectors[0], vectors[1]) > 0.7 && abs(vectors[5] - 1) < 1e-14)
    }

    @Test func `minus the log density of a normal distribution is the known one`() throws {
        var matrix = SymmetricMatrix(order: 2)
        (matrix[0, 0], matrix[1, 1], matrix[0, 1]) = (2, 3, 1)
        // |A| = 5, A⁻¹ = (3, -1; -1, 2)/5: (1, 2) has rᵀA⁻¹r = 7/5.
        let found = try #require(matrix.normalEnergies(rows: [0, 0, 1, 2]))
        let constant = log(2 * Double.pi) + log(5.0) / 2
        #expect(abs(found[0] - constant) < 1e-14 && abs(found[1] - constant - 0.7) < 1e-14)
        matrix[0, 1] = 3
        #expect(matrix.normalEnergies(rows: [0, 0]) == nil)
    }

    @Test(arguments: [1, 2, 64, 130])
    func `eigenvectors are orthonormal and satisfy A v = λ v`(order: Int) throws {
        var matrix = SymmetricMatrix(order: order)
        matrix.addSquares(ofRows: numbers(order * (order + 3), order))
        let count = min(order, 64)
        let (values, vectors) = try #require(matrix.greatestEigenpairs(count))
        let images = Products.multiply(vectors, matrix.values, rows: count, inner: order, columns: order)
        let products = Products.multiply(vectors, vectors, rows: count, inner: order, columns: count, transposed: true)
        // Backward errors of about n ε times the greatest eigenvalue, which is about 4 n.
        let tolerance = 1e-13 * values[0]
        for row in 0..<count {
            for column in 0..<order {
                #expect(abs(images[row * order + column] - values[row] * vectors[row * order + column]) < tolerance)
            }
            for other in 0..<count { #expect(abs(products[row * count + other] - (row == other ? 1 : 0)) < 1e-12) }
        }
        #expect(zip(values, values.dropFirst()).allSatisfy { $0 >= $1 })
    }

    @Test func `a matrix of zeros has eigenvalues, one with NaN has none`() {
        var matrix = SymmetricMatrix(order: 3)
        #expect(matrix.greatestEigenpairs(3)?.values == [0, 0, 0])
        matrix[1, 2] = .nan
        #expect(matrix.greatestEigenpairs(1) == nil)
    }
}

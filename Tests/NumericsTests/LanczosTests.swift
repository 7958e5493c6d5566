import Numerics
import Testing

@Suite struct LanczosTests {
    private static func start(_ rows: Int, _ order: Int) -> Matrix {
        let vectors = Matrix(rows: rows, columns: order)
        RandomStream(seed: 4, purpose: .test, step: 0, index: order).fillNormals(vectors)
        return vectors
    }

    /// Of diagonal matrices, one for each row.
    private static func largest(_ diagonals: [[Float]], steps: Int) -> [Double] {
        let entries = Matrix(rows: diagonals.count, columns: diagonals[0].count, diagonals.flatMap { $0 })
        return Lanczos.largestEigenvalues(from: start(diagonals.count, diagonals[0].count), steps: steps) { vectors, result in
            result.combine(vectors, entries) { $0 * $1 }
        }
    }

    @Test func `as many steps as a matrix has rows find its largest eigenvalue, whatever its sign and the others`() {
        let found = Self.largest([[3, -5, 1, 0.5], [-1, -2, -3, -4], [1e4, 1e4, 1e-3, -1e4], [2, 2, 2, 2], [0, 0, 0, 0]], steps: 9)
        for (value, expected) in zip(found, [3.0, -1, 1e4, 2, 0]) { #expect(abs(value - expected) <= 1e-5 * abs(expected), "\(value)") }
    }

    @Test func `the largest eigenvalue of a matrix that is not diagonal is found`() {
        // 2 on the diagonal and -1 beside it: 2 + 2 cos(π/(n + 1)).
        let order = 5
        let found = Lanczos.largestEigenvalues(from: Self.start(1, order), steps: order) { vectors, result in
            for column in 0..<order {
                let left: Float = column > 0 ? vectors[0, column - 1] : 0
                let right: Float = column + 1 < order ? vectors[0, column + 1] : 0
                result[0, column] = 2 * vectors[0, column] - left - right
            }
        }
        #expect(abs(found[0] - (2 + 3.0.squareRoot())) < 1e-5)
    }

    @Test func `fewer steps give a lower bound that grows with them`() {
        let diagonal = (0..<200).map { Float($0) / 199 }
        let found = [2, 4, 8, 16].map { Self.largest([diagonal], steps: $0)[0] }
        #expect(zip(found, found.dropFirst()).allSatisfy { $0 < $1 })
        #expect(found[3] > 0.97 && found[3] <= 1.00001, "\(found)")
    }

    @Test func `products that are no numbers leave the other rows alone`() {
        let found = Self.largest([[1, 2, 3], [.nan, 1, 1], [4, 1, 1]], steps: 3)
        #expect(found[1].isNaN && abs(found[0] - 3) < 1e-4 && abs(found[2] - 4) < 1e-4)
    }
}

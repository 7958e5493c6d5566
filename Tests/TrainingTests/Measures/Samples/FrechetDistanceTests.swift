import Measures
import Numerics
import Sampling
import Testing
import Training

@Suite struct FrechetDistanceTests {
    private func matrix(_ rows: [[Double]]) -> SymmetricMatrix {
        var matrix = SymmetricMatrix(order: rows.count)
        for row in rows.indices {
            for column in row..<rows.count { matrix[row, column] = rows[row][column] }
        }
        return matrix
    }

    private func features(_ rows: Int, _ columns: Int) -> [Double] {
        let values = Matrix(rows: rows, columns: columns)
        RandomStream(seed: 4, purpose: .test, step: 0, index: 0).fillNormals(values)
        return values.values.enumerated().map { Double($1) * Double(1 + $0 % columns) }
    }

    @Test func `Gaussians with diagonal covariances are at the distance of their means and deviations`() {
        let a = GaussianMoments(mean: [1, 2, 3], covariance: matrix([[4, 0, 0], [0, 9, 0], [0, 0, 0]]))
        let b = GaussianMoments(mean: [1, 0, 3.5], covariance: matrix([[1, 0, 0], [0, 16, 0], [0, 0, 25]]))
        // |(0, 2, -1/2)|² + (2 - 1)² + (3 - 4)² + (0 - 5)²
        #expect(abs(FrechetDistance.between(a, b) - 31.25) < 1e-12)
        #expect(abs(FrechetDistance.between(b, a) - 31.25) < 1e-12)
    }

    @Test func `covariances that do not commute have the closed form of the plane`() {
        let (a, b) = (matrix([[2, 1], [1, 3]]), matrix([[5, -2], [-2, 1]]))
        // tr AB = 10 - 4 + 3, det AB = 5 · 1; of a 2 x 2 matrix tr √M = √(tr M + 2 √det M).
        let root = (9 + 2 * 5.0.squareRoot()).squareRoot()
        let found = FrechetDistance.between(GaussianMoments(mean: [0, 0], covariance: a), GaussianMoments(mean: [0, 0], covariance: b))
        #expect(abs(found - (5 + 6 - 2 * root)) < 1e-12)
    }

    @Test func `the moments of rows are the unbiased ones of a naive sum`() {
        let rows = features(9, 3)
        let moments = GaussianMoments(of: rows, order: 3)
        for i in 0..<3 {
            let mean = (0..<9).reduce(0) { $0 + rows[$1 * 3 + i] } / 9
            #expect(abs(moments.mean[i] - mean) < 1e-14)
            for j in 0..<3 {
                let other = (0..<9).reduce(0) { $0 + rows[$1 * 3 + j] } / 9
                let sum = (0..<9).reduce(0) { $0 + (rows[$1 * 3 + i] - mean) * (rows[$1 * 3 + j] - other) }
                #expect(abs(moments.covariance[i, j] - sum / 8) < 1e-13)
            }
        }
    }

    @Test func `the same rows are at distance 0 in any order, rows shifted by δ at |δ|²`() {
        let (count, order) = (300, 10)
        let rows = features(count, order)
        let moments = GaussianMoments(of: rows, order: order)
        let reversed = stride(from: count - 1, through: 0, by: -1).flatMap { rows[$0 * order..<($0 + 1) * order] }
        // Errors of ε times traces of about 400, under a root.
        #expect(FrechetDistance.between(GaussianMoments(of: Array(reversed), order: order), moments) < 1e-11)
        let shifted = GaussianMoments(of: rows.enumerated().map { $1 + ($0 % order == 2 ? 3 : 0.5) }, order: order)
        #expect(abs(FrechetDistance.between(shifted, moments) - (9 + 9 * 0.25)) < 1e-11)
        // Half as large about the mean: Σ over directions of (σ - σ/2)² is a quarter of the trace.
        let half = GaussianMoments(
            of: rows.enumerated().map { moments.mean[$0 % order] + ($1 - moments.mean[$0 % order]) / 2 }, order: order)
        #expect(abs(FrechetDistance.between(half, moments) - moments.covariance.trace / 4) < 1e-10)
    }

    @Test func `moments that are not finite have no distance`() {
        let good = GaussianMoments(mean: [0], covariance: matrix([[1]]))
        #expect(FrechetDistance.between(GaussianMoments(mean: [0], covariance: matrix([[.infinity]])), good).isNaN)
    }
}

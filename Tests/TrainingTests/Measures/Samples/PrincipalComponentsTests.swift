import Failures
import Measures
import Numerics
import Testing
import Training

@Suite struct PrincipalComponentsTests {
    private static let width = 90

    /// Normal rows whose columns have falling deviations, about a mean that is not 0.
    private static func rows(_ count: Int, width: Int = Self.width) -> Matrix {
        let rows = Matrix(rows: count, columns: width)
        RandomStream(seed: 5, purpose: .test, step: 0, index: 0).fillNormals(rows)
        for row in 0..<count {
            for column in 0..<width { rows[row, column] = 2 + rows[row, column] * 10 / Float(1 + column) }
        }
        return rows
    }

    private func components(_ rows: Matrix) throws -> PrincipalComponents {
        try PrincipalComponents(rows: rows.rows, dimension: rows.columns, name: "rows") { rows.rows($0) }
    }

    /// 300 rows go through the covariance, 80 (fewer than values) through the rows' products.
    @Test(arguments: [300, 80]) func `components are orthonormal eigenvectors of the covariance, the greatest first`(count: Int) throws {
        let (rows, width) = (Self.rows(count), Self.width)
        let found = try components(rows)
        let directions = try #require(found.directions)
        #expect(found.count == 64)
        let covariance = Self.covariance(rows)
        var variances: [Double] = []
        for component in 0..<found.count {
            let direction = Array(directions[component * width..<(component + 1) * width])
            let image = (0..<width).map { row in (0..<width).reduce(0) { $0 + covariance[row][$1] * direction[$1] } }
            let variance = zip(image, direction).reduce(0) { $0 + $1.0 * $1.1 }
            variances.append(variance)
            // The greatest variance is about 100; errors are relative to it.
            #expect(zip(image, direction).allSatisfy { abs($0 - variance * $1) < 1e-10 })
            for other in 0...component {
                let product = (0..<width).reduce(0) { $0 + direction[$1] * directions[other * width + $1] }
                #expect(abs(product - (other == component ? 1 : 0)) < 1e-9)
            }
        }
        #expect(zip(variances, variances.dropFirst()).allSatisfy { $0 >= $1 - 1e-10 })
        // No direction that was left out has more variance than the last: the sum over all is the trace.
        let trace = (0..<width).reduce(0) { $0 + covariance[$1][$1] }
        #expect(trace - variances.reduce(0, +) < Double(width - 64) * variances[63] + 1e-9)
    }

    private static func covariance(_ rows: Matrix) -> [[Double]] {
        let (count, width) = (rows.rows, rows.columns)
        let mean = (0..<width).map { column in (0..<count).reduce(0) { $0 + Double(rows[$1, column]) } / Double(count) }
        return (0..<width).map { i in
            (0..<width).map { j in
                (0..<count).reduce(0) { $0 + (Double(rows[$1, i]) - mean[i]) * (Double(rows[$1, j]) - mean[j]) } / Double(count - 1)
            }
        }
    }

    @Test func `features are the components' coordinates about the mean`() throws {
        let rows = Self.rows(300)
        let found = try components(rows)
        let directions = try #require(found.directions)
        let features = found.features(of: rows.rows(7..<9))
        #expect(features.count == 2 * 64)
        for component in [0, 1, 63] {
            let expected = (0..<Self.width).reduce(0) {
                $0 + (Double(rows[8, $1]) - found.mean[$1]) * directions[component * Self.width + $1]
            }
            #expect(abs(features[64 + component] - expected) < 1e-11)
        }
    }

    @Test func `up to 64 values a row is its own feature`() throws {
        let found = try components(Self.rows(3, width: 64))
        #expect(found.directions == nil && found.count == 64)
        #expect(found.features(of: Matrix(rows: 1, columns: 64, (0..<64).map { Float($0) })) == (0..<64).map { Double($0) })
    }

    @Test(arguments: [200, 30]) func `rows in a plane have two components`(count: Int) throws {
        let rows = Matrix(rows: count, columns: Self.width)
        for row in 0..<count { (rows[row, 3], rows[row, 50]) = (Float(row % 7), Float(row % 5)) }
        #expect(try components(rows).count == 2)
    }

    @Test(arguments: [200, 30]) func `rows that are all the same are refused`(count: Int) {
        let rows = Matrix(rows: count, columns: Self.width)
        rows.fill(0.1)
        let failure = #expect(throws: Failure.self) { try components(rows) }
        #expect(failure?.kind == .data && failure?.message.contains("rows that differ") == true)
    }
}

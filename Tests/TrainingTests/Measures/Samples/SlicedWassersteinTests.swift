import Distributed
import Measures
import Numerics
import Testing
import Training

@Suite struct SlicedWassersteinTests {
    private static func normals(_ rows: Int, _ columns: Int, _ index: Int) -> Matrix {
        let matrix = Matrix(rows: rows, columns: columns)
        RandomStream(seed: 3, purpose: .test, step: 0, index: index).fillNormals(matrix)
        return matrix
    }

    private func distance(_ a: Matrix, _ b: Matrix) throws -> Double {
        try SlicedWasserstein(to: b).distance(of: a, SoloCommunicator())
    }

    @Test func `on a line the squared distance is that of the quantiles, for lists of any lengths`() {
        #expect(SlicedWasserstein.squaredDistance([1, 2, 4], [1, 2, 4]) == 0)
        #expect(SlicedWasserstein.squaredDistance([1, 2, 4], [1.5, 2.5, 4.5]) == 0.25)
        #expect(SlicedWasserstein.squaredDistance([0], [0, 2]) == 2)
        #expect(SlicedWasserstein.squaredDistance([1, 2, 4], [1, 1, 2, 2, 4, 4]) == 0)
        // Quantiles of halves and of thirds meet at sixths: (0, 0, 0, 6, 6, 6) and (0, 0, 3, 3, 9, 9).
        #expect(abs(SlicedWasserstein.squaredDistance([0, 6], [0, 3, 9]) - (9 + 9 + 9 + 9) / 6) < 1e-14)
    }

    @Test func `directions have length 1 and are the same in every run`() {
        for tile in 0..<SlicedWasserstein.directions / SlicedWasserstein.directionsPerTile {
            let directions = SlicedWasserstein.directions(ofTile: tile, dimension: 7)
            for column in 0..<directions.columns {
                let square = (0..<7).reduce(0.0) { $0 + Double(directions[$1, column]) * Double(directions[$1, column]) }
                // 7 components rounded to float.
                #expect(abs(square - 1) < 1e-6)
            }
        }
        // Known: another stream of numbers would make results of different versions incomparable.
        let first = SlicedWasserstein.directions(ofTile: 0, dimension: 2)
        let normals = Matrix(rows: 1, columns: 2)
        RandomStream(seed: 1, purpose: .evaluation, step: 1, index: 0).fillNormals(normals)
        #expect(abs(first[0, 0] / first[1, 0] - normals[0, 0] / normals[0, 1]) < 1e-4 * abs(normals[0, 0] / normals[0, 1]))
    }

    @Test func `the distance is that of a naive computation in double`() throws {
        let (a, b) = (Self.normals(60, 5, 1), Self.normals(60, 5, 2))
        var sum = 0.0
        for tile in 0..<SlicedWasserstein.directions / SlicedWasserstein.directionsPerTile {
            let directions = SlicedWasserstein.directions(ofTile: tile, dimension: 5)
            for column in 0..<directions.columns {
                func sorted(_ rows: Matrix) -> [Double] {
                    (0..<rows.rows).map { row in (0..<5).reduce(0) { $0 + Double(rows[row, $1]) * Double(directions[$1, column]) } }
                        .sorted()
                }
                sum += zip(sorted(a), sorted(b)).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / 60
            }
        }
        // Projections of about 1 are floats.
        #expect(abs(try distance(a, b) - (sum / Double(SlicedWasserstein.directions)).squareRoot()) < 1e-6)
    }

    @Test func `a shift by δ is at the distance |δ| / √d, up to the choice of directions; equal sets at 0, in any order of rows`() throws {
        let (d, shift) = (20, Float(0.7))
        let rows = Self.normals(40, d, 1)
        let shifted = Matrix(rows: 40, columns: d, rows.values.map { $0 + shift })
        // (θ·δ)² of a direction has the mean |δ|²/d and a deviation of at most √2 times that: 6 standard errors of the mean over 500, halved by
        // the root.
        let expected = Double(shift)
        #expect(abs(try distance(shifted, rows) - expected) < expected * 6 * (2.0 / 500).squareRoot() / 2)
        let reversed = Matrix(rows: 40, columns: d, (0..<40).reversed().flatMap { rows.rows($0..<$0 + 1).values })
        #expect(try distance(reversed, rows) < 1e-6)
        // Up to the rounding of projections, which may depend on the place of a row in a product of matrices.
        #expect(abs(try distance(shifted, reversed) - distance(shifted, rows)) < 1e-6)
    }

    @Test(arguments: [1, 3]) func `the interval is that of the distances of resamples of both sets, moved to the distance`(ranks: Int)
        throws
    {
        let (a, b) = (Self.normals(30, 4, 1), Self.normals(50, 4, 2))
        let bootstrap = Bootstrap(resamples: 6, seed: 5)
        func resample(_ rows: Matrix, _ number: Int, set: Int) -> Matrix {
            let places = bootstrap.counts(rows: rows.rows, resample: number, set: set).enumerated().flatMap {
                Array(repeating: $0, count: $1)
            }
            return Matrix(rows: rows.rows, columns: rows.columns, places.flatMap { rows.rows($0..<$0 + 1).values })
        }
        let value = try distance(a, b)
        let resampled = try (0..<6).map { try distance(resample(a, $0, set: 0), resample(b, $0, set: 1)) }
        let expected = bootstrap.interval(of: value, resampled: resampled, method: .centered)
        for found in try ThreadRanks.run(ranks, { try SlicedWasserstein(to: b).interval(of: value, rows: a, bootstrap, communicator: $0) })
        {
            #expect(found.method == .centered && found.count == 6 && found.low < value && value < found.high)
            #expect(abs(found.low - expected.low) < 1e-6 && abs(found.high - expected.high) < 1e-6, "\(found) for \(expected)")
        }
    }

    @Test(arguments: [2, 3, 30]) func `every number of ranks gives the same bits`(ranks: Int) throws {
        let alone = try distance(Self.normals(50, 9, 1), Self.normals(70, 9, 2))
        let found = try ThreadRanks.run(ranks) { communicator in
            let measure = SlicedWasserstein(to: Self.normals(70, 9, 2))
            // The second time with the projections kept.
            return try (0..<2).map { _ in try measure.distance(of: Self.normals(50, 9, 1), communicator) }
        }
        #expect(found.allSatisfy { $0 == [alone, alone] })
    }
}

import Measures
import Numerics
import Testing
import Training

@Suite struct NearestRowsTests {
    private static func normals(_ rows: Int, _ columns: Int, _ index: Int) -> Matrix {
        let matrix = Matrix(rows: rows, columns: columns)
        RandomStream(seed: 4, purpose: .test, step: 0, index: index).fillNormals(matrix)
        return matrix
    }

    @Test func `the rows nearest by the values that count are those of the plain sum of squares`() {
        _ = OneThreadPerProduct.once
        let (rows, x, counts) = (Self.normals(60, 7, 0), Self.normals(9, 7, 1), Matrix(rows: 9, columns: 7))
        for row in 0..<9 { for column in 0..<7 { counts[row, column] = (row + column) % 3 == 0 ? 0 : 1 } }
        func distance(_ row: Int, _ other: Int, _ chosen: Matrix?) -> Double {
            (0..<7).reduce(0.0) { sum, column in
                let difference = Double(x[row, column]) - Double(rows[other, column])
                return sum + Double(chosen?[row, column] ?? 1) * difference * difference
            }
        }
        for chosen in [nil, counts] {
            let found = NearestRows(rows).nearest(5, to: x, where: chosen)
            for row in 0..<9 {
                let expected = (0..<60).sorted { distance(row, $0, chosen) < distance(row, $1, chosen) }.prefix(5)
                #expect(found[row] == Array(expected), "row \(row)")
            }
        }
    }

    @Test func `a row that is left out is no neighbour, and there are not more than rows`() {
        _ = OneThreadPerProduct.once
        let rows = Self.normals(3, 4, 2)
        #expect(NearestRows(rows).nearest(1, to: rows) == [[0], [1], [2]])
        let others = NearestRows(rows).nearest(5, to: rows) { $0 }
        #expect(others.enumerated().allSatisfy { Set($1) == Set(0..<3).subtracting([$0]) })
    }

    @Test func `a hidden value may be anything, a row that is not finite has no neighbours`() {
        _ = OneThreadPerProduct.once
        let rows = Matrix(rows: 2, columns: 2, [0, 0, 1, 1] as [Float])
        let x = Matrix(rows: 2, columns: 2, [0.9, .nan, .nan, 0] as [Float])
        let counts = Matrix(rows: 2, columns: 2, [1, 0, 1, 1] as [Float])
        #expect(NearestRows(rows).nearest(1, to: x, where: counts) == [[1], []])
    }
}

import Numerics

/// Finds those of a fixed set of rows that are nearest to others, by all values or by some of them.
///
/// Σ m (x - t)² = Σ m x² - 2 (m x)·t + m·t², the last two by matrix products and the first, the same for all t, left out.
package struct NearestRows {
    package let rows: Matrix
    /// Σ t² of each row.
    private let norms: [Float]

    package init(_ rows: Matrix) {
        self.rows = rows
        norms = (0..<rows.rows).map { Float(rows.rows($0..<$0 + 1).squaredNorm) }
    }

    /// Numbers of the nearest rows for each row of a tile, nearest first, the first of equal ones first; fewer where there are not so many, and none
    /// for a row that is not finite.
    /// - Parameters:
    ///   - counts: 1 for values that count, 0 for others, shaped as x; nil: all do.
    ///   - excluded: the number of a row that is no neighbour of x's row.
    package func nearest(_ count: Int, to x: Matrix, where counts: Matrix? = nil, excluding excluded: (_ row: Int) -> Int? = { _ in nil })
        -> [[Int]]
    {
        let distances = Matrix(rows: rows.rows, columns: x.rows)
        if let counts { fill(distances, x, where: counts) } else { fill(distances, x) }
        return (0..<x.rows).map { least(count, of: distances, column: $0, excluding: excluded($0)) }
    }

    /// Σ (x - t)² less Σ x².
    private func fill(_ distances: Matrix, _ x: Matrix) {
        let turned = Matrix(rows: x.columns, columns: x.rows)
        for row in 0..<x.rows { for column in 0..<x.columns { turned[column, row] = x[row, column] } }
        for (row, norm) in norms.enumerated() { distances.rows(row..<row + 1).fill(norm) }
        Products.multiply(rows, turned, into: distances, alpha: -2, accumulate: true)
    }

    /// The same over the values that count.
    private func fill(_ distances: Matrix, _ x: Matrix, where counts: Matrix) {
        let (chosen, weights) = (Matrix(rows: x.columns, columns: x.rows), Matrix(rows: x.columns, columns: x.rows))
        for row in 0..<x.rows {
            for column in 0..<x.columns {
                let weight = counts[row, column]
                weights[column, row] = weight
                // A hidden value may be anything.
                chosen[column, row] = weight == 0 ? 0 : weight * x[row, column]
            }
        }
        let squares = Matrix(rows: rows.rows, columns: rows.columns)
        squares.combine(rows, rows) { $0 * $1 }
        Products.multiply(rows, chosen, into: distances, alpha: -2)
        Products.multiply(squares, weights, into: distances, accumulate: true)
    }

    private func least(_ count: Int, of distances: Matrix, column: Int, excluding excluded: Int?) -> [Int] {
        var found: [Int] = []
        for row in 0..<distances.rows where row != excluded && distances[row, column].isFinite {
            let distance = distances[row, column]
            if found.count == count, let last = found.last, distances[last, column] <= distance { continue }
            let place = found.firstIndex { distances[$0, column] > distance } ?? found.count
            found.insert(row, at: place)
            if found.count > count { found.removeLast() }
        }
        return found
    }
}

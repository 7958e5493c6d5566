import Distributed
import Failures
import Numerics

/// The sliced 2-Wasserstein distance between two sets of rows, over 500 fixed directions.
///
/// √(1/L Σ_l W₂²(l)), W₂²(l) = ∫₀¹ (F⁻¹(u) - G⁻¹(u))² du with F⁻¹ and G⁻¹ the quantile functions of both sets projected on direction l: for sets of
/// one size the mean square difference of the sorted projections. Directions are normal vectors of length 1, the same in every run.
///
/// N. Bonneel et al., doi:10.1007/s10851-014-0506-3.
package final class SlicedWasserstein {
    package static let directions = 500
    package static let directionsPerTile = 20
    private static let seed: UInt64 = 1
    /// Numbers of `RandomPurpose.evaluation` at step 0 belong to `DensityFit`.
    private static let step = 1

    private let reference: Matrix
    /// The sorted projections of the reference on the directions of the tiles that this rank has had.
    private var sorted: [Int: [[Float]]] = [:]

    /// - Parameter reference: rows x dimension, the same on all ranks; at least one row.
    package init(to reference: Matrix) {
        precondition(reference.rows > 0, "a distance needs rows")
        self.reference = reference
    }

    /// Collective. Tiles of directions are dealt to the ranks; the same bits on any number of ranks.
    /// - Parameter rows: rows x dimension, the same on all ranks; at least one row.
    package func distance(of rows: Matrix, _ communicator: any Communicator) throws(Failure) -> Double {
        precondition(rows.columns == reference.columns && rows.rows > 0, "rows of another dimension")
        let tiles = Self.directions / Self.directionsPerTile
        let squares = try DealtTiles.gather(tiles: tiles, perTile: Self.directionsPerTile, communicator) { tile in
            let directions = Self.directions(ofTile: tile, dimension: reference.columns)
            let target = sorted[tile] ?? Self.sortedProjections(of: reference, directions)
            sorted[tile] = target
            return zip(Self.sortedProjections(of: rows, directions), target).map { Self.squaredDistance($0, $1) }
        }
        return (squares.reduce(0, +) / Double(squares.count)).squareRoot()
    }

    /// Collective. Where the distance lies by chance, over resamples of both sets: of fewer different rows it is greater, so the interval is moved to
    /// where its resamples have the value as their mean.
    /// - Parameters:
    ///   - value: the distance of the rows.
    ///   - rows: as in `distance`.
    package func interval(
        of value: Double, rows: Matrix, _ bootstrap: Bootstrap = Bootstrap(), communicator: any Communicator
    ) throws(Failure) -> Interval {
        let directions = (0..<Self.directions / Self.directionsPerTile).map { Self.directions(ofTile: $0, dimension: reference.columns) }
        let (own, target) = (directions.flatMap { RankedRows.along($0, rows) }, directions.flatMap { RankedRows.along($0, reference) })
        return try bootstrap.interval(of: value, sizes: [rows.rows, reference.rows], method: .centered, communicator) { counts in
            let squares = zip(own, target).reduce(0) { $0 + Self.squaredDistance($1.0.repeated(counts[0]), $1.1.repeated(counts[1])) }
            return (squares / Double(own.count)).squareRoot()
        }
    }

    /// Rows in the order of their projections on a direction.
    private struct RankedRows {
        let rows: [Int]
        let values: [Float]

        /// One for each of the directions, dimension x directions.
        static func along(_ directions: Matrix, _ rows: Matrix) -> [RankedRows] {
            let products = Matrix(rows: rows.rows, columns: directions.columns)
            Products.multiply(rows, directions, into: products)
            return (0..<directions.columns).map { column in
                let ranked = (0..<rows.rows).map { (products[$0, column], $0) }.sorted { $0 < $1 }
                return RankedRows(rows: ranked.map(\.1), values: ranked.map(\.0))
            }
        }

        /// The projections of a resample, ascending.
        func repeated(_ counts: [Int]) -> [Float] {
            var list: [Float] = []
            list.reserveCapacity(rows.count)
            for (row, value) in zip(rows, values) {
                for _ in 0..<counts[row] { list.append(value) }
            }
            return list
        }
    }

    /// dimension x directions of the tile
    package static func directions(ofTile tile: Int, dimension: Int) -> Matrix {
        let (columns, vector) = (Matrix(rows: dimension, columns: directionsPerTile), Matrix(rows: 1, columns: dimension))
        for column in 0..<directionsPerTile {
            RandomStream(seed: seed, purpose: .evaluation, step: step, index: tile * directionsPerTile + column).fillNormals(vector)
            let values = vector.values
            let length = values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
            for row in 0..<dimension { columns[row, column] = Float(Double(values[row]) / length) }
        }
        return columns
    }

    /// One ascending list for each direction.
    private static func sortedProjections(of rows: Matrix, _ directions: Matrix) -> [[Float]] {
        let products = Matrix(rows: rows.rows, columns: directions.columns)
        Products.multiply(rows, directions, into: products)
        return (0..<directions.columns).map { column in (0..<rows.rows).map { products[$0, column] }.sorted() }
    }

    /// W₂² of two ascending lists of any lengths: both quantile functions are steps, at multiples of 1/n and of 1/m.
    package static func squaredDistance(_ a: [Float], _ b: [Float]) -> Double {
        let (n, m) = (a.count, b.count)
        var (i, j, place, sum) = (0, 0, 0, 0.0)
        while i < n && j < m {
            // Places are in units of 1/nm.
            let (nextA, nextB) = ((i + 1) * m, (j + 1) * n)
            let next = min(nextA, nextB)
            let difference = Double(a[i]) - Double(b[j])
            sum += Double(next - place) * difference * difference
            if nextA == next { i += 1 }
            if nextB == next { j += 1 }
            place = next
        }
        return sum / (Double(n) * Double(m))
    }
}

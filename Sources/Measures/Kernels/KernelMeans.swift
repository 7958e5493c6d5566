import Distributed
import Failures
import Numerics

/// Means of a function of two rows over pairs of rows, and the same of every bootstrap resample at the price of one product.
///
/// With counts w_i and v_j of a resample: Σ w_i v_j k(x_i, y_j) / Σ w_i v_j. Of pairs within one set a row is never paired with itself or with its own copies:
/// Σ_{i≠j} w_i w_j k_ij / Σ_{i≠j} w_i w_j, the unbiased U-statistic where all counts are 1.
package struct KernelMeans {
    private static let rowsPerTile = 64

    /// Rows of a set, how often they stand in each resample: rows x (1 + resamples), the first column 1.
    package struct Counts {
        package let rows: Int
        /// 1 + resamples
        package let columns: Int
        fileprivate let values: [Double]

        package init(rows: Int, _ bootstrap: Bootstrap, set: Int) {
            var values = [Double](repeating: 1, count: rows * (1 + bootstrap.resamples))
            for resample in 0..<bootstrap.resamples {
                for (row, count) in bootstrap.counts(rows: rows, resample: resample, set: set).enumerated() {
                    values[row * (1 + bootstrap.resamples) + 1 + resample] = Double(count)
                }
            }
            (self.rows, columns, self.values) = (rows, 1 + bootstrap.resamples, values)
        }

        fileprivate func sums(_ f: (Double) -> Double = { $0 }) -> [Double] {
            var sums = [Double](repeating: 0, count: columns)
            for index in values.indices { sums[index % columns] += f(values[index]) }
            return sums
        }
    }

    /// Collective. Over pairs of different rows of one set: of the rows themselves, then of each resample.
    /// - Parameter kernel: k(x_i, x_j) for a tile of i and all j, row by row.
    package static func within(
        _ counts: Counts, _ communicator: any Communicator, kernel: (Range<Int>) -> [Double]
    ) throws(Failure) -> [Double] {
        let totals = try sums(counts, counts, isOneSet: true, communicator, kernel)
        return zip(totals, zip(counts.sums(), counts.sums { $0 * $0 })).map { $0 / ($1.0 * $1.0 - $1.1) }
    }

    /// Collective. Over pairs of a row of one set and a row of another.
    package static func between(
        _ first: Counts, _ second: Counts, _ communicator: any Communicator, kernel: (Range<Int>) -> [Double]
    ) throws(Failure) -> [Double] {
        let totals = try sums(first, second, isOneSet: false, communicator, kernel)
        return totals.map { $0 / (Double(first.rows) * Double(second.rows)) }
    }

    /// Collective. Tiles of rows of the first set are dealt to the ranks.
    private static func sums(
        _ first: Counts, _ second: Counts, isOneSet: Bool, _ communicator: any Communicator, _ kernel: (Range<Int>) -> [Double]
    ) throws(Failure) -> [Double] {
        let (columns, tiles) = (first.columns, (first.rows + rowsPerTile - 1) / rowsPerTile)
        let parts = try DealtTiles.gather(tiles: tiles, perTile: columns, communicator) { tile in
            let part = tile * rowsPerTile..<min(first.rows, (tile + 1) * rowsPerTile)
            let values = kernel(part)
            let products = Products.multiply(values, second.values, rows: part.count, inner: second.rows, columns: columns)
            var sums = [Double](repeating: 0, count: columns)
            for (place, row) in part.enumerated() {
                let own = isOneSet ? values[place * second.rows + row] : 0
                for column in 0..<columns {
                    let count = first.values[row * columns + column]
                    sums[column] += count * (products[place * columns + column] - count * own)
                }
            }
            return sums
        }
        return (0..<columns).map { column in stride(from: column, to: parts.count, by: columns).reduce(0.0) { $0 + parts[$1] } }
    }
}

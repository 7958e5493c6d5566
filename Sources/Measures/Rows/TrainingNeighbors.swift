import Distributed
import Failures
import Numerics

/// The rows of data nearest to given rows by all values, among all of the data.
package struct TrainingNeighbors: Sendable {
    /// Of each row the places of its neighbours in the order of evaluations, nearest first; none for a row that is not finite.
    package let places: [[Int]]
    /// Their Euclidean distances.
    package let distances: [[Double]]

    private static let rowsPerTile = 128
    /// Rows of data that are looked through together.
    private static let rowsPerChunk = 2048

    /// Collective. The same bits on any number of ranks.
    /// - Parameters:
    ///   - rows: the same on all ranks.
    ///   - count: neighbours wanted, at most as many as the data have besides the row itself.
    ///   - own: the place in the data of the first of the rows, where they are rows of the data that follow one another: none is its own neighbour.
    package init(
        of rows: Matrix, in data: EvaluationRows, count: Int, own: Int? = nil, _ communicator: any Communicator
    ) throws(Failure) {
        let size = Self.rowsPerTile
        let (tiles, perRow) = ((rows.rows + size - 1) / size, 2 * count)
        let values = try DealtTiles.gather(tiles: tiles, perTile: perRow * size, communicator) { tile in
            let part = tile * size..<min(rows.rows, (tile + 1) * size)
            let found = Self.nearest(count, to: rows.rows(part), in: data, own: own.map { $0 + part.lowerBound }, communicator)
            var numbers = [Double](repeating: Self.none, count: perRow * size)
            for (row, neighbors) in found.enumerated() {
                for (number, neighbor) in neighbors.enumerated() {
                    let first = row * perRow + 2 * number
                    (numbers[first], numbers[first + 1]) = (Double(neighbor.place), neighbor.distance)
                }
            }
            return numbers
        }
        var (places, distances) = ([[Int]](repeating: [], count: rows.rows), [[Double]](repeating: [], count: rows.rows))
        for row in 0..<rows.rows {
            for first in stride(from: row * perRow, to: (row + 1) * perRow, by: 2) where values[first] != Self.none {
                places[row].append(Int(values[first]))
                distances[row].append(values[first + 1])
            }
        }
        (self.places, self.distances) = (places, distances)
    }

    /// In the place of a neighbor that there is not.
    private static let none = -1.0

    private typealias Neighbor = (place: Int, distance: Double)

    private static func nearest(
        _ count: Int, to x: Matrix, in data: EvaluationRows, own: Int?, _ communicator: any Communicator
    ) -> [[Neighbor]] {
        var found = [[Neighbor]](repeating: [], count: x.rows)
        for start in stride(from: 0, to: data.available, by: rowsPerChunk) {
            communicator.progress.note("nearest rows")
            let search = NearestRows(data.read(start..<min(data.available, start + rowsPerChunk)))
            let near = search.nearest(count, to: x) { row in own.map { $0 + row - start } }
            for (row, places) in near.enumerated() {
                let more = places.map { (start + $0, distance(x, row, search.rows, $0)) }
                // Of equal distances the first place.
                found[row] = Array((found[row] + more).sorted { ($0.distance, $0.place) < ($1.distance, $1.place) }.prefix(count))
            }
        }
        return found
    }

    /// Without the cancellation of products, which matters where a sample is a copy.
    private static func distance(_ x: Matrix, _ row: Int, _ other: Matrix, _ place: Int) -> Double {
        (0..<x.columns).reduce(0.0) { sum, column in
            let difference = Double(x[row, column]) - Double(other[place, column])
            return sum + difference * difference
        }.squareRoot()
    }
}

import Distributed
import Failures

/// Which samples lie among the data, and which data among the samples: precision and recall.
///
/// The manifold of a set is the union of balls about its rows that each reach to the third nearest other row of the set. A sample is *precise* where it lies
/// in the data's manifold, a row of the data is *recalled* where it lies in the samples'. T. Kynkäänniemi et al., arXiv:1904.06991.
package struct SampleManifolds: Sendable {
    /// Of each sample.
    package let isPrecise: [Bool]
    /// Of each row of the data.
    package let isRecalled: [Bool]

    /// The neighbor that balls reach to.
    package static let neighbor = 3
    private static let rowsPerTile = 128

    /// Collective. The same bits on any number of ranks.
    /// - Parameter data, samples: more rows than `neighbor`; both alike many, as the measures depend on how many there are.
    package init(samples: KernelRows, data: KernelRows, _ communicator: any Communicator) throws(Failure) {
        isPrecise = try Self.membership(of: samples, in: data, communicator)
        isRecalled = try Self.membership(of: data, in: samples, communicator)
    }

    /// Collective.
    private static func membership(of rows: KernelRows, in set: KernelRows, _ communicator: any Communicator) throws(Failure) -> [Bool] {
        let radii = try squaredRadii(of: set, communicator)
        return try DealtTiles.rows(rows.rows, perTile: rowsPerTile, columns: 1, communicator) { tile in
            let distances = rows.squaredDistances(tile, to: set)
            return (0..<tile.count).map { row in [(0..<set.rows).contains { distances[row * set.rows + $0] <= radii[$0] } ? 1 : 0] }
        }.map { $0[0] == 1 }
    }

    /// Collective.
    private static func squaredRadii(of set: KernelRows, _ communicator: any Communicator) throws(Failure) -> [Double] {
        precondition(set.rows > neighbor, "\(set.rows) rows have no neighbor \(neighbor)")
        return try DealtTiles.rows(set.rows, perTile: rowsPerTile, columns: 1, communicator) { tile in
            let distances = set.squaredDistances(tile, to: set)
            return tile.map { row in
                var nearest = [Double](repeating: .infinity, count: neighbor)
                for other in 0..<set.rows where other != row {
                    let distance = distances[(row - tile.lowerBound) * set.rows + other]
                    guard distance < nearest[neighbor - 1] else { continue }
                    let place = nearest.firstIndex { distance < $0 } ?? neighbor - 1
                    nearest.insert(distance, at: place)
                    nearest.removeLast()
                }
                return [nearest[neighbor - 1]]
            }
        }.map { $0[0] }
    }
}

extension KernelRows {
    /// The first rows.
    package func prefix(_ count: Int) -> KernelRows {
        count == rows ? self : KernelRows(Array(values.prefix(count * dimension)), dimension: dimension)
    }
}

import Distributed
import Failures
import Learning
import Measures
import Numerics

/// A tile of the rows of an evaluation.
struct EvaluationTile: ConditionSource {
    let rows: EvaluationRows
    let range: Range<Int>
    /// The rows, as they were read.
    let values: Matrix?
    let places: RandomStream

    var classes: [Int]? { rows.labels(range) }

    func fillPartners(_ partners: Matrix) -> Bool {
        guard let found = rows.partners(range) else { return false }
        partners.copy(from: found)
        return true
    }
}

extension EvaluationRows {
    /// The condition of some of the rows.
    /// - Parameters:
    ///   - x: the rows.
    ///   - tile: of hidden places.
    package func condition(_ condition: Condition, of x: Matrix, _ range: Range<Int>, seed: UInt64, tile: Int) -> TileCondition {
        let places = RandomStream(seed: seed, purpose: .mask, step: 0, index: tile)
        return TileCondition(condition, of: EvaluationTile(rows: self, range: range, values: x, places: places), count: x.rows)
    }

    /// - Throws: `.data` for rows that lack what the condition is about.
    package func check(_ condition: Condition) throws(Failure) {
        if case .image(let shape) = condition {
            guard partnerShape != shape else { return }
            throw Failure(
                .data,
                "\(name): expected rows with images of the shape \(shape), the condition of this model, found \(partnerShape.map { "\($0)" } ?? "none"). "
                    + "Name their file with --condition.")
        }
        guard case .label(let classes, _, _) = condition else { return }
        guard let range = classRange else {
            throw Failure(.data, "\(name): expected rows with classes, the condition of this model, found none")
        }
        guard range.lowerBound >= 0, range.upperBound < classes else {
            throw Failure(
                .data,
                "\(name): expected classes from 0 to \(classes - 1), as in training, found \(range.lowerBound) to \(range.upperBound)")
        }
    }

    /// Rows that the mean is taken of, at most, and those of a tile.
    private static let (meanRows, meanTile) = (10_000, 256)

    /// Collective. The mean of the rows.
    package func mean(_ communicator: any Communicator) throws(Failure) -> [Double] {
        let (count, size, width) = (min(available, Self.meanRows), Self.meanTile, dimension)
        let sums = try DealtTiles.gather(tiles: (count + size - 1) / size, perTile: width, communicator) { tile in
            let values = read(tile * size..<min(count, (tile + 1) * size)).values
            var sums = [Double](repeating: 0, count: width)
            for index in values.indices { sums[index % width] += Double(values[index]) }
            return sums
        }
        return (0..<width).map { column in
            stride(from: column, to: sums.count, by: width).reduce(0.0) { $0 + sums[$1] } / Double(count)
        }
    }
}

import Distributed
import Failures
import Learning
import Measures
import Numerics

extension EvaluationRows {
    /// What networks are told about some of the rows: rows x `RowCondition.count`.
    /// - Parameters:
    ///   - x: the rows.
    ///   - tile: of hidden places.
    package func told(_ condition: RowCondition, about x: Matrix, _ range: Range<Int>, seed: UInt64, tile: Int) -> Matrix {
        let told = Matrix(rows: x.rows, columns: condition.count)
        switch condition {
        case .label:
            guard let labels = labels(range) else { preconditionFailure("rows without classes: check first") }
            for (row, label) in labels.enumerated() { told[row, 0] = Float(label) }
        case .visible(let mask):
            mask.tell(x, RandomStream(seed: seed, purpose: .mask, step: 0, index: tile), into: told)
        case .image:
            guard let partners = partners(range) else { preconditionFailure("rows without partners: check first") }
            told.copy(from: partners)
        }
        return told
    }

    /// - Throws: `.data` for rows about which networks cannot be told what they were told in training.
    package func check(_ condition: RowCondition) throws(Failure) {
        if case .image(let shape) = condition {
            guard partnerShape != shape else { return }
            throw Failure(
                .data,
                "\(name): expected rows with images of the shape \(shape), which this model is told, found \(partnerShape.map { "\($0)" } ?? "none"). "
                    + "Name their file with --condition.")
        }
        guard case .label(let classes, _) = condition else { return }
        guard let range = classRange else {
            throw Failure(.data, "\(name): expected rows with classes, which this model is told, found none")
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

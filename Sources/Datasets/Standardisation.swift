import Failures
import Numerics

/// (v - mean) / sd of every value of a row.
///
/// In Double where the file has numbers that floats do not hold: of 1.6e9 + 60 z floats leave three values. Else in float, whose bits are
/// those of earlier versions.
struct Standardisation: Sendable {
    let moments: ColumnMoments
    private let means: [Float]
    private let factors: [Float]

    init(_ moments: ColumnMoments) {
        self.moments = moments
        means = moments.means.map { Float($0) }
        factors = moments.deviations.map { 1 / Float($0) }
    }

    /// By the moments of a data set itself.
    /// - Throws: `.data` where one of its columns is constant.
    init(of dataset: Dataset) throws(Failure) {
        self.init(dataset.moments())
        let isConstant: (Int) -> Bool = { [moments, factors] column in
            let deviation = moments.deviations[column]
            guard let precise = dataset.precise else { return !(deviation > 0) || !factors[column].isFinite }
            // The mean of equal doubles is rounded: their deviation need not be 0.
            return !(deviation > 0) || !(1 / deviation).isFinite
                || stride(from: column, to: precise.count, by: dataset.shape.count).allSatisfy { precise[$0] == precise[column] }
        }
        guard let column = moments.deviations.indices.first(where: isConstant) else { return }
        let title = dataset.columnNames.map { " (\($0[column]))" } ?? ""
        throw Failure(
            .data,
            "\(dataset.name): column \(column + 1)\(title) is constant and cannot be standardised. Leave it out (data.columns), or say data.standardize=false."
        )
    }

    /// A row of floats of a data set, 1 x values.
    func fill(_ target: Matrix, row: Int, of dataset: Dataset) {
        guard case .floats(let floats) = dataset.values else { preconditionFailure("levels are not standardised") }
        if let precise = dataset.precise {
            apply(to: target, from: precise[row * target.columns..<(row + 1) * target.columns])
        } else {
            DataStream.copy(floats, row, target)
            apply(to: target)
        }
    }

    private func apply(to target: Matrix, from numbers: ArraySlice<Double>) {
        let first = numbers.startIndex
        for column in 0..<target.columns {
            target[0, column] = Float((numbers[first + column] - moments.means[column]) / moments.deviations[column])
        }
    }

    /// In place, for every row.
    func apply(to rows: Matrix) {
        unsafe means.withUnsafeBufferPointer { means in
            unsafe factors.withUnsafeBufferPointer { factors in
                for row in 0..<rows.rows {
                    let out = unsafe rows.base + row * rows.columns
                    for index in 0..<rows.columns { unsafe out[index] = (out[index] - means[index]) * factors[index] }
                }
            }
        }
    }
}

import Numerics

/// The scales of every value of a row (`ColumnScales`) at work.
///
/// In Double where there are curves, or where the file has numbers that floats do not hold: of 1.6e9 + 60 z floats leave three values. Else in float, whose bits are
/// those of earlier versions.
struct Standardisation: Sendable {
    let scales: ColumnScales
    private let means: [Float]
    private let factors: [Float]

    init(_ scales: ColumnScales) {
        self.scales = scales
        means = scales.moments.means.map { Float($0) }
        factors = scales.moments.deviations.map { 1 / Float($0) }
    }

    /// A row of floats of a data set, 1 x values.
    func fill(_ target: Matrix, row: Int, of dataset: Dataset) {
        guard case .floats(let floats) = dataset.values else { preconditionFailure("levels are not standardised") }
        if dataset.precise != nil || !scales.curves.isEmpty {
            let first = row * target.columns
            for column in 0..<target.columns { target[0, column] = Float(scales.forward(dataset.number(first + column), column)) }
        } else {
            DataStream.copy(floats, row, target)
            apply(to: target)
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

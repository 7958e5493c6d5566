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

    /// A row of floats, 1 x values, with the numbers that they narrow where these are kept.
    func fill(_ target: Matrix, _ floats: [Float], _ precise: [Double]?, from start: Int) {
        if precise != nil || !scales.curves.isEmpty {
            for column in 0..<target.columns {
                let number = precise?[start + column] ?? Double(floats[start + column])
                target[0, column] = Float(scales.forward(number, column))
            }
        } else {
            DataStream.copy(floats, from: start, target)
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

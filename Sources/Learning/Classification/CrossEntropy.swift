import Numerics

/// The loss of a classifier: -ln p(c|x) with p(k|x) = exp(f_k) / Σ_j exp(f_j), f the logits of a row and c its class.
package enum CrossEntropy {
    /// p(k|x) of each row, in the place of the logits: rows x classes.
    package static func makeProbabilities(of logits: Matrix) {
        for row in 0..<logits.rows { _ = makeProbabilities(of: logits, row: row) }
    }

    /// The gradient of scale · Σ -ln p(c|x) with respect to the logits, in their place: scale (p(k|x) - [k = c]).
    ///
    /// - Parameters:
    ///   - logits: rows x classes.
    ///   - classes: of each row, from 0.
    /// - Returns: Σ -ln p(c|x), without the scale.
    package static func makeGradient(of logits: Matrix, classes: [Int], scale: Float) -> Double {
        precondition(classes.count == logits.rows, "\(classes.count) classes for \(logits.rows) rows")
        var loss = 0.0
        for (row, label) in classes.enumerated() {
            precondition(label >= 0 && label < logits.columns, "class \(label) of \(logits.columns)")
            let own = logits[row, label]
            loss += Double(makeProbabilities(of: logits, row: row) - own)
            for column in 0..<logits.columns { logits[row, column] = scale * (logits[row, column] - (column == label ? 1 : 0)) }
        }
        return loss
    }

    /// - Returns: ln Σ exp(f_k) of the row.
    private static func makeProbabilities(of logits: Matrix, row: Int) -> Float {
        let columns = 0..<logits.columns
        let greatest = columns.reduce(-Float.infinity) { max($0, logits[row, $1]) }
        var sum: Float = 0
        for column in columns {
            let power = VectorMath.exp(logits[row, column] - greatest)
            logits[row, column] = power
            sum += power
        }
        for column in columns { logits[row, column] /= sum }
        return greatest + VectorMath.log(sum)
    }
}

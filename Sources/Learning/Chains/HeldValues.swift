import Numerics
import Sampling

/// Values of states that are given: chains move the others.
package struct HeldValues: Sendable {
    /// rows x dimension
    private let values: Matrix
    /// rows x dimension, 1 where a value is given, else 0: as `ChainBuffers.held`.
    package let marks: Matrix

    package init(values: Matrix, marks: Matrix) {
        precondition(values.rows == marks.rows && values.columns == marks.columns, "a mark for each value")
        (self.values, self.marks) = (values, marks)
    }

    /// Of some rows, each as often as it is named.
    package func rows(_ rows: [Int]) -> HeldValues {
        func chosen(_ all: Matrix) -> Matrix {
            Matrix(rows: rows.count, columns: all.columns, rows.flatMap { all.rows($0..<$0 + 1).values })
        }
        return HeldValues(values: chosen(values), marks: chosen(marks))
    }

    /// Puts what is given into states.
    func paste(into states: Matrix) {
        for row in 0..<states.rows {
            for column in 0..<states.columns where marks[row, column] != 0 { states[row, column] = values[row, column] }
        }
    }

    /// Zeros in a gradient where values are given.
    func hold(_ gradient: Matrix) {
        for row in 0..<gradient.rows {
            for column in 0..<gradient.columns where marks[row, column] != 0 { gradient[row, column] = 0 }
        }
    }
}

/// An energy of what is not given alone: it does not see where chains have moved the rest, which changes nothing of what is decided.
struct HeldPotential: Potential {
    private let base: any Potential
    private let held: HeldValues
    private let states: Matrix

    /// - Parameter held: as many rows as there are chains.
    init(base: any Potential, held: HeldValues) {
        (self.base, self.held) = (base, held)
        states = Matrix(rows: held.marks.rows, columns: base.dimension)
    }

    var dimension: Int { base.dimension }

    func evaluate(_ x: Matrix, energies: Matrix, gradient: Matrix) {
        states.copy(from: x)
        held.paste(into: states)
        base.evaluate(states, energies: energies, gradient: gradient)
        held.hold(gradient)
    }
}

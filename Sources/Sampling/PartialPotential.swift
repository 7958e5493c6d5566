import Numerics

/// Some of the values of a state, as a state of their own.
struct StatePart: Sendable {
    /// Their coordinates.
    let columns: [Int]

    /// Takes them out of whole states.
    func gather(from whole: Matrix, into part: Matrix) {
        for row in 0..<part.rows {
            for (place, column) in columns.enumerated() { part[row, place] = whole[row, column] }
        }
    }

    /// Takes their slopes out of a gradient: 0 for values that stay.
    /// - Parameter held: as `ChainBuffers.held`.
    func gatherSlopes(from whole: Matrix, into part: Matrix, held: Matrix?) {
        gather(from: whole, into: part)
        guard let held else { return }
        for row in 0..<part.rows {
            for (place, column) in columns.enumerated() where held[row, column] != 0 { part[row, place] = 0 }
        }
    }

    /// Puts them back into whole states, but for those that stay.
    func scatter(_ part: Matrix, to whole: Matrix, held: Matrix?) {
        for row in 0..<part.rows {
            for (place, column) in columns.enumerated() where held.map({ $0[row, column] == 0 }) ?? true {
                whole[row, column] = part[row, place]
            }
        }
    }
}

/// An energy as a function of some of its values, the others as they stand.
///
/// On values that stay it does not depend: chains walk freely there, which changes nothing of what is decided.
struct PartialPotential<Base: Potential>: Potential {
    let base: Base
    let part: StatePart
    /// Where the base is evaluated: rows x its dimension, with the other values.
    let x: Matrix
    /// The gradient there, overwritten.
    let gradient: Matrix
    /// As `ChainBuffers.held`.
    let held: Matrix?

    var dimension: Int { part.columns.count }

    func evaluate(_ values: Matrix, energies: Matrix, gradient slopes: Matrix) {
        part.scatter(values, to: x, held: held)
        base.evaluate(x, energies: energies, gradient: gradient)
        part.gatherSlopes(from: gradient, into: slopes, held: held)
    }
}

import Model
import Numerics
import Sampling

/// E(x) + g (E(x, c) - E(x)): the energy of rows with a condition, whose difference from that of rows without one counts g times.
///
/// With g above 1 samples are more typical of their condition, and less different from each other, than exp(-E(x, c)): p(x, c) ∝ p(x) p(c | x)^g. Cost: two
/// passes an evaluation.
///
/// Source: J. Ho, T. Salimans, arXiv:2207.12598, for scores; here energies are guided, so that samplers with an accept step have a target.
package struct GuidedPotential: Potential {
    private let base: any ConditionalPotential
    private let conditions: Matrix
    private let none: Matrix
    /// g
    private let guidance: Float
    private let energies: Matrix
    private let gradient: Matrix

    /// - Parameters:
    ///   - conditions: of each row.
    ///   - none: what rows without a condition have in its place.
    package init(_ base: any ConditionalPotential, conditions: Matrix, none: Float, guidance: Float) {
        (self.base, self.conditions, self.guidance) = (base, conditions, guidance)
        self.none = Matrix(rows: 1, columns: conditions.columns, Array(repeating: none, count: conditions.columns))
        energies = Matrix(rows: conditions.rows, columns: 1)
        gradient = Matrix(rows: conditions.rows, columns: base.dimension)
    }

    package var dimension: Int { base.dimension }

    /// The condition is that of the rows afterwards.
    package func evaluate(_ x: Matrix, energies: Matrix, gradient: Matrix) {
        let (ownEnergies, ownGradient) = (self.energies.rows(0..<x.rows), self.gradient.rows(0..<x.rows))
        base.setCondition(none)
        base.evaluate(x, energies: ownEnergies, gradient: ownGradient)
        base.setCondition(conditions)
        base.evaluate(x, energies: energies, gradient: gradient)
        energies.combine(energies, ownEnergies) { $1 + guidance * ($0 - $1) }
        gradient.combine(gradient, ownGradient) { $1 + guidance * ($0 - $1) }
    }
}

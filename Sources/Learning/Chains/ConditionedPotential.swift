import Numerics
import Sampling

/// The energy of what is to be found, given the condition: visible pixels are not moved by it.
///
/// A chain on all pixels would follow the energy away from the visible ones, which are put back at its end: the energy would then learn from states
/// that its own chains never see.
package struct ConditionedPotential: Potential {
    let base: any Potential
    let condition: TileCondition

    package init(base: any Potential, condition: TileCondition) { (self.base, self.condition) = (base, condition) }

    package var dimension: Int { base.dimension }

    package func evaluate(_ x: Matrix, energies: Matrix, gradient: Matrix) {
        base.evaluate(x, energies: energies, gradient: gradient)
        condition.hold(gradient)
    }
}

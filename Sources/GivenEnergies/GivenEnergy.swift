import Failures
import Numerics

/// An energy that a person gives, with p(x) ∝ exp(-E(x)): nothing of it is learned.
public protocol GivenEnergy: Sendable {
    /// The names of x's values: as many as x has.
    var coordinates: [String] { get }

    /// What it is, for digests: equal for energies with equal values everywhere.
    var digest: String { get }

    /// Energies and their gradients with respect to x. Where an energy is +infinity the density is 0, and the gradient is not looked at.
    ///
    /// Any number of threads may call it at once. What goes wrong is remembered for `check`, and the energies of that call are +infinity.
    /// - Parameters:
    ///   - x: rows x dimension.
    ///   - energies: rows x 1, overwritten.
    ///   - gradient: rows x dimension, overwritten.
    func evaluate(_ x: Matrix, energies: Matrix, gradient: Matrix)

    /// - Throws: what went wrong first in an evaluation by this process.
    func check() throws(Failure)
}

extension GivenEnergy {
    public var dimension: Int { coordinates.count }

    public func check() throws(Failure) {}
}

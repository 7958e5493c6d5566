import Model
import Numerics
import Sampling

/// What computes a run's networks for one thread: it owns the workspaces and the shard's gradient, and reads weights that were prepared after the last
/// update. Objectives reach networks through it alone.
///
/// Chains and gradients may be computed differently: `chainPotential` is all that transition kernels see, the rest is what the parameters learn from.
/// Another engine, of another device, is a type beside `HostEngine`; `Engines` chooses.
package protocol Engine: AnyObject, Sendable {
    /// The energy as transition kernels see it.
    var chainPotential: any ConditionalPotential { get }
    /// The generator as chains of latent vectors see it; nil for others.
    var chainGenerator: NetworkPass? { get }
    /// The networks beside the energy; nil where the run has none.
    var generator: NetworkPass? { get }
    var encoder: NetworkPass? { get }
    var proposal: NetworkPass? { get }
    /// The shard's gradient with respect to all parameters of the run: 1 x parameters.
    var wholeGradient: Matrix { get }
    /// The energy's part of it.
    var energyGradient: Matrix { get }

    /// Energies and their gradients with respect to x, in the precision that parameters learn from; as `Potential.evaluate`.
    func evaluate(_ x: Matrix, energies: Matrix, gradient: Matrix)

    /// Adds Σ w_i ∇θE(x_i) to the gradient.
    /// - Parameters:
    ///   - rows: at most `EngineNeeds.passTiles` tiles, rows x dimension.
    ///   - energies: rows x 1, overwritten.
    ///   - rowWeights: fills the weights, rows x 1, from the energies.
    func addGradient(of rows: Matrix, energies: Matrix, rowWeights: (_ energies: Matrix, _ weights: Matrix) -> Void)

    /// Adds the gradient of a weighted sum of the energy's derivatives along lines (`EnergyModel.addLineGradient`); only where `EngineNeeds.lineOrder`
    /// asks for such.
    func addLineGradient(of x: Matrix, along direction: Matrix, rowWeights: (_ derivatives: [Matrix], _ weights: [Matrix]) -> Void)

    /// Energies and their derivatives along lines, without a gradient (`EnergyModel.lineDerivatives`), in the engine until its next pass along lines; each
    /// rows x 1.
    func lineDerivatives(of x: Matrix, along direction: Matrix) -> [Matrix]

    /// Gives all networks what is known of rows beside the noise: of those of a tile, which all tiles of a pass have then, or of the tiles of a
    /// pass one after the other.
    func setCondition(_ rows: Matrix)

    /// Gives the networks that know them the noise levels of rows: one for all, those of a tile, which all tiles of a pass have then, or of the tiles of a pass one after the
    /// other.
    func setLevels(_ levels: [Float])

    /// How fast the noise level of each row of a tile changes along lines; 0 until it is set.
    func setLevelDirections(_ directions: [Float])
}

/// What an objective asks of the engine of a thread.
package struct EngineNeeds: Hashable, Sendable {
    /// Tiles that go through the energy together in one pass.
    package var passTiles = 1
    /// The highest derivative along lines that gradients need (`Engine.addLineGradient`); 0 for none.
    package var lineOrder = 0

    package init(passTiles: Int = 1, lineOrder: Int = 0) { (self.passTiles, self.lineOrder) = (passTiles, lineOrder) }
}

import Distributed
import Model
import Numerics
import Sampling

/// What one thread works with: scratch for one shard's tile, made once.
package final class ShardWorker: @unchecked Sendable {
    package let potential: ModelPotential
    package let chains: ChainBuffers
    /// Where the chains of the tile started: chains x dimension.
    package let origin: Matrix
    /// Data rows of the tile: chains x dimension.
    package let data: Matrix
    package let energies: Matrix
    /// 1/T of each chain, for runs with a ladder of temperatures.
    package let inverseTemperatures: Matrix
    /// The shard's parameter gradient, 1 x parameters.
    package let gradient: Matrix
    /// The shards' gradients and reports as the exact sum takes them.
    package var part: ExactSum.Part
    /// The shards' gradients as a plain sum takes them; empty with the exact sum.
    package var plain: [Float] = []
    package var times = PhaseTimes()

    package init(model: EnergyModel, weights: PreparedWeights, rows: Int, scratch: Int, part: ExactSum.Part) {
        let dimension = model.network.inputShape.count
        potential = ModelPotential(model: model, weights: weights, workspace: Workspace(model.network, rows: rows))
        chains = ChainBuffers(chains: rows, dimension: dimension, scratch: scratch)
        origin = Matrix(rows: rows, columns: dimension)
        data = Matrix(rows: rows, columns: dimension)
        energies = Matrix(rows: rows, columns: 1)
        inverseTemperatures = Matrix(rows: rows, columns: 1)
        gradient = Matrix(rows: 1, columns: model.layout.count)
        self.part = part
    }
}

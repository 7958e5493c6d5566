import Datasets
import Model
import Numerics
import Sampling

/// What one thread works with: scratch for one shard's tile, made once.
package final class ShardWorker: @unchecked Sendable {
    package let potential: ModelPotential
    package let chains: ChainBuffers
    /// Where the chains of the tile started: chains x dimension.
    package let origin: Matrix
    /// Data rows of the tile: chains x values of a row.
    package let data: Matrix
    package let energies: Matrix
    /// 1/T of each chain, for runs with a ladder of temperatures.
    package let inverseTemperatures: Matrix
    /// Tiles that go through the network together: (passTiles · chains) x dimension, and their energies.
    package let pass: Matrix
    package let passEnergies: Matrix
    /// For derivatives along lines; nil where the objective has none.
    private let line: LineWorkspace?
    private let lineDerivatives: [Matrix]
    /// The shard's gradient with respect to all parameters of the run, and the energy's part of it: 1 x parameters.
    package let wholeGradient: Matrix
    package let gradient: Matrix
    /// The networks beside the energy.
    package let generator: NetworkPass?
    package let encoder: NetworkPass?
    /// What the networks are told about the rows, chains x `RowCondition.count`; empty where that is nothing.
    package let told: Matrix
    /// Rows of latent vectors and of their gradients, chains x latent values; empty without a generator.
    package let latents: Matrix
    package let latentGradient: Matrix
    /// Values of a generator's rows less others, chains x values of a row; empty without a generator.
    package let residual: Matrix
    /// Gradients with respect to an encoder's outputs, chains x twice the latent values; empty without an encoder.
    package let codeGradient: Matrix
    package var times = PhaseTimes()
    /// The factor of the sampler's step size in this training step, the same for all workers.
    package var stepSizeFactor: Float = 1

    /// - Parameter onEvaluation: called whenever a sampler evaluates the energy.
    package init(
        networks: RunNetworks, weights: RunWeights, dataShape: ImageShape, rows: Int, profile: ObjectiveProfile,
        onEvaluation: (@Sendable () -> Void)? = nil
    ) {
        let model = networks.energy
        let dimension = model.inputShape.count
        potential = ModelPotential(
            model: model, weights: weights.energy, workspace: Workspace(model, rows: profile.passTiles * rows), onEvaluation: onEvaluation)
        chains = ChainBuffers(chains: rows, dimension: dimension, scratch: profile.chainScratch)
        origin = Matrix(rows: rows, columns: dimension)
        data = Matrix(rows: rows, columns: dataShape.count)
        energies = Matrix(rows: rows, columns: 1)
        inverseTemperatures = Matrix(rows: rows, columns: 1)
        pass = Matrix(rows: profile.passTiles == 1 ? 0 : profile.passTiles * rows, columns: dimension)
        passEnergies = Matrix(rows: pass.rows, columns: 1)
        line = profile.lineOrder == 0 ? nil : LineWorkspace(model, rows: rows, order: profile.lineOrder)
        lineDerivatives = profile.lineOrder == 0 ? [] : (0...profile.lineOrder).map { _ in Matrix(rows: rows, columns: 1) }
        let wholeGradient = Matrix(rows: 1, columns: networks.layout.count)
        self.wholeGradient = wholeGradient
        gradient = wholeGradient.view(from: 0, rows: 1, columns: model.layout.count)
        let pass = { (part: RunNetworks.Part) -> NetworkPass? in
            guard let network = networks[part], let prepared = weights[part] else { return nil }
            let range = networks.range(of: part)
            return NetworkPass(
                network: network, weights: prepared, workspace: Workspace(network, rows: rows),
                gradient: wholeGradient.view(from: range.lowerBound, rows: 1, columns: range.count))
        }
        (generator, encoder) = (pass(.generator), pass(.encoder))
        told = Matrix(rows: rows, columns: networks.encoder?.conditionCount ?? 0)
        let latentCount = networks.generator?.inputShape.count ?? 0
        residual = Matrix(rows: rows, columns: networks.generator?.outputCount ?? 0)
        codeGradient = Matrix(rows: rows, columns: networks.encoder?.outputCount ?? 0)
        (latents, latentGradient) = (Matrix(rows: rows, columns: latentCount), Matrix(rows: rows, columns: latentCount))
    }

    /// Fills the data rows of a shard and tells all networks what belongs to them; nil: nothing. Another shard may have used the worker since.
    package func fillData(_ data: DataStream, told condition: RowCondition?, seed: UInt64, step: Int, shard: Int) {
        data.fill(self.data, step: step, shard: shard)
        guard let condition else { return }
        condition.tell(self.data, from: data, seed: seed, step: step, shard: shard, into: told)
        for workspace in [potential.workspace, generator?.workspace, encoder?.workspace] { workspace?.condition?.copy(from: told) }
    }

    /// Tells the energy the same in every row and place: a noise level.
    package func setCondition(_ value: Float) {
        potential.workspace.condition?.fill(value)
        line?.condition?.fill(value)
    }

    /// Adds Σ w(E) ∇θE over those of some rows that count to `gradient`.
    /// - Returns: the sum of their energies.
    package func addGradient(of rows: Matrix, where counts: (Int) -> Bool = { _ in true }, weight: (Float) -> Float) -> Double {
        potential.model.addParameterGradient(
            of: rows, potential.weights, potential.workspace, energies: energies,
            rowWeights: { energies, weights in
                for row in 0..<energies.rows { weights[row, 0] = counts(row) ? weight(energies[row, 0]) : 0 }
            }, into: gradient)
        var sum = 0.0
        for row in 0..<rows.rows where counts(row) { sum += Double(energies[row, 0]) }
        return sum
    }

    /// Adds the gradient of a weighted sum of the energy's derivatives along lines (`EnergyModel.addLineGradient`) to `gradient`.
    package func addLineGradient(
        of x: Matrix, along direction: Matrix, rowWeights: (_ derivatives: [Matrix], _ weights: [Matrix]) -> Void
    ) {
        guard let line else { preconditionFailure("the objective's profile has no derivatives along lines") }
        potential.model.addLineGradient(
            of: x, along: direction, potential.weights, line, derivatives: lineDerivatives, rowWeights: rowWeights, into: gradient)
    }
}

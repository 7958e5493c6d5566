import Configuration
import Distributed
import Failures
import Learning
import Measures
import Numerics
import Sampling

/// The energies of some rows of one kind.
package struct RowEnergies: Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        case data
        /// Data that were not trained on.
        case heldOut = "held-out"
        case samples
        /// What chains start from.
        case noise
    }

    package let kind: Kind
    /// Those that are no numbers included.
    package let values: [Double]

    package init(_ kind: Kind, _ values: [Double]) { (self.kind, self.values) = (kind, values) }

    /// Collective. Of all kinds of which there are rows.
    static func all(
        of model: SnapshotModel, samples: Matrix?, conditions: SampleConditions?, _ communicator: any Communicator
    ) throws(Failure) -> [RowEnergies] {
        guard let scores = RowScores(model.networks, model.weights, model.configuration, seed: ModelSnapshot.seed) else { return [] }
        var all: [RowEnergies] = []
        for (kind, rows) in [(Kind.data, model.rows), (.heldOut, model.heldOut)] {
            guard let rows else { continue }
            let values = try scores.energies(
                of: rows, count: ModelSnapshot.count, model.condition, seed: ModelSnapshot.seed, communicator)
            all.append(RowEnergies(kind, values))
        }
        if let samples, model.condition == nil || conditions != nil {
            let given = conditions?.values(count: samples.rows, rowsPerTile: model.configuration.run.chainsPerShard)
            let values = try scores.scores(of: min(ModelSnapshot.count, samples.rows), communicator) { part, _ in
                (samples.rows(part), given?.rows(part))
            }
            all.append(RowEnergies(.samples, values[0]))
        }
        // Latent vectors have no noise of the rows' kind, and noise has no condition.
        guard !model.networks.isLatent, model.condition == nil, let rows = model.rows else { return all }
        let noise = Matrix(rows: ModelSnapshot.count, columns: rows.dimension)
        model.configuration.startNoise(in: model.space).fill(
            noise, stream: RandomStream(seed: ModelSnapshot.seed, purpose: .evaluation, step: 4, index: 0))
        let values = try scores.scores(of: noise.rows, communicator) { part, _ in (noise.rows(part), nil) }
        return all + [RowEnergies(.noise, values[0])]
    }
}

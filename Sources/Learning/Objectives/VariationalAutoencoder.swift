import Datasets
import Model
import Numerics

/// The baseline of variational teaching: the same autoencoder, learning data rows instead of the ends of chains.
///
/// Gradient: that of mean |g(z) - x|² + w KL(q(z|x) ‖ N(0, I)), z = μ(x) + σ(x) ξ. The energy has no part in it. Samples are g(z), z ~ N(0, I).
///
/// Source: D. Kingma, M. Welling, arXiv:1312.6114.
package struct VariationalAutoencoder: Objective {
    let seed: UInt64
    /// w
    let divergenceWeight: Float
    let rowsPerStep: Int
    let data: LearnedRows

    package init(seed: UInt64, divergenceWeight: Float, rowsPerStep: Int, data: LearnedRows) {
        self.seed = seed
        self.divergenceWeight = divergenceWeight
        self.rowsPerStep = rowsPerStep
        self.data = data
    }

    package var profile: ObjectiveProfile {
        var profile = ObjectiveProfile()
        profile.model = .autoencoder
        profile.samples = .negatives
        profile.measures = [.dataEnergy, .reconstruction, .latentDivergence]
        return profile
    }

    package struct Scratch {
        let autoencoder: Autoencoder.Scratch
    }

    package func makeScratch(_ make: TileMaker) -> Scratch { Scratch(autoencoder: Autoencoder.Scratch(make)) }

    package func sampleNegatives(_ shard: ShardState, _ scratch: Scratch, _ worker: ShardWorker, step: Int) {
        data.fill(worker, step: step, shard: shard.index)
        let stream = RandomStream(seed: seed, purpose: .latentStart, step: step, index: shard.index)
        shard.negatives.copy(from: Autoencoder(worker, scratch.autoencoder).samples(stream))
        if let condition = data.condition { TileCondition(condition, worker.condition).paste(into: shard.negatives) }
        worker.times.stamp(.sampling)
    }

    package func addGradient(_ shard: ShardState, _ scratch: Scratch, _ worker: ShardWorker, step: Int) {
        data.fill(worker, step: step, shard: shard.index)
        worker.times.stamp(.data)
        let noise = RandomStream(seed: seed, purpose: .latentPosterior, step: step, index: shard.index)
        (shard.report[.reconstruction], shard.report[.latentDivergence]) = Autoencoder(worker, scratch.autoencoder).addGradient(
            of: worker.data, divergenceWeight: divergenceWeight, scale: 1 / Float(rowsPerStep), noise: noise)
        worker.times.stamp(.gradients)
    }
}

extension ModelDeclaration {
    /// An autoencoder beside an energy that learns nothing.
    package static let autoencoder = ModelDeclaration(networks: [.generator, .encoder], energy: .none, drawsFromGenerator: true)
}

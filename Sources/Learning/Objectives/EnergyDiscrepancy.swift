import Datasets
import Model
import Numerics
import Sampling

/// Energy discrepancy: data against perturbed data, without a sampler and without ∇E.
///
/// L = mean_i log( w/M + (1/M) Σ_j exp(E(x_i) - E(x_i + √t ξ_i + √t ξ'_ij)) ), ξ_i shared over j. For w = 1 it is consistent for every M, being
/// noise-contrastive estimation by ranking; t → 0 gives score matching, t → ∞ maximum likelihood. Cost: M + 1 passes a data row.
/// It is also the estimator `importance` of diffusion contrastive divergence with noise variance t.
///
/// Rows of a table are perturbed column by column, each by its kind (`RowPerturbation`), and what gaps leave free counts with its density (`RowSpace`).
///
/// Source: T. Schröder, Z. Ou, J. Lim, Y. Li, S. Vollmer, A. Duncan, arXiv:2307.06431; mixed rows: T. Schröder, Z. Ou, Y. Li, A. Duncan, arXiv:2412.01019.
package struct EnergyDiscrepancy: RowLoss {
    let seed: UInt64
    /// √t, and what happens to columns that are no numbers.
    let perturbation: RowPerturbation
    /// M
    let samples: Int
    /// w
    let stabilization: Float
    let rowsPerStep: Int
    package var data: LearnedRows

    /// - Parameter siteTime: how long sites are perturbed, of rows that have such.
    package init(
        seed: UInt64, deviation: Float, siteTime: Double, samples: Int, stabilization: Float, rowsPerStep: Int, data: LearnedRows
    ) {
        self.seed = seed
        perturbation = RowPerturbation(deviation: deviation, time: siteTime, space: data.data.space)
        self.samples = samples
        self.stabilization = stabilization
        self.rowsPerStep = rowsPerStep
        self.data = data
    }

    package var profile: ObjectiveProfile {
        var profile = ObjectiveProfile()
        profile.measures = Measure.contrast
        profile.engine = EngineNeeds(passTiles: samples + 1)
        profile.evaluations = Double(samples + 1)
        return profile
    }

    package struct Scratch {
        let pass: PassTiles
        /// x + √t ξ
        let centres: Matrix
        /// Of a tile, one number a site; nil without sites.
        let uniforms: Matrix?
        /// -log of the density of what gaps leave free, a number for each row of the pass; nil without gaps.
        let gapEnergies: Matrix?
    }

    package func makeScratch(_ make: TileMaker) -> Scratch {
        let sites = perturbation.uniformsPerRow
        return Scratch(
            pass: PassTiles(samples + 1, make), centres: make.tile(make.energyDimension), uniforms: sites > 0 ? make.tile(sites) : nil,
            gapEnergies: data.data.space?.gaps.isEmpty == false ? make.tile(1, rows: (samples + 1) * make.rows) : nil)
    }

    package func addGradient(_ shard: ShardState, _ scratch: Scratch, _ worker: ShardWorker, step: Int) {
        data.fill(worker, step: step, shard: shard.index)
        addGradient(of: worker.data, shard, scratch, worker, step: step)
    }

    /// As above, with rows that are learned in place of data: latent vectors of them, for example.
    func addGradient(of positives: Matrix, _ shard: ShardState, _ scratch: Scratch, _ worker: ShardWorker, step: Int) {
        fillPass(positives, scratch, shard, step)
        worker.times.stamp(.data)
        let (rows, pass) = (positives.rows, scratch.pass)
        var loss = 0.0
        worker.engine.addGradient(of: pass.rows, energies: pass.energies) { energies, weights in
            for row in 0..<rows { loss += Double(weigh(row, of: rows, energies, scratch.gapEnergies, weights)) }
        }
        let energies = pass.energies.values
        shard.report[.dataEnergy] = energies[..<rows].reduce(0) { $0 + Double($1) }
        shard.report[.sampleEnergy] = energies[rows...].reduce(0) { $0 + Double($1) } / Double(samples)
        shard.report[.loss] = loss
        worker.times.stamp(.gradients)
    }

    /// The rows that are learned, then M tiles of their perturbations.
    private func fillPass(_ positives: Matrix, _ scratch: Scratch, _ shard: ShardState, _ step: Int) {
        let (centres, uniforms) = (scratch.centres, scratch.uniforms)
        func stream(_ purpose: RandomPurpose) -> RandomStream {
            RandomStream(seed: seed, purpose: purpose, step: step, index: shard.index)
        }
        scratch.pass[0].copy(from: positives)
        data.data.space?.open(scratch.pass[0], stream(.gapFiller))
        stream(.perturbation).fillNormals(centres)
        if let uniforms { stream(.sitePerturbation).fillUniforms(uniforms) }
        perturbation.perturb(scratch.pass[0], into: centres, uniforms)
        let (normals, contrasts) = (stream(.contrastiveSample), stream(.siteContrast))
        for sample in 0..<samples {
            let tile = scratch.pass[sample + 1]
            normals.fillNormals(tile, from: sample * RandomStream.draws(for: tile.count))
            if let uniforms { contrasts.fillUniforms(uniforms, from: sample * RandomStream.draws(for: uniforms.count)) }
            perturbation.perturb(centres, into: tile, uniforms)
        }
        data.data.space?.settle(scratch.pass.rows, energies: scratch.gapEnergies)
    }

    /// Row i's weights: with p_j = exp(E_i - E_ij) / (w + Σ exp(E_i - E_ik)), Σ p_j / n for the datum and -p_j / n for its samples.
    /// - Returns: the row's loss.
    private func weigh(_ row: Int, of rows: Int, _ energies: Matrix, _ gapEnergies: Matrix?, _ weights: Matrix) -> Float {
        func energy(_ place: Int) -> Float { energies[place, 0] + (gapEnergies?[place, 0] ?? 0) }
        let own = energy(row)
        let differences = (1...samples).map { own - energy(row + $0 * rows) }
        let largest = max(differences.max() ?? 0, stabilization > 0 ? VectorMath.log(stabilization) : -.infinity)
        let terms = differences.map { VectorMath.exp($0 - largest) }
        let total = terms.reduce(0, +) + (stabilization > 0 ? VectorMath.exp(VectorMath.log(stabilization) - largest) : 0)
        let scale = 1 / (Float(rowsPerStep) * total)
        weights[row, 0] = terms.reduce(0, +) * scale
        for (sample, term) in terms.enumerated() { weights[row + (sample + 1) * rows, 0] = -term * scale }
        return largest + VectorMath.log(total / Float(samples))
    }
}

import Datasets
import Model
import Numerics
import Sampling

/// Diffusion contrastive divergence with the diffused energy to first order in the noise: one step of the Fokker-Planck equation.
///
/// For p_t = p * N(0, t) the energy U_t = -log p_t of the model obeys ∂_t U = ½ (ΔU - |∇U|²), so U_t(x_T) ≈ E(x_T) + (t/2)(ΔE - |∇E|²) and
///
///     variance exploding:   L = mean E(x0) - E(x_T) + (t/2) (|∇E|² - ΔE),                          x_T = x0 + √t ξ
///     variance preserving:  L = mean E(x0) - E(x_T) + (b/2) (d - x·∇E - ΔE + |∇E|²),              x_T = √(1 - b) x0 + √b ξ
///
/// with the bracket at x0 (`DiffusionBracket.data`) or at x_T (`noised`); at x_T the minimiser is the density of the noised data, to first order. The Laplacian comes from random
/// signs v as vᵀ(∇²E)v (Hutchinson) or from energies alone as (|ξ|² - d)/t · (½E(x + √t ξ) + ½E(x - √t ξ) - E(x)) (Stein). Without the bracket, noised data
/// as negatives, the loss has no lower bound.
///
/// The source's printed loss was not at hand; this is the reconstruction of its idea "DCD-VE". Source: W. Luo et al., arXiv:2307.01668.
package struct OneStepDiffusion: Objective {
    let seed: UInt64
    let form: DiffusionForm
    let trace: LaplacianTrace
    let bracket: DiffusionBracket
    /// √t, or √b for the variance preserving form.
    let deviation: Float
    let rowsPerStep: Int
    let data: LearnedRows

    package init(
        seed: UInt64, form: DiffusionForm, trace: LaplacianTrace, bracket: DiffusionBracket, deviation: Float, rowsPerStep: Int,
        data: LearnedRows
    ) {
        self.seed = seed
        self.form = form
        self.trace = trace
        self.bracket = bracket
        self.deviation = deviation
        self.rowsPerStep = rowsPerStep
        self.data = data
    }

    package var profile: ObjectiveProfile {
        var profile = ObjectiveProfile()
        profile.measures = Measure.contrast
        profile.engine = EngineNeeds(passTiles: trace == .stein ? 4 : 2, lineOrder: trace == .stein ? 1 : 2)
        profile.evaluations = trace == .stein ? 4 + 1 + 2 : 2 + 1 + 3 + 3
        return profile
    }

    package struct Scratch {
        /// x0, x_T, and for Stein's identity the states on both sides of x.
        let pass: PassTiles
        /// v, or ξ of Stein's identity.
        let probe: Matrix
        let gradient: Matrix
    }

    package func makeScratch(_ make: TileMaker) -> Scratch {
        Scratch(pass: PassTiles(profile.engine.passTiles, make), probe: make.tile(make.dimension), gradient: make.tile(make.dimension))
    }

    private var variance: Float { deviation * deviation }

    package func addGradient(_ shard: ShardState, _ scratch: Scratch, _ worker: ShardWorker, step: Int) {
        data.fill(worker, step: step, shard: shard.index)
        let (clean, noised) = (scratch.pass[0], scratch.pass[1])
        clean.copy(from: worker.data)
        RandomStream(seed: seed, purpose: .diffusionNoise, step: step, index: shard.index).fillNormals(noised)
        let keep = form == .varianceExploding ? 1 : (1 - variance).squareRoot()
        noised.combine(clean, noised) { keep * $0 + deviation * $1 }
        worker.times.stamp(.data)
        let place = bracket == .data ? clean : noised
        var loss = 0.0
        if trace == .hutchinson { loss += addLaplacian(of: place, shard, scratch, worker, step) }
        loss = addSlopes(at: place, scratch, worker, to: loss)
        shard.report[.loss] = loss + addEnergies(place, shard, scratch, worker, step)
        worker.times.stamp(.gradients)
    }

    /// -(t/2) vᵀ(∇²E)v with random signs v.
    /// - Returns: its sum over the rows.
    private func addLaplacian(of x: Matrix, _ shard: ShardState, _ scratch: Scratch, _ worker: ShardWorker, _ step: Int) -> Double {
        RandomStream(seed: seed, purpose: .projection, step: step, index: shard.index).fillSigns(scratch.probe)
        let factor = variance / 2
        var sum = 0.0
        worker.engine.addLineGradient(of: x, along: scratch.probe) { derivatives, weights in
            weights[0].fill(0)
            weights[1].fill(0)
            weights[2].fill(-factor / Float(rowsPerStep))
            sum -= Double(factor) * derivatives[2].sum
        }
        return sum
    }

    /// (t/2)|∇E|² has the gradient of t v·∇E along v = ∇E; -(b/2) x·∇E that along x. One pass along t ∇E - (b/2) x.
    /// - Returns: the loss with its sum over the rows.
    private func addSlopes(at x: Matrix, _ scratch: Scratch, _ worker: ShardWorker, to loss: Double) -> Double {
        let gradient = scratch.gradient
        worker.engine.evaluate(x, energies: worker.energies, gradient: gradient)
        let half = variance / 2
        var loss = loss + Double(half) * gradient.squaredNorm
        if form == .variancePreserving {
            loss += Double(half) * (Double(x.count) - x.dot(gradient))
            gradient.combine(x, gradient) { 2 * half * $1 - half * $0 }
        } else {
            gradient.combine(gradient, gradient) { value, _ in 2 * half * value }
        }
        worker.engine.addLineGradient(of: x, along: gradient) { _, weights in
            weights[0].fill(0)
            weights[1].fill(1 / Float(rowsPerStep))
            if weights.count == 3 { weights[2].fill(0) }
        }
        return loss
    }

    /// E(x0) - E(x_T), and with Stein's identity -(t/2) ΔE from energies on both sides of x.
    /// - Returns: its sum over the rows.
    private func addEnergies(_ x: Matrix, _ shard: ShardState, _ scratch: Scratch, _ worker: ShardWorker, _ step: Int) -> Double {
        let (rows, pass, probe) = (worker.data.rows, scratch.pass, scratch.probe)
        let scale = 1 / Float(rowsPerStep)
        if trace == .stein {
            RandomStream(seed: seed, purpose: .projection, step: step, index: shard.index).fillNormals(probe)
            pass[2].combine(x, probe) { $0 + deviation * $1 }
            pass[3].combine(x, probe) { $0 - deviation * $1 }
        }
        var loss = 0.0
        worker.engine.addGradient(of: pass.rows, energies: pass.energies) { energies, weights in
            for row in 0..<rows {
                weights[row, 0] = scale
                weights[rows + row, 0] = -scale
                guard trace == .stein else { continue }
                let noise = probe.rows(row..<row + 1)
                // (t/2) (|ξ|² - d)/t, whatever t is.
                let factor = scale * (Float(noise.squaredNorm) - Float(noise.count)) / 2
                weights[(bracket == .data ? 0 : rows) + row, 0] += factor
                weights[2 * rows + row, 0] = -factor / 2
                weights[3 * rows + row, 0] = -factor / 2
            }
            for row in 0..<energies.rows { loss += Double(weights[row, 0]) * Double(energies[row, 0]) }
        }
        let energies = pass.energies.values
        shard.report[.dataEnergy] = energies[..<rows].reduce(0) { $0 + Double($1) }
        shard.report[.sampleEnergy] = energies[rows..<2 * rows].reduce(0) { $0 + Double($1) }
        return loss * Double(rowsPerStep)
    }
}

import Datasets
import Model
import Numerics

/// Denoising score matching on the levels of a ladder, tied into densities by telling the level of a noised row from its energies:
///
/// L = mean (σ_k²/2) |∇U(y, k) - ξ/σ_k|² + v mean(-log[exp(-U(y, k)) / Σ_j exp(-U(y, j))]),   y = x + σ_k ξ,
///
/// j over a window of m neighboring levels, of which k is any one. Best are differences U(y, j) - U(y, k) = log p_k(y) - log p_j(y), which scores alone say
/// nothing of; with the constant of the top level each U is minus a log density. A window does not depend on the rows, and in it all levels are equally
/// likely, so that it biases nothing; windows go round, from the highest level on to the lowest, so that all levels have as many rows. Cost: m passes more
/// than denoising.
///
/// Source: a classifier of the noise level as a model of densities, beside denoising: S. Yadin, N. Elata, T. Michaeli, arXiv:2402.10095; contrast over the
/// times of a process with score matching: R. Aggarwal, J. Chen, N. Boffi, D. Koes, arXiv:2507.00846. One energy with the level as its condition in place of a
/// classifier with an output for each level, and windows of levels, are ours.
package struct LevelClassification: Objective {
    let seed: UInt64
    let ladder: NoiseLadder
    /// v
    let tieWeight: Float
    /// m
    let window: Int
    let rowsPerStep: Int
    let data: LearnedRows

    package init(
        seed: UInt64, ladder: NoiseLadder, tieWeight: Float, window: Int, rowsPerStep: Int, data: LearnedRows
    ) {
        precondition((2...ladder.levels).contains(window), "a window of at least two levels of the ladder")
        (self.seed, self.ladder, self.tieWeight) = (seed, ladder, tieWeight)
        (self.window, self.rowsPerStep, self.data) = (window, rowsPerStep, data)
    }

    package var profile: ObjectiveProfile {
        var profile = ObjectiveProfile()
        profile.measures = [.dataEnergy, .loss, .tieLoss]
        profile.engine = EngineNeeds(passTiles: window, lineOrder: 1)
        profile.evaluations = 3 + Double(window)
        return profile
    }

    package struct Scratch {
        let noised: LevelNoise
        /// The noised rows once for each level of the window.
        let pass: PassTiles
    }

    package func makeScratch(_ make: TileMaker) -> Scratch {
        Scratch(noised: LevelNoise(make), pass: PassTiles(window, make))
    }

    package func addGradient(_ shard: ShardState, _ scratch: Scratch, _ worker: ShardWorker, step: Int) {
        let (window, places) = draw(shard, rows: worker.data.rows, step)
        let levels = places.map { window[$0] }
        let noises = levels.map { (level: ladder.feature($0), deviation: ladder.deviations[$0]) }
        let noised = scratch.noised
        noised.fill(data, noises, worker, seed: seed, step: step, shard: shard.index)
        worker.times.stamp(.data)
        noised.fillErrors(noises, worker)
        // Without the weights of preconditioned networks: the integral of the squared errors over σ² bounds the divergence at the lowest level.
        let factors = noises.map { $0.deviation * $0.deviation }
        worker.engine.addLineGradient(of: noised.noised, along: noised.direction) { _, weights in
            weights[0].fill(0)
            for (row, factor) in factors.enumerated() { weights[1][row, 0] = factor / Float(rowsPerStep) }
        }
        shard.report[.dataEnergy] = worker.energies.sum
        let denoising = factors.enumerated().reduce(0) {
            $0 + Double($1.element) / 2 * noised.direction.rows($1.offset..<$1.offset + 1).squaredNorm
        }
        let tie = tie(places, window, scratch, worker)
        (shard.report[.loss], shard.report[.tieLoss]) = (denoising + Double(tieWeight) * tie, tie)
        worker.times.stamp(.gradients)
    }

    /// The levels of a shard's window, and the place in it of each row's own level: all in turns, from any of them on.
    private func draw(_ shard: ShardState, rows: Int, _ step: Int) -> (levels: [Int], places: [Int]) {
        let random = RandomStream(seed: seed, purpose: .noiseLevel, step: step, index: shard.index)
        let (first, turn) = (random.integer(below: ladder.levels, at: 0), random.integer(below: window, at: 1))
        return ((0..<window).map { (first + $0) % ladder.levels }, (0..<rows).map { ($0 + turn) % window })
    }

    /// Adds the gradient of the classification.
    /// - Returns: its loss, Σ -log of the own level's share.
    private func tie(_ places: [Int], _ levels: [Int], _ scratch: Scratch, _ worker: ShardWorker) -> Double {
        for tile in 0..<window { scratch.pass[tile].copy(from: scratch.noised.noised) }
        worker.engine.setLevels(levels.flatMap { Array(repeating: ladder.feature($0), count: places.count) })
        let (rows, factor) = (places.count, tieWeight / Float(rowsPerStep))
        var loss = 0.0
        worker.engine.addGradient(of: scratch.pass.rows, energies: scratch.pass.energies) { energies, weights in
            for (row, place) in places.enumerated() {
                let own = (0..<window).map { energies[$0 * rows + row, 0] }
                let least = own.reduce(.infinity, min)
                let shares = own.map { VectorMath.exp(least - $0) }
                let total = shares.reduce(0, +)
                loss += Double(own[place] - least) + Double(VectorMath.log(total))
                for tile in 0..<window {
                    weights[tile * rows + row, 0] = factor * ((tile == place ? 1 : 0) - shares[tile] / total)
                }
            }
        }
        return loss
    }
}

extension Tally {
    /// Σ of the loss that ties noise levels.
    package static let tieLoss = Tally("tieLoss")
}

extension Measure {
    /// The mean loss that ties the densities of noise levels, in nats by classification, in squares of log σ² by derivatives.
    static let tieLoss = mean(.tieLoss, over: .rows, unit: "loss")
}

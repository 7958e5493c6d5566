import Datasets
import Model
import Numerics
import Sampling

/// Score matching by derivatives along lines: L = mean Σ_v ½ (v·∇E)² - vᵀ(∇²E)v.
///
/// With the axes as directions it is exact: Σ_k ½ (∂_k E)² - ∂_k² E = ½|∇E|² - ΔE (A. Hyvärinen, JMLR 6 (2005), 695). With random directions of
/// ±1 it is sliced score matching (Y. Song, S. Garg, J. Shi, S. Ermon, arXiv:1905.07088). The energy must be smooth: ReLU networks have no
/// curvature. Cost: one pass of second order a direction. Its own minimum is low where data lie on a manifold: noise the data.
package struct SlicedScoreMatching: RowLoss {
    package enum Directions: Sendable, Hashable {
        /// As many for each row, drawn anew.
        case random(Int)
        /// One for each value of a row.
        case axes
    }

    let seed: UInt64
    let directions: Directions
    /// Values of a row.
    let dimension: Int
    let rowsPerStep: Int
    package var data: LearnedRows

    package init(seed: UInt64, directions: Directions, dimension: Int, rowsPerStep: Int, data: LearnedRows) {
        self.seed = seed
        self.directions = directions
        self.dimension = dimension
        self.rowsPerStep = rowsPerStep
        self.data = data
    }

    private var count: Int {
        switch directions {
        case .random(let count): count
        case .axes: dimension
        }
    }

    package var profile: ObjectiveProfile {
        var profile = ObjectiveProfile()
        profile.measures = [.dataEnergy, .loss]
        profile.engine = EngineNeeds(lineOrder: 2)
        profile.evaluations = 3 * Double(count)
        return profile
    }

    /// The direction of each row.
    package func makeScratch(_ make: TileMaker) -> Matrix { make.tile(make.dimension) }

    package func addGradient(_ shard: ShardState, _ direction: Matrix, _ worker: ShardWorker, step: Int) {
        data.fill(worker, step: step, shard: shard.index)
        worker.times.stamp(.data)
        // The mean over random directions, the sum over axes.
        let share: Float = directions == .axes ? 1 : 1 / Float(count)
        let scale = share / Float(rowsPerStep)
        var loss = 0.0
        for index in 0..<count {
            fill(direction, index, shard, step)
            worker.engine.addLineGradient(of: worker.data, along: direction) { derivatives, weights in
                weights[0].fill(0)
                for row in 0..<derivatives[1].rows {
                    let (slope, curvature) = (derivatives[1][row, 0], derivatives[2][row, 0])
                    weights[1][row, 0] = scale * slope
                    weights[2][row, 0] = -scale
                    loss += Double(share * (slope * slope / 2 - curvature))
                }
                shard.report[.dataEnergy] = derivatives[0].sum
            }
        }
        shard.report[.loss] = loss
        worker.times.stamp(.gradients)
    }

    private func fill(_ tile: Matrix, _ index: Int, _ shard: ShardState, _ step: Int) {
        switch directions {
        case .random:
            RandomStream(seed: seed, purpose: .projection, step: step, index: shard.index)
                .fillSigns(tile, from: index * RandomStream.draws(for: tile.count))
        case .axes:
            tile.fill(0)
            for row in 0..<tile.rows { tile[row, index] = 1 }
        }
    }
}

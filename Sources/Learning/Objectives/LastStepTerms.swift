import Model
import Numerics
import Sampling

/// What contrastive divergence neglects, as far as the last step of the sampler shows it: the dependence of the samples on θ.
///
/// With x_K(θ) = x_{K-1} - a ∇E_θ(x_{K-1}) + σ ξ the loss gets κ mean E(x_K(θ)), E itself with frozen parameters, and -η mean log d(x_K(θ)), d the
/// distance to the nearest of the shard's other chains of the step, an estimate of the samples' entropy. Their gradient is that of
/// -a mean v·∇E_θ(x_{K-1}) with v = κ ∇E(x_K) - η (x_K - x_near)/d² held fixed, 0 where the box holds x_K. Cost: 3 passes a negative.
///
/// Source: Y. Du, S. Li, J. Tenenbaum, I. Mordatch, arXiv:2012.01316; there the neighbours are sought among samples of the replay buffer.
package struct LastStepTerms: Sendable {
    /// a
    let stepSize: Float
    /// κ
    let energyWeight: Float
    /// η
    let entropyWeight: Float
    let box: ClosedRange<Float>?
    /// Negatives of a step over all shards.
    let negativesPerStep: Int

    package init(stepSize: Float, energyWeight: Float, entropyWeight: Float, box: ClosedRange<Float>?, negativesPerStep: Int) {
        self.stepSize = stepSize
        self.energyWeight = energyWeight
        self.entropyWeight = entropyWeight
        self.box = box
        self.negativesPerStep = negativesPerStep
    }

    /// Passes beside those of contrastive divergence.
    var evaluations: Double { energyWeight > 0 ? 3 : 2 }

    /// - Parameters:
    ///   - x: x_K, and
    ///   - before: x_{K-1}, chains x dimension.
    ///   - direction: as large, overwritten.
    func addGradient(of x: Matrix, from before: Matrix, direction: Matrix, _ worker: ShardWorker) {
        if energyWeight > 0 {
            worker.engine.evaluate(x, energies: worker.energies, gradient: direction)
            direction.combine(direction, direction) { value, _ in energyWeight * value }
        } else {
            direction.fill(0)
        }
        if entropyWeight > 0 { addRepulsion(x, to: direction) }
        hold(x, direction)
        let weight = -stepSize / Float(negativesPerStep)
        worker.engine.addLineGradient(of: before, along: direction) { _, weights in
            weights[0].fill(0)
            weights[1].fill(weight)
        }
    }

    /// direction -= η (x - x_near)/d². Chains at one place push in no direction.
    private func addRepulsion(_ x: Matrix, to direction: Matrix) {
        for row in 0..<x.rows {
            guard let (near, square) = nearest(to: row, of: x), square > 0 else { continue }
            let factor = entropyWeight / square
            for column in 0..<x.columns { direction[row, column] -= factor * (x[row, column] - x[near, column]) }
        }
    }

    /// The nearest other row, the first of several, and its squared distance; nil for a row alone.
    private func nearest(to row: Int, of x: Matrix) -> (row: Int, square: Float)? {
        var best: (row: Int, square: Float)?
        for other in 0..<x.rows where other != row {
            var square: Float = 0
            for column in 0..<x.columns {
                let difference = x[row, column] - x[other, column]
                square += difference * difference
            }
            // Comparisons with NaN are false: such a chain has no neighbour.
            if square < best?.square ?? .infinity { best = (other, square) }
        }
        return best
    }

    /// The box stops a value's motion.
    private func hold(_ x: Matrix, _ direction: Matrix) {
        guard let box else { return }
        for row in 0..<x.rows {
            for column in 0..<x.columns where x[row, column] <= box.lowerBound || x[row, column] >= box.upperBound {
                direction[row, column] = 0
            }
        }
    }
}

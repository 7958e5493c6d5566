import Learning
import Numerics
import Sampling

/// What a density says about the rows that noise was added to: y = x + σ ξ, for a tile of rows.
///
/// - `score`: y - σ² ∇E(y), which is the mean of x where E is the energy of the *noised* rows (B. Efron, doi:10.1198/jasa.2011.tm11181, who calls it
///   Tweedie's formula).
/// - `descent`: the x' of least F(x') = E(x') + |x' - y|²/(2σ²) that gradient descent from y comes to: the mode of the posterior where E is the energy
///   of the *clean* rows.
/// - `posterior`: the mean of a Langevin chain on F that starts there: an estimate of the posterior's mean, which has the least squared error.
package struct PosteriorEstimates<Base: Potential> {
    /// Steps are halved where F does not fall by this share of what its slope promises. At one half a step does not exceed one over the curvature.
    private static var sufficientDecrease: Double { 0.5 }
    private static var growth: Float { 1.25 }
    /// A fall of F by less than this share of F is rounding: the row has arrived.
    private static var rounding: Double { 1e-6 }
    /// A chain's step as a share of the mean step of the descent. Its mean does not depend on the step where E is quadratic.
    private static var chainShare: Float { 0.5 }

    package let base: Base
    /// 1/T: chains sample exp(-E/T).
    package let inverseTemperature: Float
    /// σ
    package let deviation: Float
    /// Steps of the descent, and of the chain; the first half of these is left out of the mean.
    package let steps: Int

    package init(base: Base, inverseTemperature: Float, deviation: Float, steps: Int) {
        (self.base, self.inverseTemperature, self.deviation, self.steps) = (base, inverseTemperature, deviation, steps)
    }

    /// y - σ² ∇E(y)/T; rows x dimension.
    package func score(_ noised: Matrix) -> Matrix {
        let (energies, gradient) = (Matrix(rows: noised.rows, columns: 1), Matrix(rows: noised.rows, columns: noised.columns))
        base.evaluate(noised, energies: energies, gradient: gradient)
        let factor = deviation * deviation * inverseTemperature
        gradient.combine(noised, gradient) { $0 - factor * $1 }
        return gradient
    }

    /// The mode, and the mean of a chain; each rows x dimension.
    /// - Parameters:
    ///   - numbers: random ones of the chain.
    ///   - step, index: what tells this tile from others.
    package func posterior(_ noised: Matrix, numbers: ChainRun.Numbers, step: Int, index: Int) -> (descent: Matrix, mean: Matrix) {
        var state = State(noised)
        let potential = NoisedRowPotential(base: base, inverseTemperature: inverseTemperature, deviation: deviation, noised: noised)
        potential.evaluate(state.x, energies: state.energies, gradient: state.gradient)
        for _ in 0..<steps { descend(&state, potential) }
        return (state.x, chain(state, potential, numbers, step: step, index: index))
    }

    private struct State {
        let x: Matrix
        let energies: Matrix
        let gradient: Matrix
        var stepSizes: [Float]
        /// Accepted steps and their sum, for each row.
        var taken: [(count: Float, sum: Float)]

        init(_ start: Matrix) {
            x = Matrix(rows: start.rows, columns: start.columns, start.values)
            energies = Matrix(rows: start.rows, columns: 1)
            gradient = Matrix(rows: start.rows, columns: start.columns)
            stepSizes = []
            taken = Array(repeating: (0, 0), count: start.rows)
        }
    }

    /// One step of every row, with a step size of its own.
    private func descend(_ state: inout State, _ potential: NoisedRowPotential<Base>) {
        // F has at least the tether's curvature in the mean: the first step can hardly be too short.
        if state.stepSizes.isEmpty { state.stepSizes = Array(repeating: deviation * deviation / 2, count: state.x.rows) }
        let candidate = State(state.x)
        for row in 0..<state.x.rows {
            let stepSize = state.stepSizes[row]
            let target = candidate.x.rows(row..<row + 1)
            target.combine(target, state.gradient.rows(row..<row + 1)) { $0 - stepSize * $1 }
        }
        potential.evaluate(candidate.x, energies: candidate.energies, gradient: candidate.gradient)
        for row in 0..<state.x.rows {
            let range = row..<row + 1
            let promised = Double(state.stepSizes[row]) * state.gradient.rows(range).squaredNorm
            guard promised > Self.rounding * abs(Double(state.energies[row, 0])) else { continue }
            let fall = Double(state.energies[row, 0]) - Double(candidate.energies[row, 0])
            guard fall >= Self.sufficientDecrease * promised else {
                state.stepSizes[row] /= 2
                continue
            }
            state.x.rows(range).copy(from: candidate.x.rows(range))
            state.gradient.rows(range).copy(from: candidate.gradient.rows(range))
            state.energies[row, 0] = candidate.energies[row, 0]
            state.taken[row] = (state.taken[row].count + 1, state.taken[row].sum + state.stepSizes[row])
            state.stepSizes[row] *= Self.growth
        }
    }

    /// The mean of the second half of a Langevin chain; where the descent ended without steps.
    private func chain(
        _ state: State, _ potential: NoisedRowPotential<Base>, _ numbers: ChainRun.Numbers, step: Int, index: Int
    ) -> Matrix {
        let stepSizes = state.taken.map { $0.count > 0 ? Self.chainShare * $0.sum / $0.count : 0 }
        let run = ChainRun(kernel: RowwiseLangevin(stepSizes: stepSizes), steps: steps, start: .positions, numbers: numbers)
        let chains = run.buffers(chains: state.x.rows, dimension: state.x.columns)
        let x = chains.positions
        x.copy(from: state.x)
        var sums = [Double](repeating: 0, count: x.count)
        let first = steps / 2
        run.advance(
            chains, step: step, index: index, in: potential,
            onState: { done in
                guard done > first else { return }
                for (place, value) in x.values.enumerated() { sums[place] += Double(value) }
            })
        let count = Double(max(1, steps - first))
        return steps == 0 ? x : Matrix(rows: x.rows, columns: x.columns, sums.map { Float($0 / count) })
    }
}

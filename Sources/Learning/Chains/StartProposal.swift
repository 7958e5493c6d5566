import Numerics

/// Where chains of recovery start: x' ~ N(g(y), n² s_k² I), n = 1 where nothing else is said, g a network of the noised row y and its level (`ProposalScaling`), on one thread.
///
/// The network regresses on where the chains end, which is at draws of p(x_k | y): g tends to their mean.
/// Source: Y. Zhu, J. Xie, Y. Wu, R. Gao, arXiv:2309.05153 (the initializer).
package struct StartProposal {
    let pass: NetworkPass
    let scaling: ProposalScaling
    /// What the network gets: as many rows as a pass, overwritten.
    let input: Matrix

    package init(_ pass: NetworkPass, _ scaling: ProposalScaling, input: Matrix) {
        (self.pass, self.scaling, self.input) = (pass, scaling, input)
    }

    /// g of some rows.
    /// - Parameters:
    ///   - rows: y, rows x values.
    ///   - means: the same, overwritten; other rows than `rows`.
    ///   - keepingSlopes: whether `pullBack` follows.
    package func means(of rows: Matrix, into means: Matrix, keepingSlopes: Bool = false) {
        input.combine(rows, rows) { value, _ in scaling.input * value }
        means.combine(rows, pass.outputs(of: input, keepingSlopes: keepingSlopes)) { scaling.slope * $0 + scaling.output * $1 }
    }

    /// Draws of starts.
    /// - Parameters:
    ///   - rows: y, rows x values.
    ///   - starts, scratch: the same, overwritten; three different matrices.
    package func fill(_ starts: Matrix, from rows: Matrix, _ noise: RandomStream, scratch: Matrix) {
        means(of: rows, into: scratch)
        noise.fillNormals(starts)
        starts.combine(scratch, starts) { $0 + scaling.deviation * $1 }
    }

    /// Adds the gradient of Σ w |g(y) + n s_k ξ - x'|²/s_k² with respect to the network's parameters, with the chains' ends x' held fixed. ξ is the noise that they started
    /// with. In the mean that is the gradient of Σ w |g(y) - x'|²/s_k², since ξ does not depend on the parameters; but what a short chain has not forgotten of its start is no
    /// noise in it: of chains that end as wide as they start, and keep the share a of where they started, the gradient has 2(1 - a) times the variance for 1 - a times the mean.
    /// - Parameters:
    ///   - rows, ends: y and x', rows x values.
    ///   - weight: w
    ///   - residual, scratch: as large, overwritten.
    /// - Returns: Σ |g(y) - x'|²/s_k², without the noise.
    func addGradient(of rows: Matrix, ends: Matrix, _ noise: RandomStream, weight: Float, residual: Matrix, scratch: Matrix) -> Double {
        means(of: rows, into: residual, keepingSlopes: true)
        residual.combine(residual, ends) { $0 - $1 }
        let precision = 1 / (scaling.unit * scaling.unit)
        let loss = Double(precision) * residual.squaredNorm
        noise.fillNormals(scratch)
        let factor = 2 * weight * precision * scaling.output
        residual.combine(residual, scratch) { factor * ($0 + scaling.deviation * $1) }
        pass.pullBack(input, outputGradient: residual)
        return loss
    }
}

extension Tally {
    /// Σ |g(y) - x'|²/s_k² over the chains of a step.
    package static let proposalLoss = Tally("proposalLoss")
}

extension Measure {
    /// The mean squared distance from where chains were proposed to start to where they end, a value of a row, in units of the proposal's variance: 1 where g is their mean
    /// and the proposal as wide as they are.
    static let proposalLoss = Measure("proposalLoss", unit: "variances of the proposal", of: [.proposalLoss]) {
        $0[.proposalLoss] / ($0.rows * $0.rowValues)
    }
}

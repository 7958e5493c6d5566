import Numerics

extension EnergyModel {
    /// The energies and their derivatives along lines, and gradient += Σ_i Σ_k w_ik ∇θ (d/dt)ᵏ E(x_i + t v_i) at t = 0.
    ///
    /// k = 0: E; k = 1: v·∇E; k = 2 (workspaces of order 2): vᵀ(∇²E)v. The directions are held fixed: the gradient of a function of ∇E
    /// follows by the chain rule, as ∇θ ½|∇E|² is the gradient of v·∇E along v = ∇E. With a direction w in the condition (`LineWorkspace.conditionDirection`,
    /// order 1, the same in every place of a row) k = 1 is v·∇E + w ∂E/∂c.
    /// - Parameters:
    ///   - x, direction: samples x inputShape.count.
    ///   - derivatives: samples x 1 for each k, overwritten.
    ///   - rowWeights: gets the derivatives and fills the weights w_k, samples x 1 for each k.
    ///   - gradient: 1 x layout.count, with respect to the weights that act (`convertGradient`).
    public func addLineGradient(
        of x: Matrix, along direction: Matrix, _ weights: PreparedWeights, _ workspace: LineWorkspace, derivatives: [Matrix],
        rowWeights: (_ derivatives: [Matrix], _ weights: [Matrix]) -> Void, into gradient: Matrix
    ) {
        lineDerivatives(of: x, along: direction, weights, workspace, into: derivatives)
        let factors = workspace.rowWeights.map { $0.rows(0..<x.rows) }
        rowWeights(derivatives, factors)
        multiply(factors, condition: workspace.condition) { $0.output }
        addSlopes(of: factors[1], to: factors[0], workspace)
        let line = line(x, direction, workspace)
        network.backwardAlongLines(
            line.x, direction: line.direction, outputGradients: factors, weights, workspace, inputGradient: nil, parameterGradient: gradient
        )
    }

    /// E, v·∇E and, for workspaces of order 2, vᵀ(∇²E)v; each samples x 1.
    public func lineDerivatives(
        of x: Matrix, along direction: Matrix, _ weights: PreparedWeights, _ workspace: LineWorkspace, into derivatives: [Matrix]
    ) {
        precondition(derivatives.count == workspace.order + 1, "a column for the energies and one for each derivative")
        precondition(derivatives.allSatisfy { $0.rows == x.rows && $0.columns == 1 }, "derivatives are columns with a row per sample")
        let line = line(x, direction, workspace)
        network.forwardAlongLines(line.x, direction: line.direction, weights, workspace)
        for (column, output) in zip(derivatives, workspace.outputs) { column.copy(from: output.rows(0..<x.rows)) }
        multiply(derivatives, condition: workspace.condition) { $0.output }
        addSlopes(of: derivatives[0], to: derivatives[1], workspace)
        addReferenceDerivatives(of: x, along: direction, workspace, to: derivatives)
    }

    /// target += w (d/dc s/σ)/(s/σ) values, row by row: where the condition moves, so does the factor of the network's output.
    private func addSlopes(of values: Matrix, to target: Matrix, _ workspace: LineWorkspace) {
        guard let preconditioning, let moved = workspace.conditionDirection else { return }
        for row in 0..<values.rows { target[row, 0] -= preconditioning.logRange * moved[row, 0] * values[row, 0] }
    }

    /// (∇²E) v of each row, samples x inputShape.count: the gradient of v·∇E. That of piecewise linear activations is taken where it exists.
    public func hessianProduct(
        at x: Matrix, with direction: Matrix, _ weights: PreparedWeights, _ workspace: LineWorkspace, into product: Matrix
    ) {
        let line = line(x, direction, workspace)
        network.forwardAlongLines(line.x, direction: line.direction, weights, workspace)
        let factors = workspace.rowWeights.map { $0.rows(0..<x.rows) }
        for (order, column) in factors.enumerated() { column.fill(order == 1 ? 1 : 0) }
        multiply([factors[1]], condition: workspace.condition) { $0.gradient }
        network.backwardAlongLines(
            line.x, direction: line.direction, outputGradients: factors, weights, workspace, inputGradient: product,
            parameterGradient: nil)
        addReferenceGradient(of: direction, condition: workspace.condition, to: product)
    }

    /// What the network gets for a line.
    private func line(_ x: Matrix, _ direction: Matrix, _ workspace: LineWorkspace) -> (x: Matrix, direction: Matrix) {
        guard let preconditioning, let condition = workspace.condition else { return (x, direction) }
        let scaled = workspace.scaledInputs.map { $0.rows(0..<x.rows) }
        preconditioning.scale(x, condition: condition, into: scaled[0])
        if let moved = workspace.conditionDirection {
            preconditioning.scaleDirection(direction, of: x, condition: condition, along: moved, into: scaled[1])
        } else {
            preconditioning.scale(direction, condition: condition, into: scaled[1])
        }
        return (scaled[0], scaled[1])
    }

    /// |x|²/2 times a precision along x + t v: x·v and |v|² times it; and what depends on the noise alone.
    private func addReferenceDerivatives(of x: Matrix, along direction: Matrix, _ workspace: LineWorkspace, to derivatives: [Matrix]) {
        guard hasReference else { return }
        addNoiseDerivatives(of: x, workspace, to: derivatives)
        let (count, condition) = (x.columns, workspace.condition)
        withExtendedLifetime((x.storage, direction.storage, derivatives)) {
            for row in 0..<x.rows {
                let precision = referencePrecision(condition: condition, row: row)
                let (position, step) = unsafe (UnsafePointer(x.base) + row * count, UnsafePointer(direction.base) + row * count)
                unsafe derivatives[0].base[row] += precision / 2 * Elementwise.dot(position, position, count: count)
                unsafe derivatives[1].base[row] += precision * Elementwise.dot(position, step, count: count)
                if derivatives.count == 3 { unsafe derivatives[2].base[row] += precision * Elementwise.dot(step, step, count: count) }
            }
        }
    }

    /// The constant of the noise, and along w the derivatives of constant and precision.
    private func addNoiseDerivatives(of x: Matrix, _ workspace: LineWorkspace, to derivatives: [Matrix]) {
        guard let preconditioning, let condition = workspace.condition else { return }
        for row in 0..<x.rows {
            let own = preconditioning.factors(condition[row, 0])
            derivatives[0][row, 0] += preconditioning.constant(own, values: x.columns)
            guard let w = workspace.conditionDirection?[row, 0], w != 0 else { continue }
            let squares = Float(x.rows(row..<row + 1).squaredNorm)
            derivatives[1][row, 0] += w * own.slope * (preconditioning.isNormalized ? Float(x.columns) : 0)
            derivatives[1][row, 0] -= w * own.slope * own.precision * squares
        }
    }
}

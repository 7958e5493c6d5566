import Numerics

/// Passes along lines: outputs and their derivatives in t at t = 0 along x + t v, and the gradients of those derivatives.
///
/// Forward, a truncated Taylor series in t goes through the network: (a, a', a''). Linear maps act on each part; an activation f gives
/// z = f(a), z' = f'(a) a', z'' = f'(a) a'' + f''(a) a'². Backward, one gradient a part comes back the same way. With one output E the
/// first derivative is v·∇E and the second vᵀ(∇²E)v, so that the gradient of Σ w (v·∇E) with respect to the parameters is the exact
/// derivative of the parameter gradient along v, and with respect to x it is a product of the Hessian with a vector.
///
/// Source: A. Griewank, A. Walther, Evaluating Derivatives, SIAM 2008, chapters 10 and 13 (Taylor arithmetic, reverse over forward).
extension Network {
    /// Computes outputs and derivatives along the lines x + t v into `workspace.outputs`.
    ///
    /// - Parameters:
    ///   - x, direction: samples x inputShape.count, no more samples than the workspace has rows.
    public func forwardAlongLines(_ x: Matrix, direction: Matrix, _ weights: PreparedWeights, _ workspace: LineWorkspace) {
        precondition(x.rows <= workspace.rows, "\(x.rows) samples for a workspace of \(workspace.rows) rows")
        precondition(
            x.columns == inputShape.count && direction.rows == x.rows && direction.columns == x.columns, "a direction for each sample")
        let range = 0..<x.rows
        for (index, stage) in stages.enumerated() {
            for order in 0...workspace.order where index > 0 || order < 2 {
                let input = order == 0 ? x : direction
                stage.applyLinearPart(
                    index == 0 ? input : workspace.values[index - 1][order].rows(range), weights.stages[index], withBias: order == 0,
                    scratch: workspace.scratch, into: workspace.arguments[index][order].rows(range))
            }
            // The second derivative of a line vanishes, and so does that of a linear map of it.
            if index == 0 && workspace.order == 2 { workspace.arguments[0][2].rows(range).fill(0) }
            if let activation = stage.activation {
                LineActivation(
                    arguments: workspace.arguments[index].map { $0.rows(range) }, values: workspace.values[index].map { $0.rows(range) },
                    gradients: nil
                ).run(activation)
            }
        }
    }

    /// Adds the parameter gradient of Σ_k Σ (gradients_k · derivative_k), after `forwardAlongLines` with the same arguments.
    ///
    /// - Parameters:
    ///   - outputGradients: of the outputs and of each derivative, samples x outputCount, as many as the workspace's order + 1.
    ///   - inputGradient: overwritten with the gradient with respect to x, where wanted.
    ///   - parameterGradient: 1 x layout.count; ADDED to, where wanted.
    public func backwardAlongLines(
        _ x: Matrix, direction: Matrix, outputGradients: [Matrix], _ weights: PreparedWeights, _ workspace: LineWorkspace,
        inputGradient: Matrix?, parameterGradient: Matrix?
    ) {
        precondition(outputGradients.count == workspace.order + 1, "a gradient for the outputs and for each derivative")
        precondition(outputGradients.allSatisfy { $0.rows == x.rows && $0.columns == outputCount }, "an output gradient has another shape")
        precondition(parameterGradient.map { $0.count == layout.count } ?? true, "the parameter gradient has another length")
        let last = stages.count - 1
        var deltas = workspace.deltas[1].map { $0.view(from: 0, rows: x.rows, columns: outputCount) }
        for (delta, gradient) in zip(deltas, outputGradients) { delta.copy(from: gradient) }
        for index in stride(from: last, through: 0, by: -1) {
            pullThroughActivation(deltas, index, workspace)
            if let parameterGradient {
                addParameterGradient(deltas, index, index == 0 ? [x, direction] : nil, workspace, into: parameterGradient)
            }
            if index > 0 {
                let below = workspace.deltas[(last - index) % 2].map { $0.view(from: 0, rows: x.rows, columns: stages[index].inputCount) }
                for (delta, below) in zip(deltas, below) {
                    stages[index].pullBack(delta, weights.stages[index], scratch: workspace.scratch, into: below, .none)
                }
                deltas = below
            } else if let inputGradient {
                stages[0].pullBack(deltas[0], weights.stages[0], scratch: workspace.scratch, into: inputGradient, .none)
            }
        }
    }

    /// From gradients with respect to a stage's values to those with respect to its arguments, in place.
    private func pullThroughActivation(_ deltas: [Matrix], _ index: Int, _ workspace: LineWorkspace) {
        guard let activation = stages[index].activation else { return }
        let range = 0..<deltas[0].rows
        LineActivation(arguments: workspace.arguments[index].map { $0.rows(range) }, values: nil, gradients: deltas).run(activation)
    }

    private func addParameterGradient(
        _ deltas: [Matrix], _ index: Int, _ input: [Matrix]?, _ workspace: LineWorkspace, into gradient: Matrix
    ) {
        let range = 0..<deltas[0].rows
        // The input's second derivative vanishes: it has no part in the first stage's weights.
        let inputs = input ?? workspace.values[index - 1].map { $0.rows(range) }
        for (order, pair) in zip(inputs, deltas).enumerated() {
            stages[index].addParameterGradient(pair.0, pair.1, withBias: order == 0, scratch: workspace.scratch, into: gradient)
        }
    }
}

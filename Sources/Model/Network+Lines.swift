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
        precondition(workspace.conditions.isFor(self), "a workspace for another condition")
        let range = 0..<x.rows
        let input = lineInput(x, direction, workspace)
        if let condition {
            condition.join(x, condition: workspace.conditions.values, parameters: weights.parameters, into: input[0])
            condition.joinDirection(direction, condition: workspace.conditions.valueDirections, into: input[1])
        }
        for (index, node) in nodes.enumerated() {
            let arguments = workspace.arguments[index].map { $0.rows(range) }
            let source = workspace.value(node.source, input)
            if let second = node.second {
                second.junction.joinAlongLine(source, workspace.value(second.node, input), into: arguments)
            } else {
                node.stage.forwardAlongLine(source, weights.stages[index], scratch: workspace.scratch, into: arguments)
            }
            if let activation = node.stage.activation {
                LineActivation(arguments: arguments, values: workspace.values[index].map { $0.rows(range) }, gradients: nil).run(activation)
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
        let input = lineInput(x, direction, workspace)
        let wholeGradient = workspace.conditions.gradient(for: inputGradient, rows: x.rows, tableIsWanted: parameterGradient != nil)
        for (index, node) in nodes.enumerated().reversed() {
            let deltas = workspace.gradients[node.buffer].map { $0.view(from: 0, rows: x.rows, columns: node.stage.outputCount) }
            if index == nodes.count - 1 { for (delta, gradient) in zip(deltas, outputGradients) { delta.copy(from: gradient) } }
            pullThroughActivation(deltas, index, workspace)
            if let parameterGradient {
                node.stage.addParameterGradientAlongLine(
                    workspace.value(node.source, input), deltas, scratch: workspace.scratch, into: parameterGradient)
            }
            for part in node.contributions where part.target != Node.input || wholeGradient != nil {
                pullBack(deltas, part, input, index, weights, workspace, wholeGradient)
            }
        }
        guard let condition, let wholeGradient else { return }
        if let inputGradient { condition.split(wholeGradient, into: inputGradient) }
        if let parameterGradient {
            condition.addParameterGradient(wholeGradient, condition: workspace.conditions.values, into: parameterGradient)
        }
    }

    /// The network's input and its derivative.
    private func lineInput(_ x: Matrix, _ direction: Matrix, _ workspace: LineWorkspace) -> [Matrix] {
        [workspace.conditions.joined(x), workspace.conditions.joinedDirection(direction)]
    }

    /// From gradients with respect to a node's values to those with respect to its arguments, in place.
    private func pullThroughActivation(_ deltas: [Matrix], _ index: Int, _ workspace: LineWorkspace) {
        guard let activation = nodes[index].stage.activation else { return }
        let range = 0..<deltas[0].rows
        LineActivation(arguments: workspace.arguments[index].map { $0.rows(range) }, values: nil, gradients: deltas).run(activation)
    }

    /// Adds what a node gives to the gradients of a value that it reads. Of the input, only the gradient of its value is wanted.
    private func pullBack(
        _ deltas: [Matrix], _ part: Node.Contribution, _ line: [Matrix], _ index: Int, _ weights: PreparedWeights,
        _ workspace: LineWorkspace, _ inputGradient: Matrix?
    ) {
        let (node, x) = (nodes[index], workspace.value(part.target, line))
        func buffers(_ number: Int) -> [Matrix] {
            workspace.gradients[number].map { $0.view(from: 0, rows: x[0].rows, columns: x[0].columns) }
        }
        let input = part.target == Node.input ? inputGradient.map { [$0] } : nil
        let results = part.isFirst ? input ?? buffers(part.buffer) : Array(buffers(part.buffer).prefix(input?.count ?? x.count))
        if let second = node.second {
            let other = workspace.value(part.operand == .first ? second.node : node.source, line)
            second.junction.pullBackAlongLine(deltas, to: part.operand, other: other, into: results)
        } else {
            node.stage.pullBackAlongLine(deltas, at: x, weights.stages[index], scratch: workspace.scratch, into: results)
        }
        guard !part.isFirst else { return }
        for (total, result) in zip(input ?? buffers(nodes[part.target].buffer), results) {
            Elementwise.add(total, result, scale: 1, into: total)
        }
    }
}

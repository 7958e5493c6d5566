import Model
import Numerics

/// A network beside the energy as one thread works with it: weights of the current step, scratch, and its place in the shard's gradient.
package struct NetworkPass: Sendable {
    package let network: Network
    package let weights: PreparedWeights
    package let workspace: Workspace
    /// 1 x parameters of this network, a part of the shard's gradient.
    package let gradient: Matrix

    package init(network: Network, weights: PreparedWeights, workspace: Workspace, gradient: Matrix) {
        (self.network, self.weights, self.workspace, self.gradient) = (network, weights, workspace, gradient)
    }

    /// For outputs alone: nothing is learned, and there is no room for a gradient.
    /// - Parameter rows: of a pass, at most.
    package init(evaluating network: Network, _ weights: PreparedWeights, rows: Int) {
        self.init(network: network, weights: weights, workspace: Workspace(network, rows: rows), gradient: Matrix(rows: 0, columns: 0))
    }

    /// The same with other weights of the network.
    func reading(_ weights: PreparedWeights?) -> NetworkPass? {
        weights.map { NetworkPass(network: network, weights: $0, workspace: workspace, gradient: gradient) }
    }

    /// The outputs of some rows, in the workspace until its next pass.
    package func outputs(of x: Matrix, keepingSlopes: Bool = false) -> Matrix {
        network.forward(x, weights, workspace, keepingSlopes: keepingSlopes)
        return workspace.output.rows(0..<x.rows)
    }

    /// After `outputs(of:keepingSlopes:)` of the same rows: adds the parameter gradient, and fills the gradient with respect to the rows where wanted.
    package func pullBack(_ x: Matrix, outputGradient: Matrix, inputGradient: Matrix? = nil, addsParameterGradient: Bool = true) {
        network.backward(
            x, outputGradient: outputGradient, weights, workspace, inputGradient: inputGradient,
            parameterGradient: addsParameterGradient ? gradient : nil)
    }
}

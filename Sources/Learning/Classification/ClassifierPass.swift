import Model
import Numerics

/// A classifier as one thread works with it: its weights, and room for a tile of rows.
package struct ClassifierPass: Sendable {
    private let network: Network
    private let weights: PreparedWeights
    private let workspace: Workspace

    /// - Parameter rows: of a tile, at most.
    package init(_ classifier: Classifier, _ weights: PreparedWeights, rows: Int) {
        (network, self.weights) = (classifier.network, weights)
        workspace = Workspace(network, rows: rows)
    }

    /// What the classifier makes of some rows, in its workspace until the next pass: features, rows x `Network.featureCount`, and p(k|x), rows x classes.
    package func read(_ x: Matrix) -> (features: Matrix, probabilities: Matrix) {
        network.forward(x, weights, workspace, keepingSlopes: false)
        let logits = workspace.output.rows(0..<x.rows)
        CrossEntropy.makeProbabilities(of: logits)
        return (network.features(workspace, rows: x.rows), logits)
    }

    /// Adds the gradient of scale · Σ -ln p(c|x) over the rows.
    /// - Parameters:
    ///   - classes: of each row, from 0.
    ///   - gradient: 1 x parameters.
    /// - Returns: the sum without the scale.
    @discardableResult
    package func addGradient(of x: Matrix, classes: [Int], scale: Float, into gradient: Matrix) -> Double {
        network.forward(x, weights, workspace, keepingSlopes: true)
        let logits = workspace.output.rows(0..<x.rows)
        let loss = CrossEntropy.makeGradient(of: logits, classes: classes, scale: scale)
        network.backward(x, outputGradient: logits, weights, workspace, inputGradient: nil, parameterGradient: gradient)
        return loss
    }
}

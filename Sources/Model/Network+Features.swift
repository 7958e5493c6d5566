import Numerics

/// What the last layer of a network reads: the features of a network that ends in a classification.
extension Network {
    /// Values of one sample that the last layer reads.
    public var featureCount: Int {
        let source = nodes[nodes.count - 1].source
        return source == Node.input ? condition?.joined.count ?? inputShape.count : nodes[source].stage.outputCount
    }

    /// What the last layer read in the last pass, rows x `featureCount`: of a network with several layers, in the workspace until its next pass.
    public func features(_ workspace: Workspace, rows: Int) -> Matrix {
        let source = nodes[nodes.count - 1].source
        precondition(source != Node.input, "a network of one layer has no features but its input")
        return workspace.outputs[source].rows(0..<rows)
    }
}

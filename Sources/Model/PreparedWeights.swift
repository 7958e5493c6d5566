import Numerics

/// The parameters of a network in the layouts that its products read: made once per weight update, read at every sampler step.
///
/// Any number of threads may read it while none refreshes it.
public final class PreparedWeights: Sendable {
    /// All parameters, 1 x count, in the order of the flat vector.
    let parameters: Matrix
    /// Each stage's own copies.
    let stages: [StageWeights]
    private let network: Network

    /// Room for the weights of a network, zero until `refresh`.
    public init(_ network: Network) {
        let parameters = Matrix(rows: 1, columns: network.layout.count)
        self.network = network
        self.parameters = parameters
        stages = network.nodes.map { node in
            StageWeights(parameters: parameters, copies: Matrix(rows: 1, columns: node.stage.preparedCount))
        }
    }

    /// The number of floats that they hold.
    public static func count(_ network: Network) -> Int { network.nodes.reduce(network.layout.count) { $0 + $1.stage.preparedCount } }

    /// Takes over new parameters, as many as the layout has. Allocates nothing.
    public func refresh(from values: [Float]) { refresh(from: values[...]) }

    /// As above, from a part of a longer vector.
    public func refresh(from values: ArraySlice<Float>) {
        precondition(values.count == parameters.count, "\(values.count) parameters for a network of \(parameters.count)")
        unsafe values.withUnsafeBufferPointer { source in
            guard let first = source.baseAddress else { return }
            unsafe parameters.base.update(from: first, count: source.count)
        }
        prepareCopies()
    }

    /// Makes the copies anew, after a change of `parameters` in place.
    func prepareCopies() {
        for (node, weights) in zip(network.nodes, stages) { node.stage.prepare(weights) }
    }
}

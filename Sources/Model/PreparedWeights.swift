import Numerics

/// The parameters of a network in the layouts that its products read: made once per weight update, read at every sampler step.
///
/// Any number of threads may read it while none refreshes it.
public final class PreparedWeights: Sendable {
    /// Of the products that read them.
    public let precision: PassPrecision
    /// All parameters, 1 x count, in the order of the flat vector.
    let parameters: Matrix
    /// Each stage's own copies.
    let stages: [StageWeights]
    private let network: Network

    /// Room for the weights of a network, zero until `refresh`.
    public convenience init(_ network: Network, precision: PassPrecision = .float) {
        self.init(network, precision, Matrix(rows: 1, columns: network.layout.count))
    }

    /// The parameters of other weights in another precision: to be prepared anew (`prepareCopies`) whenever those were.
    public convenience init(sharing other: PreparedWeights, precision: PassPrecision) {
        self.init(other.network, precision, other.parameters)
    }

    private init(_ network: Network, _ precision: PassPrecision, _ parameters: Matrix) {
        self.network = network
        self.precision = precision
        self.parameters = parameters
        stages = network.nodes.map { node in
            let storage = Matrix(rows: 1, columns: node.stage.preparedCount(precision))
            return StageWeights(parameters: parameters, copies: WeightCopies(storage: storage, precision: precision))
        }
    }

    /// The number of floats, or words in their place, that copies in a precision hold.
    public static func copyCount(_ network: Network, _ precision: PassPrecision) -> Int {
        network.nodes.reduce(0) { $0 + $1.stage.preparedCount(precision) }
    }

    /// The number of floats that they hold: parameters and copies.
    public static func count(_ network: Network, _ precision: PassPrecision = .float) -> Int {
        network.layout.count + copyCount(network, precision)
    }

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
    public func prepareCopies() {
        for (node, weights) in zip(network.nodes, stages) { node.stage.prepare(weights) }
    }
}

import Numerics

/// Everything that passes along lines write for one tile (`Network.forwardAlongLines`): made once, nothing is allocated afterwards.
public final class LineWorkspace: Sendable {
    /// The most samples that a pass may have.
    public let rows: Int
    /// The highest derivative along the lines: 1 or 2.
    public let order: Int
    /// What the last forward pass computed: the outputs and their derivatives along the lines, each rows x outputCount.
    public let outputs: [Matrix]

    /// Of every stage, by order: the values before and after its activation.
    let arguments: [[Matrix]]
    let values: [[Matrix]]
    /// Gradients between stages by order, alternately.
    let deltas: [[Matrix]]
    let scratch: Matrix
    /// By order, one per row: weights of the outputs' derivatives in a gradient.
    let rowWeights: [Matrix]

    /// The number of floats that a workspace would hold.
    public static func count(_ network: Network, rows: Int, order: Int) -> Int {
        let stored = network.stages.reduce(0) { $0 + $1.outputCount * ($1.hasActivation ? 2 : 1) }
        return rows * (order + 1) * (stored + 2 * widest(network) + 1) + scratchCount(network, rows: rows)
    }

    public init(_ network: Network, rows: Int, order: Int) {
        precondition(rows > 0, "a workspace needs at least one row")
        precondition(order == 1 || order == 2, "derivatives along lines exist to order 1 or 2, not \(order)")
        self.rows = rows
        self.order = order
        let orders = 0...order
        let arguments = network.stages.map { stage in orders.map { _ in Matrix(rows: rows, columns: stage.outputCount) } }
        values = zip(network.stages, arguments).map { stage, arguments in
            stage.hasActivation ? orders.map { _ in Matrix(rows: rows, columns: stage.outputCount) } : arguments
        }
        self.arguments = arguments
        let widest = Self.widest(network)
        deltas = (0..<2).map { _ in orders.map { _ in Matrix(rows: 1, columns: rows * widest) } }
        scratch = Matrix(rows: 1, columns: Self.scratchCount(network, rows: rows))
        rowWeights = orders.map { _ in Matrix(rows: rows, columns: 1) }
        outputs = values[values.count - 1]
    }

    private static func widest(_ network: Network) -> Int {
        network.stages.reduce(0) { max($0, $1.outputCount) }
    }

    private static func scratchCount(_ network: Network, rows: Int) -> Int {
        network.stages.reduce(0) { max($0, $1.scratchCount(rows: rows)) }
    }
}

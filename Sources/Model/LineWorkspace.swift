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
    /// What the energy is told beside x; nil where there is nothing.
    let conditionInput: Condition?
    /// The condition of each row, rows x (pixels · channels): to be set before a pass of a conditional energy.
    public var condition: Matrix? { conditionInput?.values }
    /// By order, one per row: weights of the outputs' derivatives in a gradient.
    let rowWeights: [Matrix]

    /// The number of floats that a workspace would hold.
    public static func count(_ network: Network, rows: Int, order: Int, conditionChannels: Int = 0) -> Int {
        let stored = network.stages.reduce(0) { $0 + $1.outputCount * ($1.hasActivation ? 2 : 1) }
        return rows * (order + 1) * (stored + 2 * widest(network) + 1) + scratchCount(network, rows: rows)
            + Condition.count(input: network.inputShape, channels: conditionChannels, rows: rows)
    }

    public init(_ network: Network, rows: Int, order: Int, conditionChannels: Int = 0) {
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
        conditionInput = conditionChannels == 0 ? nil : Condition(input: network.inputShape, channels: conditionChannels, rows: rows)
        rowWeights = orders.map { _ in Matrix(rows: rows, columns: 1) }
        outputs = values[values.count - 1]
    }

    /// For passes of an energy, with its condition.
    public convenience init(_ model: EnergyModel, rows: Int, order: Int) {
        self.init(model.network, rows: rows, order: order, conditionChannels: model.conditionChannels)
    }

    private static func widest(_ network: Network) -> Int {
        network.stages.reduce(0) { max($0, $1.outputCount) }
    }

    private static func scratchCount(_ network: Network, rows: Int) -> Int {
        network.stages.reduce(0) { max($0, $1.scratchCount(rows: rows)) }
    }
}

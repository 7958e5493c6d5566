import Numerics

/// Everything that passes along lines write for one tile (`Network.forwardAlongLines`): made once, nothing is allocated afterwards.
public final class LineWorkspace: Sendable {
    /// The most samples that a pass may have.
    public let rows: Int
    /// The highest derivative along the lines: 1 or 2.
    public let order: Int
    /// What the last forward pass computed: the outputs and their derivatives along the lines, each rows x outputCount.
    public let outputs: [Matrix]

    /// Of every node, by order: the values before and after its activation.
    let arguments: [[Matrix]]
    let values: [[Matrix]]
    /// Gradients with respect to values (`Node.buffer`), by order.
    let gradients: [[Matrix]]
    let scratch: Matrix
    let conditions: ConditionBuffers
    /// The condition of each row, rows x `Network.conditionCount`, zero at first: to be set before a pass; nil for networks without.
    public var condition: Matrix? { conditions.values.rows > 0 ? conditions.values : nil }
    /// As `Workspace.setCondition`.
    public func setCondition(_ rows: Matrix) { conditions.set(rows) }
    /// As `Workspace.setLevels`.
    public func setLevels(_ levels: [Float]) { conditions.setLevels(levels, in: conditions.values) }
    /// How fast the noise level of each row changes along the lines, in the same way.
    public func setLevelDirections(_ directions: [Float]) { conditions.setLevels(directions, in: conditions.valueDirections) }
    /// The direction in the condition, of the same form, zero at first: lines of order 1 may lead through (x, condition); nil for networks without such.
    public var conditionDirection: Matrix? { conditions.valueDirections.rows > 0 ? conditions.valueDirections : nil }
    /// By order, one per row: weights of the outputs' derivatives in a gradient.
    let rowWeights: [Matrix]
    /// x and the direction as the network of an energy with `NoisePreconditioning` gets them; empty for others.
    let scaledInputs: [Matrix]

    /// The number of floats that a workspace would hold.
    public static func count(_ model: EnergyModel, rows: Int, order: Int) -> Int {
        count(model.network, rows: rows, order: order) + (model.preconditioning == nil ? 0 : 2 * rows * model.inputShape.count)
    }

    private static func count(_ network: Network, rows: Int, order: Int) -> Int {
        let stored = network.nodes.reduce(0) { $0 + $1.stage.outputCount * ($1.stage.hasActivation ? 2 : 1) }
        return rows * (order + 1) * (stored + network.gradientBuffers * network.widestGradient + 1) + network.scratchCount(rows: rows)
            + ConditionBuffers.count(network.condition, rows: rows, alongLines: true)
    }

    public convenience init(_ network: Network, rows: Int, order: Int) { self.init(network, rows: rows, order: order, scaledInputs: 0) }

    /// For passes of an energy.
    public convenience init(_ model: EnergyModel, rows: Int, order: Int) {
        self.init(model.network, rows: rows, order: order, scaledInputs: model.preconditioning == nil ? 0 : rows)
    }

    private init(_ network: Network, rows: Int, order: Int, scaledInputs: Int) {
        precondition(rows > 0, "a workspace needs at least one row")
        precondition(order == 1 || order == 2, "derivatives along lines exist to order 1 or 2, not \(order)")
        self.rows = rows
        self.order = order
        let orders = 0...order
        let stages = network.nodes.map(\.stage)
        let arguments = stages.map { stage in orders.map { _ in Matrix(rows: rows, columns: stage.outputCount) } }
        values = zip(stages, arguments).map { stage, arguments in
            stage.hasActivation ? orders.map { _ in Matrix(rows: rows, columns: stage.outputCount) } : arguments
        }
        self.arguments = arguments
        let widest = network.widestGradient
        gradients = (0..<network.gradientBuffers).map { _ in orders.map { _ in Matrix(rows: 1, columns: rows * widest) } }
        scratch = Matrix(rows: 1, columns: network.scratchCount(rows: rows))
        conditions = ConditionBuffers(network.condition, rows: rows, alongLines: true)
        rowWeights = orders.map { _ in Matrix(rows: rows, columns: 1) }
        self.scaledInputs = (0..<2).map { _ in Matrix(rows: scaledInputs, columns: network.inputShape.count) }
        outputs = values[values.count - 1]
    }

    /// The value of a node and its derivatives, or the input and its direction: the second derivative of a line vanishes.
    func value(_ node: Int, _ input: [Matrix]) -> [Matrix] {
        node == Node.input ? input : values[node].map { $0.rows(0..<input[0].rows) }
    }
}

import Numerics

/// Everything that forward and backward passes of one tile write: made once, nothing is allocated afterwards. One thread at a time.
public final class Workspace: Sendable {
    /// The most samples that a pass may have.
    public let rows: Int
    /// What the last forward pass computed, rows x outputCount; with fewer samples its first rows.
    public let output: Matrix

    /// The output of every stage and the slopes of those that have an activation.
    let outputs: [Matrix]
    let slopes: [Matrix?]
    /// Gradients between stages, alternately.
    let deltas: [Matrix]
    let scratch: Matrix
    /// What the energy is told beside x; nil where there is nothing.
    let conditionInput: Condition?
    /// The condition of each row, rows x (pixels · channels): to be set before a pass of a conditional energy.
    public var condition: Matrix? { conditionInput?.values }
    /// One per row: the gradient of Σ E(x_i) with respect to the energies, and room for other weights of rows.
    let ones: Matrix
    let rowWeights: Matrix

    /// The number of floats that a workspace would hold.
    public static func count(_ network: Network, rows: Int, conditionChannels: Int = 0) -> Int {
        let stored = network.stages.reduce(0) { $0 + $1.outputCount * ($1.hasActivation ? 2 : 1) }
        return rows * (stored + 2 * widest(network) + 2) + scratchCount(network, rows: rows)
            + Condition.count(input: network.inputShape, channels: conditionChannels, rows: rows)
    }

    public init(_ network: Network, rows: Int, conditionChannels: Int = 0) {
        precondition(rows > 0, "a workspace needs at least one row")
        self.rows = rows
        outputs = network.stages.map { Matrix(rows: rows, columns: $0.outputCount) }
        slopes = network.stages.map { $0.hasActivation ? Matrix(rows: rows, columns: $0.outputCount) : nil }
        deltas = (0..<2).map { _ in Matrix(rows: 1, columns: rows * Self.widest(network)) }
        scratch = Matrix(rows: 1, columns: Self.scratchCount(network, rows: rows))
        conditionInput = conditionChannels == 0 ? nil : Condition(input: network.inputShape, channels: conditionChannels, rows: rows)
        ones = Matrix(rows: rows, columns: 1)
        ones.fill(1)
        rowWeights = Matrix(rows: rows, columns: 1)
        output = outputs[outputs.count - 1]
    }

    /// For passes of an energy, with its condition.
    public convenience init(_ model: EnergyModel, rows: Int) {
        self.init(model.network, rows: rows, conditionChannels: model.conditionChannels)
    }

    private static func widest(_ network: Network) -> Int {
        network.stages.reduce(0) { max($0, $1.outputCount) }
    }

    private static func scratchCount(_ network: Network, rows: Int) -> Int {
        network.stages.reduce(0) { max($0, $1.scratchCount(rows: rows)) }
    }
}

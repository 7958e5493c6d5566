import Numerics

/// Everything that forward and backward passes of one tile write: made once, nothing is allocated afterwards. One thread at a time.
public final class Workspace: Sendable {
    /// The most samples that a pass may have.
    public let rows: Int
    /// What the last forward pass computed, rows x outputCount; with fewer samples its first rows.
    public let output: Matrix

    /// The output of every node and the slopes of those that have an activation.
    let outputs: [Matrix]
    let slopes: [Matrix?]
    /// Gradients with respect to values (`Node.buffer`).
    let gradients: [Matrix]
    let scratch: Matrix
    let conditions: ConditionBuffers
    /// The condition of each row, rows x `Network.conditionCount`, zero at first: to be set before a pass; nil for networks without.
    public var condition: Matrix? { conditions.values.rows > 0 ? conditions.values : nil }
    /// Sets what is known of rows beside the noise: of as many as there are, or of the first ones, which the others repeat.
    public func setCondition(_ rows: Matrix) { conditions.set(rows) }

    /// Sets the noise level of each row, the same in every place: of as many as there are, or of the first ones, which the others repeat.
    public func setLevels(_ levels: [Float]) { conditions.setLevels(levels, in: conditions.values) }

    /// One per row: weights of the energies in a gradient.
    let rowWeights: Matrix
    /// x as the network of an energy with `NoisePreconditioning` gets it; empty for others.
    let scaledInput: Matrix

    /// The number of floats that a workspace would hold.
    public static func count(_ model: EnergyModel, rows: Int) -> Int {
        count(model.network, rows: rows) + (model.preconditioning == nil ? 0 : rows * model.inputShape.count)
    }

    /// The number of floats that a workspace would hold.
    public static func count(_ network: Network, rows: Int) -> Int {
        let stored = network.nodes.reduce(0) { $0 + $1.stage.outputCount * ($1.stage.hasActivation ? 2 : 1) }
        return rows * (stored + network.gradientBuffers * network.widestGradient + 1) + network.scratchCount(rows: rows)
            + ConditionBuffers.count(network.condition, rows: rows, alongLines: false)
    }

    public convenience init(_ network: Network, rows: Int) { self.init(network, rows: rows, scaledInputs: 0) }

    /// For passes of an energy.
    public convenience init(_ model: EnergyModel, rows: Int) {
        self.init(model.network, rows: rows, scaledInputs: model.preconditioning == nil ? 0 : rows)
    }

    private init(_ network: Network, rows: Int, scaledInputs: Int) {
        precondition(rows > 0, "a workspace needs at least one row")
        self.rows = rows
        let stages = network.nodes.map(\.stage)
        outputs = stages.map { Matrix(rows: rows, columns: $0.outputCount) }
        slopes = stages.map { $0.hasActivation ? Matrix(rows: rows, columns: $0.outputCount) : nil }
        let widest = network.widestGradient
        gradients = (0..<network.gradientBuffers).map { _ in Matrix(rows: 1, columns: rows * widest) }
        scratch = Matrix(rows: 1, columns: network.scratchCount(rows: rows))
        conditions = ConditionBuffers(network.condition, rows: rows, alongLines: false)
        scaledInput = Matrix(rows: scaledInputs, columns: network.inputShape.count)
        rowWeights = Matrix(rows: rows, columns: 1)
        output = outputs[outputs.count - 1]
    }

    /// The value of a node, or the network's input, as many rows as that has.
    func value(_ node: Int, _ input: Matrix) -> Matrix {
        node == Node.input ? input : outputs[node].rows(0..<input.rows)
    }
}

extension Network {
    /// Values of one sample in the widest gradient of a value that passes keep.
    var widestGradient: Int {
        let parts = nodes.flatMap(\.contributions).filter { $0.target == Node.input && !$0.isFirst }
        let input = parts.isEmpty ? 0 : condition?.joined.count ?? inputShape.count
        return nodes.reduce(input) { max($0, $1.stage.outputCount) }
    }

    /// Floats of scratch that passes of so many samples need.
    func scratchCount(rows: Int) -> Int {
        nodes.reduce(0) { max($0, $1.stage.scratchCount(rows: rows)) }
    }
}

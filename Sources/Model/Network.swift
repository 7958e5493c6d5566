import Failures
import GivenEnergies
import Numerics

/// Layers over one flat parameter vector.
///
/// A tile of samples is a `Matrix` with one sample a row, images with channels innermost. Parameters stand in an order of our own
/// (`ParameterLayout` leads to PyTorch's): dense weights outputs x inputs, convolutions outputs x kernel x kernel x channels.
public struct Network: Sendable {
    public let description: NetworkDescription
    public let layout: ParameterLayout
    public let outputShape: ImageShape
    /// How x and the condition become the input; nil where there is none.
    let condition: ConditionJoin?
    let nodes: [Node]
    /// How many gradients with respect to values a backward pass keeps at a time.
    let gradientBuffers: Int

    /// The shape of x.
    public var inputShape: ImageShape { description.input }
    /// Values of each row's condition (`Workspace.condition`).
    public var conditionCount: Int { condition?.count ?? 0 }
    /// Those of them that are known of the row itself, and no noise level beside it.
    public var rowConditionCount: Int { condition?.rows.count ?? 0 }
    /// Values of one sample at the output.
    public var outputCount: Int { outputShape.count }

    /// - Throws: `Failure(.configuration)` that names the layer, for sizes that are not positive or absurd, for layers that do not fit
    ///   what comes before them, for a condition that does not fit the input, and where there is no layer at all.
    public init(_ description: NetworkDescription) throws(Failure) {
        if let given = description.given {
            self = try Network(description, given: given.load())
            return
        }
        var compiler = try NetworkCompiler(description)
        try compiler.add(description.layers)
        self = compiler.network(description)
    }

    /// An energy that is given.
    private init(_ description: NetworkDescription, given: any GivenEnergy) throws(Failure) {
        guard description.layers.isEmpty, description.condition == nil, description.input == ImageShape(vector: given.dimension) else {
            throw Failure(
                .configuration,
                "a given energy has neither layers nor a condition, and \(given.dimension) values; found an input of \(description.input)")
        }
        self.init(
            description, layout: ParameterLayout(tensors: []), outputShape: ImageShape(vector: 1), condition: nil,
            nodes: [Node(GivenStage(energy: given), source: Node.input)])
    }

    init(_ description: NetworkDescription, layout: ParameterLayout, outputShape: ImageShape, condition: ConditionJoin?, nodes: [Node]) {
        self.description = description
        self.layout = layout
        self.outputShape = outputShape
        self.condition = condition
        var nodes = nodes
        gradientBuffers = Node.planGradients(&nodes)
        self.nodes = nodes
    }

    /// The energy in the place of layers; nil where there are layers.
    public var given: (any GivenEnergy)? { nodes.lazy.compactMap { ($0.stage as? GivenStage)?.energy }.first }

    /// A pure function of seed and purpose; tables of classes are standard normal, normalisations have scale 1 and bias 0.
    ///
    /// - Parameters:
    ///   - purpose: another one for each further network of a run, or they would start with the same numbers.
    ///   - weights: what linear maps begin with.
    public func initialParameters(
        seed: UInt64, purpose: RandomPurpose = .initialisation, _ weights: InitialWeights = .standard
    ) -> [Float] {
        var parameters: [Float] = []
        parameters.reserveCapacity(layout.count)
        for (index, tensor) in layout.tensors.enumerated() {
            let stream = RandomStream(seed: seed, purpose: purpose, step: 0, index: index)
            parameters += tensor.initial.values(tensor.count, stream, weights)
        }
        return parameters
    }

    /// Computes the outputs of a tile into the first rows of `workspace.output`.
    ///
    /// - Parameters:
    ///   - x: samples x inputShape.count, no more samples than the workspace has rows; their condition stands in `workspace.condition`.
    ///   - keepingSlopes: whether `backward` will follow.
    public func forward(_ x: Matrix, _ weights: PreparedWeights, _ workspace: Workspace, keepingSlopes: Bool) {
        precondition(x.rows <= workspace.rows, "\(x.rows) samples for a workspace of \(workspace.rows) rows")
        precondition(x.columns == inputShape.count, "samples of \(x.columns) values for a network of \(inputShape.count) inputs")
        precondition(workspace.conditions.isFor(self), "a workspace for another condition")
        let range = 0..<x.rows
        let input = workspace.conditions.joined(x)
        condition?.join(x, condition: workspace.conditions.values, parameters: weights.parameters, into: input)
        for index in nodes.indices {
            let output = workspace.outputs[index].rows(range)
            let slopes = keepingSlopes ? workspace.slopes[index]?.rows(range) : nil
            let source = workspace.value(nodes[index].source, input)
            if let second = nodes[index].second {
                second.junction.join(source, workspace.value(second.node, input), into: output)
                if let activation = nodes[index].stage.activation {
                    Elementwise.activate(output, bias: nil, activation, slopes: slopes)
                }
            } else {
                nodes[index].stage.forward(source, weights.stages[index], scratch: workspace.scratch, into: output, slopes: slopes)
            }
        }
    }

    /// The vector-Jacobian product after `forward(keepingSlopes: true)` with the same x, weights and workspace.
    ///
    /// - Parameters:
    ///   - outputGradient: samples x outputCount.
    ///   - inputGradient: overwritten with the gradient with respect to x, where wanted.
    ///   - parameterGradient: 1 x layout.count, the gradient with respect to the parameters, summed over the samples, is ADDED to it.
    public func backward(
        _ x: Matrix, outputGradient: Matrix, _ weights: PreparedWeights, _ workspace: Workspace, inputGradient: Matrix?,
        parameterGradient: Matrix?
    ) {
        precondition(outputGradient.rows == x.rows && outputGradient.columns == outputCount, "the output gradient has another shape")
        precondition(inputGradient.map { $0.rows == x.rows && $0.columns == x.columns } ?? true, "the input gradient has another shape")
        precondition(parameterGradient.map { $0.count == layout.count } ?? true, "the parameter gradient has another length")
        let input = workspace.conditions.joined(x)
        let wholeGradient = workspace.conditions.gradient(for: inputGradient, rows: x.rows, tableIsWanted: parameterGradient != nil)
        let last = nodes.count - 1
        for index in nodes.indices.reversed() {
            var delta = outputGradient
            if index < last {
                delta = workspace.gradients[nodes[index].buffer].view(from: 0, rows: x.rows, columns: nodes[index].stage.outputCount)
            } else if let slopes = workspace.slopes[last] {
                delta = workspace.gradients[nodes[index].buffer].view(from: 0, rows: x.rows, columns: outputCount)
                Elementwise.multiply(outputGradient, by: slopes.rows(0..<x.rows), into: delta)
            }
            if let parameterGradient {
                let source = workspace.value(nodes[index].source, input)
                nodes[index].stage.addParameterGradient(source, delta, scratch: workspace.scratch, into: parameterGradient)
            }
            for part in nodes[index].contributions where part.target != Node.input || wholeGradient != nil {
                pullBack(delta, part, input, index, weights.stages[index], workspace, wholeGradient)
            }
        }
        guard let condition, let wholeGradient else { return }
        if let inputGradient { condition.split(wholeGradient, into: inputGradient) }
        if let parameterGradient {
            condition.addParameterGradient(wholeGradient, condition: workspace.conditions.values, into: parameterGradient)
        }
    }

    /// Adds what a node gives to the gradient of a value that it reads, and multiplies the whole by the slopes of that value.
    private func pullBack(
        _ delta: Matrix, _ part: Node.Contribution, _ input: Matrix, _ index: Int, _ weights: StageWeights, _ workspace: Workspace,
        _ inputGradient: Matrix?
    ) {
        let (node, x) = (nodes[index], workspace.value(part.target, input))
        func buffer(_ number: Int) -> Matrix { workspace.gradients[number].view(from: 0, rows: x.rows, columns: x.columns) }
        let isInput = part.target == Node.input
        let slopes = isInput || !part.isLast ? nil : workspace.slopes[part.target]?.rows(0..<x.rows)
        let result = isInput && part.isFirst ? inputGradient ?? buffer(part.buffer) : buffer(part.buffer)
        let epilogue = part.isFirst ? slopes.map { Epilogue.multiply(by: $0) } ?? .none : .none
        if let second = node.second {
            let other = workspace.value(part.operand == .first ? second.node : node.source, input)
            second.junction.pullBack(delta, to: part.operand, other: other, into: result)
            epilogue.apply(to: result)
        } else {
            node.stage.pullBack(delta, at: x, weights, scratch: workspace.scratch, into: result, epilogue)
        }
        guard !part.isFirst else { return }
        let total = isInput ? inputGradient ?? result : buffer(nodes[part.target].buffer)
        Elementwise.add(total, result, scale: 1, into: total)
        if let slopes { Elementwise.multiply(total, by: slopes, into: total) }
    }
}

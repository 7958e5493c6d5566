import Failures
import Numerics

/// A chain of layers over one flat parameter vector.
///
/// A tile of samples is a `Matrix` with one sample a row, images with channels innermost. Parameters stand in an order of our own
/// (`ParameterLayout` leads to PyTorch's): dense weights outputs x inputs, convolutions outputs x kernel x kernel x channels.
public struct Network: Sendable {
    public let description: NetworkDescription
    public let layout: ParameterLayout
    public let outputShape: ImageShape
    let stages: [any Stage]

    public var inputShape: ImageShape { description.input }
    /// Values of one sample at the output.
    public var outputCount: Int { outputShape.count }

    /// - Throws: `Failure(.configuration)` that names the layer, for sizes that are not positive or absurd, for layers that do not fit
    ///   what comes before them, and where there is no layer at all.
    public init(_ description: NetworkDescription) throws(Failure) {
        var compiler = try NetworkCompiler(input: description.input)
        for layer in description.layers { try compiler.add(layer) }
        self = try compiler.network(description)
    }

    init(_ description: NetworkDescription, layout: ParameterLayout, outputShape: ImageShape, stages: [any Stage]) {
        self.description = description
        self.layout = layout
        self.outputShape = outputShape
        self.stages = stages
    }

    /// PyTorch's default: weights and biases uniform in ±1/√fanIn, a pure function of seed and purpose.
    ///
    /// - Parameter purpose: another one for each further network of a run, or they would start with the same numbers.
    public func initialParameters(seed: UInt64, purpose: RandomPurpose = .initialisation) -> [Float] {
        var parameters: [Float] = []
        parameters.reserveCapacity(layout.count)
        for (index, tensor) in layout.tensors.enumerated() {
            let values = Matrix(rows: 1, columns: tensor.count)
            RandomStream(seed: seed, purpose: purpose, step: 0, index: index).fillUniforms(values)
            let bound = 1 / Float(tensor.fanIn).squareRoot()
            parameters += values.values.map { bound * (2 * $0 - 1) }
        }
        return parameters
    }

    /// Computes the outputs of a tile into the first rows of `workspace.output`.
    ///
    /// - Parameters:
    ///   - x: samples x inputShape.count, no more samples than the workspace has rows.
    ///   - keepingSlopes: whether `backward` will follow.
    public func forward(_ x: Matrix, _ weights: PreparedWeights, _ workspace: Workspace, keepingSlopes: Bool) {
        precondition(x.rows <= workspace.rows, "\(x.rows) samples for a workspace of \(workspace.rows) rows")
        precondition(x.columns == inputShape.count, "samples of \(x.columns) values for a network of \(inputShape.count) inputs")
        let range = 0..<x.rows
        var input = x
        for (index, stage) in stages.enumerated() {
            let output = workspace.outputs[index].rows(range)
            let slopes = keepingSlopes ? workspace.slopes[index]?.rows(range) : nil
            stage.forward(input, weights.stages[index], scratch: workspace.scratch, into: output, slopes: slopes)
            input = output
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
        let range = 0..<x.rows
        let last = stages.count - 1
        var delta = outputGradient
        if let slopes = workspace.slopes[last] {
            delta = workspace.deltas[1].view(from: 0, rows: x.rows, columns: outputCount)
            Elementwise.multiply(outputGradient, by: slopes.rows(range), into: delta)
        }
        for index in stride(from: last, through: 0, by: -1) {
            let stage = stages[index]
            if let parameterGradient {
                let input = index > 0 ? workspace.outputs[index - 1].rows(range) : x
                stage.addParameterGradient(input, delta, withBias: true, scratch: workspace.scratch, into: parameterGradient)
            }
            if index > 0 {
                let below = workspace.deltas[(last - index) % 2].view(from: 0, rows: x.rows, columns: stage.inputCount)
                let epilogue = workspace.slopes[index - 1].map { Epilogue.multiply(by: $0.rows(range)) } ?? .none
                stage.pullBack(delta, weights.stages[index], scratch: workspace.scratch, into: below, epilogue)
                delta = below
            } else if let inputGradient {
                stage.pullBack(delta, weights.stages[0], scratch: workspace.scratch, into: inputGradient, .none)
            }
        }
    }
}

import Numerics

/// A piece of a network between two stored matrices: a linear map with its bias and activation, a pooling, a normalisation, or an
/// activation alone.
///
/// Backward, every stage gets `delta`, the gradient with respect to its values before its own activation: whoever produced it has
/// already multiplied it by this stage's slopes, in the epilogue of its own product.
protocol Stage: Sendable {
    var outputCount: Int { get }
    /// What the output went through, so that backward needs its slopes.
    var activation: Activation? { get }
    /// Floats of prepared copies of the weights, or words in their place.
    func preparedCount(_ precision: PassPrecision) -> Int
    /// Multiplications of the linear map for one sample; the padding of images counts as if it were data.
    var multiplications: Int { get }
    /// As in `LinearMap`.
    var pairedMultiplications: (forward: Int, backward: Int) { get }

    /// This stage with an activation behind it, where it has none yet and can fuse one.
    func followed(by activation: Activation) -> (any Stage)?

    /// Floats of scratch that forward and backward need for so many samples.
    func scratchCount(rows: Int) -> Int

    /// Fills this stage's copies from the flat parameters.
    func prepare(_ weights: StageWeights)

    /// output = stage(x); the slopes of the activation where a matrix for them is given.
    func forward(_ x: Matrix, _ weights: StageWeights, scratch: Matrix, into output: Matrix, slopes: Matrix?)

    /// The vector-Jacobian product to the input, at the x that forward had; the epilogue runs over it and counts samples as rows.
    func pullBack(_ delta: Matrix, at x: Matrix, _ weights: StageWeights, scratch: Matrix, into gradient: Matrix, _ epilogue: Epilogue)

    /// Adds the gradient of this stage's parameters to their places in a flat gradient.
    func addParameterGradient(_ x: Matrix, _ delta: Matrix, scratch: Matrix, into gradient: Matrix)

    // Along lines x is a truncated Taylor series: the value and its derivatives. The last derivatives may be left out of it where they
    // vanish.

    /// The arguments of the activation and their derivatives.
    func forwardAlongLine(_ x: [Matrix], _ weights: StageWeights, scratch: Matrix, into arguments: [Matrix])

    /// From gradients with respect to the arguments and their derivatives to those with respect to x, as many of them as are wanted.
    func pullBackAlongLine(_ deltas: [Matrix], at x: [Matrix], _ weights: StageWeights, scratch: Matrix, into gradients: [Matrix])

    func addParameterGradientAlongLine(_ x: [Matrix], _ deltas: [Matrix], scratch: Matrix, into gradient: Matrix)
}

/// What a stage sees of the weights: all parameters, and its own prepared copies. A class, because every pass hands it to every stage.
final class StageWeights: Sendable {
    /// 1 x number of parameters
    let parameters: Matrix
    /// 1 x `preparedCount(_:)`
    let copies: WeightCopies

    init(parameters: Matrix, copies: WeightCopies) { (self.parameters, self.copies) = (parameters, copies) }
}

extension Stage {
    func preparedCount(_ precision: PassPrecision) -> Int { 0 }
    var multiplications: Int { 0 }
    var pairedMultiplications: (forward: Int, backward: Int) { (0, 0) }
    func scratchCount(rows: Int) -> Int { 0 }
    func prepare(_ weights: StageWeights) {}
    var hasActivation: Bool { activation != nil }
}

/// A stage that is linear but for its bias and activation: derivatives along a line go through it one by one.
protocol LinearStage: Stage {
    /// The linear part of the stage: without activation, and for the derivatives of x along a line without bias.
    func applyLinearPart(_ x: Matrix, _ weights: StageWeights, withBias: Bool, scratch: Matrix, into output: Matrix)

    /// As `pullBack(_:at:...)`, which is the same at every x.
    func pullBack(_ delta: Matrix, _ weights: StageWeights, scratch: Matrix, into gradient: Matrix, _ epilogue: Epilogue)

    /// As `addParameterGradient`; the bias has none from derivatives of x along a line.
    func addParameterGradient(_ x: Matrix, _ delta: Matrix, withBias: Bool, scratch: Matrix, into gradient: Matrix)
}

extension LinearStage {
    func followed(by activation: Activation) -> (any Stage)? { nil }
    func addParameterGradient(_ x: Matrix, _ delta: Matrix, withBias: Bool, scratch: Matrix, into gradient: Matrix) {}

    func pullBack(_ delta: Matrix, at x: Matrix, _ weights: StageWeights, scratch: Matrix, into gradient: Matrix, _ epilogue: Epilogue) {
        pullBack(delta, weights, scratch: scratch, into: gradient, epilogue)
    }

    func addParameterGradient(_ x: Matrix, _ delta: Matrix, scratch: Matrix, into gradient: Matrix) {
        addParameterGradient(x, delta, withBias: true, scratch: scratch, into: gradient)
    }

    func forwardAlongLine(_ x: [Matrix], _ weights: StageWeights, scratch: Matrix, into arguments: [Matrix]) {
        for (order, output) in arguments.enumerated() {
            if order < x.count {
                applyLinearPart(x[order], weights, withBias: order == 0, scratch: scratch, into: output)
            } else {
                output.fill(0)
            }
        }
    }

    func pullBackAlongLine(_ deltas: [Matrix], at x: [Matrix], _ weights: StageWeights, scratch: Matrix, into gradients: [Matrix]) {
        for (delta, gradient) in zip(deltas, gradients) { pullBack(delta, weights, scratch: scratch, into: gradient, .none) }
    }

    func addParameterGradientAlongLine(_ x: [Matrix], _ deltas: [Matrix], scratch: Matrix, into gradient: Matrix) {
        for (order, pair) in zip(x, deltas).enumerated() {
            addParameterGradient(pair.0, pair.1, withBias: order == 0, scratch: scratch, into: gradient)
        }
    }
}

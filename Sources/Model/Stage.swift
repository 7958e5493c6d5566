import Numerics

/// A piece of a network between two stored matrices: a linear map with its bias and activation, a pooling, or an activation alone.
///
/// Backward, every stage gets `delta`, the gradient with respect to its values before its own activation: whoever produced it has
/// already multiplied it by this stage's slopes, in the epilogue of its own product.
protocol Stage: Sendable {
    /// Values of one sample at the input and at the output.
    var inputCount: Int { get }
    var outputCount: Int { get }
    /// What the output went through, so that backward needs its slopes.
    var activation: Activation? { get }
    /// Floats of prepared copies of the weights.
    var preparedCount: Int { get }
    /// Multiplications of the linear map for one sample; the padding of images counts as if it were data.
    var multiplications: Int { get }

    /// This stage with an activation behind it, where it has none yet and can fuse one.
    func followed(by activation: Activation) -> (any Stage)?

    /// Floats of scratch that forward and backward need for so many samples.
    func scratchCount(rows: Int) -> Int

    /// Fills this stage's copies from the flat parameters.
    func prepare(_ weights: StageWeights)

    /// output = stage(x); the slopes of the activation where a matrix for them is given.
    func forward(_ x: Matrix, _ weights: StageWeights, scratch: Matrix, into output: Matrix, slopes: Matrix?)

    /// The linear part of the stage: without activation, and for the derivatives of x along a line without bias.
    func applyLinearPart(_ x: Matrix, _ weights: StageWeights, withBias: Bool, scratch: Matrix, into output: Matrix)

    /// The vector-Jacobian product to the input; the epilogue runs over it and counts samples as rows.
    func pullBack(_ delta: Matrix, _ weights: StageWeights, scratch: Matrix, into gradient: Matrix, _ epilogue: Epilogue)

    /// Adds the gradient of this stage's parameters to their places in a flat gradient; the bias has none from derivatives of x along a line.
    func addParameterGradient(_ x: Matrix, _ delta: Matrix, withBias: Bool, scratch: Matrix, into gradient: Matrix)
}

/// What a stage sees of the weights: all parameters, and its own prepared copies.
struct StageWeights {
    /// 1 x number of parameters
    let parameters: Matrix
    /// 1 x `preparedCount`
    let copies: Matrix
}

extension Stage {
    var preparedCount: Int { 0 }
    var multiplications: Int { 0 }
    func followed(by activation: Activation) -> (any Stage)? { nil }
    func scratchCount(rows: Int) -> Int { 0 }
    func prepare(_ weights: StageWeights) {}
    func addParameterGradient(_ x: Matrix, _ delta: Matrix, withBias: Bool, scratch: Matrix, into gradient: Matrix) {}
    var hasActivation: Bool { activation != nil }
}

import Numerics

/// An activation that no linear map precedes: at the input, after a pooling, or after another activation. Without one it is the identity,
/// on which what is made of two values stands (`Node.second`).
struct ActivationStage: LinearStage {
    let count: Int
    let activation: Activation?

    var outputCount: Int { count }

    func followed(by activation: Activation) -> (any Stage)? {
        self.activation == nil ? ActivationStage(count: count, activation: activation) : nil
    }

    func forward(_ x: Matrix, _ weights: StageWeights, scratch: Matrix, into output: Matrix, slopes: Matrix?) {
        output.copy(from: x)
        guard let activation else { return }
        Elementwise.activate(output, bias: nil, activation, slopes: slopes)
    }

    func applyLinearPart(_ x: Matrix, _ weights: StageWeights, withBias: Bool, scratch: Matrix, into output: Matrix) {
        output.copy(from: x)
    }

    func pullBack(_ delta: Matrix, _ weights: StageWeights, scratch: Matrix, into gradient: Matrix, _ epilogue: Epilogue) {
        gradient.copy(from: delta)
        epilogue.apply(to: gradient)
    }
}

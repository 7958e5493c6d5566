import Numerics

/// An activation that no linear map precedes: at the input, after a pooling, or after another activation.
struct ActivationStage: Stage {
    let count: Int
    let function: Activation

    var inputCount: Int { count }
    var outputCount: Int { count }
    var activation: Activation? { function }

    func forward(_ x: Matrix, _ weights: StageWeights, scratch: Matrix, into output: Matrix, slopes: Matrix?) {
        output.copy(from: x)
        Elementwise.activate(output, bias: nil, function, slopes: slopes)
    }

    func applyLinearPart(_ x: Matrix, _ weights: StageWeights, withBias: Bool, scratch: Matrix, into output: Matrix) {
        output.copy(from: x)
    }

    func pullBack(_ delta: Matrix, _ weights: StageWeights, scratch: Matrix, into gradient: Matrix, _ epilogue: Epilogue) {
        gradient.copy(from: delta)
        epilogue.apply(to: gradient)
    }
}

import Numerics

/// y = c x, with a constant c.
struct ScalingStage: LinearStage {
    let count: Int
    /// c
    let factor: Float

    var outputCount: Int { count }
    var activation: Activation? { nil }

    func forward(_ x: Matrix, _ weights: StageWeights, scratch: Matrix, into output: Matrix, slopes: Matrix?) { scale(x, into: output) }

    func applyLinearPart(_ x: Matrix, _ weights: StageWeights, withBias: Bool, scratch: Matrix, into output: Matrix) {
        scale(x, into: output)
    }

    func pullBack(_ delta: Matrix, _ weights: StageWeights, scratch: Matrix, into gradient: Matrix, _ epilogue: Epilogue) {
        scale(delta, into: gradient)
        epilogue.apply(to: gradient)
    }

    private func scale(_ values: Matrix, into scaled: Matrix) {
        let factor = factor
        scaled.combine(values, values) { value, _ in factor * value }
    }
}

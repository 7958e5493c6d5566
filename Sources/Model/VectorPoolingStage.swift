import Numerics

/// The sum or mean of a vector: one value.
struct VectorPoolingStage: LinearStage {
    let inputs: Int
    /// 1 for a sum, 1 / inputs for a mean.
    let scale: Float

    var outputCount: Int { 1 }
    var activation: Activation? { nil }

    func forward(
        _ x: Matrix, _ weights: StageWeights, scratch: Matrix, into output: Matrix, slopes: Matrix?
    ) {
        withExtendedLifetime(x.storage) {
            for row in 0..<x.rows {
                output[row, 0] =
                    scale * (unsafe Elementwise.sum(UnsafePointer(x.base) + row * inputs, count: inputs))
            }
        }
    }

    func applyLinearPart(
        _ x: Matrix, _ weights: StageWeights, withBias: Bool, scratch: Matrix, into output: Matrix
    ) {
        forward(x, weights, scratch: scratch, into: output, slopes: nil)
    }

    func pullBack(
        _ delta: Matrix, _ weights: StageWeights, scratch: Matrix, into gradient: Matrix,
        _ epilogue: Epilogue
    ) {
        for row in 0..<delta.rows {
            gradient.view(from: row * inputs, rows: 1, columns: inputs).fill(scale * delta[row, 0])
        }
        epilogue.apply(to: gradient)
    }
}

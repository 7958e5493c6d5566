import Numerics

/// The transpose of a linear map: a transposed convolution from images of the mirror's output shape to images of its input shape.
///
/// `torch.nn.ConvTranspose2d` with weights inputs x outputs x kernel x kernel is the gradient of the `Conv2d` with the same weights, which
/// leads the other way: the mirror. Forward is the mirror's transpose, the way back the mirror itself, and the gradient of the weights
/// the mirror's, with the roles of input and gradient exchanged.
struct TransposedMap<Mirror: LinearMap>: LinearMap {
    let mirror: Mirror
    let output: ImageShape
    /// Whether the mirror's products can add a bias per channel on their way: not where all pixels of an image are columns of one product.
    let fusesBias: Bool

    var outputs: Int { output.channels }
    var positions: Int { output.height * output.width }
    var weightShape: WeightShape { mirror.weightShape }
    var multiplications: Int { mirror.multiplications }
    var pairedMultiplications: (forward: Int, backward: Int) {
        let mirror = mirror.pairedMultiplications
        return (mirror.backward, mirror.forward)
    }

    func preparedCount(_ precision: PassPrecision) -> Int { mirror.preparedCount(precision.transposed) }
    func prepare(_ weights: Matrix, into copies: WeightCopies) { mirror.prepare(weights, into: copies.transposed) }
    func scratchCount(rows: Int) -> Int { mirror.scratchCount(rows: rows) }

    func apply(_ x: Matrix, _ copies: WeightCopies, scratch: Matrix, into y: Matrix, _ epilogue: Epilogue) {
        let images = y.reshaped(rows: x.rows, columns: output.count)
        if case .activate = epilogue, !fusesBias {
            mirror.applyTranspose(mirrorOutput(x), copies.transposed, scratch: scratch, into: images, .none)
            epilogue.apply(to: images)
        } else {
            mirror.applyTranspose(mirrorOutput(x), copies.transposed, scratch: scratch, into: images, epilogue)
        }
    }

    func applyTranspose(_ delta: Matrix, _ copies: WeightCopies, scratch: Matrix, into gradient: Matrix, _ epilogue: Epilogue) {
        let images = delta.reshaped(rows: gradient.rows, columns: output.count)
        mirror.apply(images, copies.transposed, scratch: scratch, into: mirrorOutput(gradient), epilogue)
    }

    func addWeightGradient(_ x: Matrix, _ delta: Matrix, scratch: Matrix, into gradient: Matrix) {
        let images = delta.reshaped(rows: x.rows, columns: output.count)
        mirror.addWeightGradient(images, mirrorOutput(x), scratch: scratch, into: gradient)
    }

    /// One row per position of the mirror's output instead of one per sample.
    private func mirrorOutput(_ x: Matrix) -> Matrix {
        x.reshaped(rows: x.rows * mirror.positions, columns: mirror.outputs)
    }
}

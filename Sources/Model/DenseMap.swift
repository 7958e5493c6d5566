import Numerics

/// A matrix on the rows of the input: a dense layer, a 1 x 1 convolution (`positions` = pixels), or one whose kernel covers the image.
struct DenseMap: LinearMap {
    let inputs: Int
    let outputs: Int
    let positions: Int
    var weightShape: WeightShape { WeightShape(rows: outputs, columns: inputs) }
    var multiplications: Int { positions * outputs * inputs }

    /// Up to so many results a row (an energy, the gradient at a point of the plane), inner products of rows beat the kernel, which
    /// would compute sixteen.
    private static let few = 4

    private var hasFewOutputs: Bool { outputs <= Self.few }
    private var hasFewInputs: Bool { inputs <= Self.few }

    private var forwardCount: Int {
        hasFewOutputs ? outputs * inputs : PackedWeights.count(inner: inputs, columns: outputs)
    }

    private var backwardCount: Int {
        hasFewInputs ? outputs * inputs : PackedWeights.count(inner: outputs, columns: inputs)
    }

    var preparedCount: Int { forwardCount + backwardCount }

    /// Wᵀ for the forward product and W for the backward one, as matrices whose rows are multiplied, or packed.
    private func forwardCopy(_ copies: Matrix) -> Matrix { copies.view(from: 0, rows: 1, columns: forwardCount) }
    private func backwardCopy(_ copies: Matrix) -> Matrix { copies.view(from: forwardCount, rows: 1, columns: backwardCount) }

    private func packedForward(_ copies: Matrix) -> PackedWeights {
        PackedWeights(inner: inputs, columns: outputs, in: forwardCopy(copies))
    }

    private func packedBackward(_ copies: Matrix) -> PackedWeights {
        PackedWeights(inner: outputs, columns: inputs, in: backwardCopy(copies))
    }

    func prepare(_ weights: Matrix, into copies: Matrix) {
        if hasFewOutputs {
            forwardCopy(copies).copy(from: weights)
        } else {
            packedForward(copies).pack(inputs, at: 0, from: weights, start: 0, rowStride: 1, columnStride: inputs)
        }
        if hasFewInputs {
            Elementwise.transpose(weights, into: backwardCopy(copies).reshaped(rows: inputs, columns: outputs))
        } else {
            packedBackward(copies).pack(outputs, at: 0, from: weights, start: 0, rowStride: inputs, columnStride: 1)
        }
    }

    func scratchCount(rows: Int) -> Int { 0 }

    func apply(_ x: Matrix, _ copies: Matrix, scratch: Matrix, into y: Matrix, _ epilogue: Epilogue) {
        if hasFewOutputs {
            rowProducts(x, forwardCopy(copies).reshaped(rows: outputs, columns: inputs), into: y)
            epilogue.apply(to: y)
        } else {
            product(rows: y.rows, inputs, outputs).multiply(x, packedForward(copies), into: y, epilogue)
        }
    }

    func applyTranspose(_ delta: Matrix, _ copies: Matrix, scratch: Matrix, into gradient: Matrix, _ epilogue: Epilogue) {
        if hasFewInputs {
            rowProducts(delta, backwardCopy(copies).reshaped(rows: inputs, columns: outputs), into: gradient)
            epilogue.apply(to: gradient)
        } else {
            product(rows: delta.rows, outputs, inputs).multiply(delta, packedBackward(copies), into: gradient, epilogue)
        }
    }

    func addWeightGradient(_ x: Matrix, _ delta: Matrix, scratch: Matrix, into gradient: Matrix) {
        let x = x.reshaped(rows: delta.rows, columns: inputs)
        if inputs % 16 == 0 {
            let product = OuterProduct(grid: .init(width: delta.rows), left: .init(position: outputs), right: .init(position: inputs))
            let target = OuterProduct.Target(matrix: gradient, rowStride: inputs, columnStride: 1)
            product.add(delta, rows: outputs, offset: { $0 }, x, columns: inputs, to: target)
        } else if outputs % 16 == 0 {
            let product = OuterProduct(grid: .init(width: delta.rows), left: .init(position: inputs), right: .init(position: outputs))
            let target = OuterProduct.Target(matrix: gradient, rowStride: 1, columnStride: inputs)
            product.add(x, rows: inputs, offset: { $0 }, delta, columns: outputs, to: target)
        } else {
            Products.multiply(transposing: delta, x, into: gradient, accumulate: true)
        }
    }

    private func product(rows: Int, _ inner: Int, _ columns: Int) -> PatchProduct {
        PatchProduct(grid: .init(images: rows), source: .init(image: inner), target: .init(image: columns), length: inner)
    }

    /// y = a bᵀ for a b of few rows. a: m x k, b: n x k, y: m x n, each with any division into rows.
    private func rowProducts(_ a: Matrix, _ b: Matrix, into y: Matrix) {
        let (inner, columns) = (b.columns, b.rows)
        let rows = y.count / columns
        precondition(a.count == rows * inner && y.count == rows * columns, "shapes of a product do not fit")
        withExtendedLifetime((a.storage, b.storage, y.storage)) {
            for row in 0..<rows {
                for column in 0..<columns {
                    unsafe y.base[row * columns + column] = Elementwise.dot(a.base + row * inner, b.base + column * inner, count: inner)
                }
            }
        }
    }
}

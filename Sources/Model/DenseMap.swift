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

    /// Wᵀ for the forward product and W for the backward one, as matrices whose rows are multiplied, or packed.
    private var forward: PackedWeights.Shape { .init(length: inputs, columns: outputs) }
    private var backward: PackedWeights.Shape { .init(length: outputs, columns: inputs) }

    /// Products of few values, among them points of the plane, multiply floats whatever is asked for: they take no time, and coordinates keep all their
    /// digits.
    private static func precision(_ shape: PackedWeights.Shape, _ asked: Precision) -> Precision { shape.inner > few ? asked : .float }

    private func forwardCount(_ precision: PassPrecision) -> Int {
        hasFewOutputs ? outputs * inputs : forward.count(Self.precision(forward, precision.forward))
    }

    private func backwardCount(_ precision: PassPrecision) -> Int {
        hasFewInputs ? outputs * inputs : backward.count(Self.precision(backward, precision.backward))
    }

    var pairedMultiplications: (forward: Int, backward: Int) {
        let hasPairs = (
            !hasFewOutputs && Self.precision(forward, .bfloat16) == .bfloat16,
            !hasFewInputs && Self.precision(backward, .bfloat16) == .bfloat16
        )
        return (hasPairs.0 ? multiplications : 0, hasPairs.1 ? multiplications : 0)
    }

    func preparedCount(_ precision: PassPrecision) -> Int { forwardCount(precision) + backwardCount(precision) }

    private func forwardRows(_ copies: WeightCopies) -> Matrix { copies.rows(outputs, columns: inputs, from: 0) }
    private func backwardRows(_ copies: WeightCopies) -> Matrix {
        copies.rows(inputs, columns: outputs, from: forwardCount(copies.precision))
    }
    private func packedForward(_ copies: WeightCopies) -> PackedWeights {
        copies.packed(forward, Self.precision(forward, copies.precision.forward))
    }
    private func packedBackward(_ copies: WeightCopies) -> PackedWeights {
        copies.packed(backward, Self.precision(backward, copies.precision.backward), from: forwardCount(copies.precision))
    }

    func prepare(_ weights: Matrix, into copies: WeightCopies) {
        if hasFewOutputs {
            forwardRows(copies).copy(from: weights)
        } else {
            packedForward(copies).pack(inputs, at: 0, count: outputs, from: weights, start: 0, rowStride: 1, columnStride: inputs)
        }
        if hasFewInputs {
            Elementwise.transpose(weights, into: backwardRows(copies))
        } else {
            packedBackward(copies).pack(outputs, at: 0, count: inputs, from: weights, start: 0, rowStride: inputs, columnStride: 1)
        }
    }

    /// Positions that are rounded to pairs at a time, so that they stay in the cache.
    private static let group = 512

    func scratchCount(rows: Int) -> Int {
        ProductOperand.pairCount(rows: min(Self.group, rows * positions), length: max(inputs, outputs))
    }

    func apply(_ x: Matrix, _ copies: WeightCopies, scratch: Matrix, into y: Matrix, _ epilogue: Epilogue) {
        if hasFewOutputs {
            rowProducts(x, forwardRows(copies), into: y)
            epilogue.apply(to: y)
        } else {
            multiply(x, packedForward(copies), scratch: scratch, into: y, epilogue)
        }
    }

    func applyTranspose(_ delta: Matrix, _ copies: WeightCopies, scratch: Matrix, into gradient: Matrix, _ epilogue: Epilogue) {
        if hasFewInputs {
            rowProducts(delta, backwardRows(copies), into: gradient)
            epilogue.apply(to: gradient)
        } else {
            multiply(delta, packedBackward(copies), scratch: scratch, into: gradient, epilogue)
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

    private func multiply(_ x: Matrix, _ weights: PackedWeights, scratch: Matrix, into y: Matrix, _ epilogue: Epilogue) {
        let (inner, columns) = (weights.shape.inner, weights.shape.columns)
        let rows = x.count / inner
        let group = weights.precision == .float ? rows : Self.group
        let source = PositionGrid.Steps(image: ProductOperand.step(inner, weights.precision))
        for first in stride(from: 0, to: rows, by: max(1, group)) {
            let count = min(group, rows - first)
            let product = PatchProduct(grid: .init(images: count), source: source, target: .init(image: columns))
            let part = x.view(from: first * inner, rows: count, columns: inner)
            product.multiply(
                .rows(part, length: inner, weights.precision, scratch: scratch), weights, into: y, at: first * columns, epilogue)
        }
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

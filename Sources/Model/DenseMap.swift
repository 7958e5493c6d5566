import Numerics

/// A matrix on the rows of the input: a dense layer, a 1 x 1 convolution (`positions` = pixels), or one whose kernel covers the image.
struct DenseMap: LinearMap {
    let inputs: Int
    let outputs: Int
    let positions: Int
    var sampleInputs: Int { inputs * positions }

    /// Up to so many inputs (points of the plane), own loops beat a library product that fills registers for sixteen.
    private static let few = 4

    func scratchCount(rows: Int) -> Int { 0 }

    func apply(_ x: Matrix, _ weights: MapWeights, scratch: Matrix, into y: Matrix, _ epilogue: Epilogue) {
        let x = x.reshaped(rows: y.rows, columns: inputs)
        if outputs == 1 {
            rowDots(x, weights.stored, into: y)
        } else if inputs <= Self.few {
            outer(x, weights.transposed, into: y)
        } else {
            Products.multiply(x, weights.transposed, into: y)
        }
        epilogue.apply(to: y)
    }

    func applyTranspose(_ delta: Matrix, _ weights: MapWeights, scratch: Matrix, into gradient: Matrix, _ epilogue: Epilogue) {
        let product = gradient.reshaped(rows: delta.rows, columns: inputs)
        if outputs == 1 {
            outer(delta, weights.stored, into: product)
        } else if inputs <= Self.few {
            rowDots(delta, weights.transposed, into: product)
        } else {
            Products.multiply(delta, weights.stored, into: product)
        }
        epilogue.apply(to: gradient)
    }

    func addWeightGradient(_ x: Matrix, _ delta: Matrix, scratch: Matrix, into gradient: Matrix) {
        Products.multiply(transposing: delta, x.reshaped(rows: delta.rows, columns: inputs), into: gradient, accumulate: true)
    }

    /// y = a bᵀ for a b of few rows. a: m x k, b: n x k.
    private func rowDots(_ a: Matrix, _ b: Matrix, into y: Matrix) {
        precondition(a.columns == b.columns && y.rows == a.rows && y.columns == b.rows, "shapes of a product do not fit")
        withExtendedLifetime((a.storage, b.storage, y.storage)) {
            for row in 0..<a.rows {
                for column in 0..<b.rows {
                    unsafe y.base[row * y.columns + column] = Elementwise.dot(
                        a.base + row * a.columns, b.base + column * b.columns, count: a.columns)
                }
            }
        }
    }

    /// c = a b for an a of few columns. a: m x k, b: k x n.
    private func outer(_ a: Matrix, _ b: Matrix, into c: Matrix) {
        precondition(a.columns == b.rows && c.rows == a.rows && c.columns == b.columns, "shapes of a product do not fit")
        let (inner, columns) = (a.columns, c.columns)
        withExtendedLifetime((a.storage, b.storage, c.storage)) {
            for row in 0..<c.rows {
                let factors = unsafe a.base + row * inner
                let target = unsafe c.base + row * columns
                for column in stride(from: 0, to: columns, by: 16) {
                    let count = min(16, columns - column)
                    var sums = Lanes.zero
                    for k in 0..<inner {
                        let address = unsafe UnsafePointer(b.base) + (k * columns + column)
                        sums += unsafe factors[k] * (count == 16 ? Lanes(loading: address) : Lanes(loading: address, count: count))
                    }
                    if count == 16 { unsafe sums.store(to: target + column) } else { unsafe sums.store(to: target + column, count: count) }
                }
            }
        }
    }
}

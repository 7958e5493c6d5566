import Numerics

/// ½⟨x, y⟩ of each sample, where y has the first channels of every pixel of x, or all of them.
///
/// Along a line it is a product of two Taylor series: q⁽ᵏ⁾ = ½ Σⱼ (k over j) ⟨x⁽ʲ⁾, y⁽ᵏ⁻ʲ⁾⟩. Sums go over sixteen lanes in each run of neighbouring values, then
/// over the runs in double precision, sample by sample: their order depends on nothing but the shape.
struct InnerProduct: Sendable {
    private static let factor: Float = 0.5

    /// Neighbouring values of x that have a partner in y: how many runs of them there are, how long they are, and how far apart they begin in x.
    private let runs: Int
    private let length: Int
    private let stride: Int

    /// - Parameters:
    ///   - x, y: shapes of one height and width; x has at least the channels of y.
    init(_ x: ImageShape, with y: ImageShape) {
        precondition(x.height == y.height && x.width == y.width && x.channels >= y.channels, "\(y) has no place in \(x)")
        let isWhole = x.channels == y.channels
        (runs, length, stride) = isWhole ? (1, x.count, x.count) : (y.height * y.width, y.channels, x.channels)
    }

    /// The inner products of the rows of x and y: samples x 1.
    func multiply(_ x: Matrix, _ y: Matrix, into products: Matrix) {
        for row in 0..<x.rows { products[row, 0] = Float(Double(Self.factor) * dot(x, y, row: row)) }
    }

    /// The gradient with respect to x (the first one) or y, 0 where the other one has no values.
    func pullBack(_ delta: Matrix, to operand: Junction.Operand, other: Matrix, into gradient: Matrix) {
        gradient.fill(0)
        add(other, factor: Self.factor, delta, to: gradient, of: operand)
    }

    func multiplyAlongLine(_ x: [Matrix], _ y: [Matrix], into products: [Matrix]) {
        for (k, product) in products.enumerated() {
            for row in 0..<product.rows {
                var sum = 0.0
                for j in 0...k where j < x.count && k - j < y.count {
                    sum += Double(Self.binomial(k, j)) * dot(x[j], y[k - j], row: row)
                }
                product[row, 0] = Float(Double(Self.factor) * sum)
            }
        }
    }

    /// From gradients with respect to the product and its derivatives to those with respect to x or y and its own: that of x⁽ʲ⁾ is ½ Σₖ (k over j) gₖ y⁽ᵏ⁻ʲ⁾.
    func pullBackAlongLine(_ deltas: [Matrix], to operand: Junction.Operand, other: [Matrix], into gradients: [Matrix]) {
        for (j, gradient) in gradients.enumerated() {
            gradient.fill(0)
            for k in j..<deltas.count where k - j < other.count {
                add(other[k - j], factor: Self.factor * Self.binomial(k, j), deltas[k], to: gradient, of: operand)
            }
        }
    }

    /// k over j for k up to 2.
    private static func binomial(_ k: Int, _ j: Int) -> Float { k == 2 && j == 1 ? 2 : 1 }

    private func dot(_ x: Matrix, _ y: Matrix, row: Int) -> Double {
        withExtendedLifetime((x.storage, y.storage)) {
            var sum = 0.0
            for run in 0..<runs {
                let own = unsafe UnsafePointer(x.base) + (row * x.columns + run * stride)
                let other = unsafe UnsafePointer(y.base) + (row * y.columns + run * length)
                sum += unsafe Double(Elementwise.dot(own, other, count: length))
            }
            return sum
        }
    }

    /// target += factor · delta · source, row by row, where the two have partners; the target is of the operand, the source of the other one.
    private func add(_ source: Matrix, factor: Float, _ delta: Matrix, to target: Matrix, of operand: Junction.Operand) {
        let (from, to) = operand == .first ? (length, stride) : (stride, length)
        for row in 0..<target.rows {
            let scale = factor * delta[row, 0]
            for run in 0..<runs {
                let part = target.view(from: row * target.columns + run * to, rows: 1, columns: length)
                let values = source.view(from: row * source.columns + run * from, rows: 1, columns: length)
                Elementwise.add(part, values, scale: scale, into: part)
            }
        }
    }
}

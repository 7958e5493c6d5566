import Numerics
import Testing

struct ProductsTests {
    struct Shape: Sendable, CustomTestStringConvertible {
        let m: Int
        let k: Int
        let n: Int
        var testDescription: String { "\(m) x \(k) x \(n)" }
    }

    static let shapes = [
        Shape(m: 1, k: 1, n: 1), Shape(m: 3, k: 5, n: 7), Shape(m: 1, k: 100, n: 33), Shape(m: 64, k: 128, n: 1), Shape(m: 17, k: 0, n: 4),
        Shape(m: 0, k: 3, n: 4), Shape(m: 3, k: 3, n: 0), Shape(m: 65, k: 129, n: 70),
    ]

    struct Options: Sendable {
        let alpha: Float
        let accumulate: Bool
    }

    static let options = [
        Options(alpha: 1, accumulate: false), Options(alpha: 1, accumulate: true), Options(alpha: -0.3, accumulate: false),
        Options(alpha: 2.5, accumulate: true),
    ]

    static func random(_ rows: Int, _ columns: Int, _ index: Int) -> Matrix {
        let matrix = Matrix(rows: rows, columns: columns)
        RandomStream(seed: 5, purpose: .test, step: 0, index: index).fillNormals(matrix)
        return matrix
    }

    /// Compares with sums in `Double`. A float sum of k products in any order, times alpha, plus c is off by at most
    /// (k + 3) 2⁻²⁴ (|alpha| Σ|a||b| + |c|) to first order; 1 % more covers the higher orders.
    static func expect(_ c: Matrix, before: Matrix, k: Int, alpha: Float, accumulate: Bool, a: (Int, Int) -> Float, b: (Int, Int) -> Float)
    {
        for row in 0..<c.rows {
            for column in 0..<c.columns {
                var sum = 0.0
                var size = 0.0
                for i in 0..<k {
                    let product = Double(a(row, i)) * Double(b(i, column))
                    sum += product
                    size += abs(product)
                }
                let old = accumulate ? Double(before[row, column]) : 0
                let bound = 1.01 * Double(k + 3) * 0x1p-24 * (abs(Double(alpha)) * size + abs(old))
                #expect(abs(Double(c[row, column]) - (Double(alpha) * sum + old)) <= bound)
            }
        }
    }

    @Test(
        arguments: shapes,
        options)
    func `products are the sums of products, with alpha and accumulation`(_ shape: Shape, _ options: Options) {
        Products.useOneThreadPerProduct()
        let before = Self.random(shape.m, shape.n, 3)
        let b = Self.random(shape.k, shape.n, 2)
        let c = Matrix(rows: shape.m, columns: shape.n)

        let a = Self.random(shape.m, shape.k, 1)
        c.copy(from: before)
        Products.multiply(a, b, into: c, alpha: options.alpha, accumulate: options.accumulate)
        Self.expect(c, before: before, k: shape.k, alpha: options.alpha, accumulate: options.accumulate, a: { a[$0, $1] }, b: { b[$0, $1] })

        let transposed = Self.random(shape.k, shape.m, 4)
        c.copy(from: before)
        Products.multiply(transposing: transposed, b, into: c, alpha: options.alpha, accumulate: options.accumulate)
        Self.expect(
            c, before: before, k: shape.k, alpha: options.alpha, accumulate: options.accumulate, a: { transposed[$1, $0] },
            b: { b[$0, $1] })
    }

    @Test func `without accumulation the old values do not matter, not even NaN`() {
        let c = Matrix(rows: 2, columns: 2)
        c.fill(.nan)
        Products.multiply(Matrix(rows: 2, columns: 1, [1, 2]), Matrix(rows: 1, columns: 2, [3, 4]), into: c)
        #expect(c.values == [3, 4, 6, 8])
    }

    @Test func `a product of views writes only its own rows`() {
        let whole = Matrix(rows: 4, columns: 2)
        whole.fill(7)
        Products.multiply(Matrix(rows: 2, columns: 1, [1, 2]), Matrix(rows: 1, columns: 2, [3, 4]), into: whole.rows(1..<3))
        #expect(whole.values == [7, 7, 3, 4, 6, 8, 7, 7])
    }

    @Test func `a tile of one shape has the same bits at every alignment of rows`() {
        Products.useOneThreadPerProduct()
        let (a, b) = (Self.random(96, 65, 1), Self.random(65, 40, 2))
        let first = Matrix(rows: 32, columns: 40)
        Products.multiply(a.rows(1..<33), b, into: first)
        let moved = Matrix(rows: 32, columns: 65)
        moved.copy(from: a.rows(1..<33))
        let second = Matrix(rows: 40, columns: 40).rows(3..<35)
        Products.multiply(moved, b, into: second)
        #expect(first.values == second.values)
    }

    @Test func `shapes that do not fit are refused`() async {
        await #expect(processExitsWith: .failure) {
            Products.multiply(Matrix(rows: 2, columns: 3), Matrix(rows: 2, columns: 3), into: Matrix(rows: 2, columns: 3))
        }
        await #expect(processExitsWith: .failure) {
            Products.multiply(transposing: Matrix(rows: 2, columns: 3), Matrix(rows: 2, columns: 3), into: Matrix(rows: 2, columns: 3))
        }
    }
}

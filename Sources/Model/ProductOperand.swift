import Numerics

/// The left operand of a product: the values of a matrix where they lie, or rounded to bfloat16 and packed into the front of one.
struct ProductOperand {
    /// Floats, or pairs of bfloat16 numbers in their place.
    let matrix: Matrix
    let precision: Precision

    /// How many values it has room for.
    var count: Int { precision == .float ? matrix.count : 2 * matrix.count }

    /// Values from one row to the next where rows are `length` long. A row of pairs is even: the last pair must not reach into the next sample, whose
    /// infinity times a weight of zero would be no number.
    static func step(_ length: Int, _ precision: Precision) -> Int { precision == .float ? length : (length + 1) & ~1 }

    /// Floats that `rows` of pairs take.
    static func pairCount(rows: Int, length: Int) -> Int { rows * step(length, .bfloat16) / 2 }

    static func floats(_ x: Matrix) -> ProductOperand { ProductOperand(matrix: x, precision: .float) }

    /// The rows of x, `length` values each, in `precision`; pairs are written into the scratch.
    static func rows(_ x: Matrix, length: Int, _ precision: Precision, scratch: Matrix) -> ProductOperand {
        guard precision == .bfloat16 else { return floats(x) }
        let rows = x.count / length
        let target = scratch.view(from: 0, rows: 1, columns: pairCount(rows: rows, length: length))
        withExtendedLifetime((x.storage, target.storage)) {
            let halves = unsafe UnsafeMutableRawPointer(target.base).assumingMemoryBound(to: UInt16.self)
            if length.isMultiple(of: 2) {
                unsafe BFloat16.round(x.base, count: x.count, into: halves)
            } else {
                for row in 0..<rows {
                    let line = unsafe halves + row * (length + 1)
                    unsafe BFloat16.round(x.base + row * length, count: length, into: line)
                    unsafe line[length] = 0
                }
            }
        }
        return ProductOperand(matrix: target, precision: precision)
    }
}

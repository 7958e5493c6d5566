import Numerics

/// Sums over rows of a tile in Double, in a fixed order.
enum RowSums {
    /// Σ x over a row.
    static func sum(_ tile: Matrix, row: Int) -> Double {
        reduce(tile, row) {
            $0
        } scalar: {
            $0
        }
    }

    /// Σ x² over a row.
    static func squares(_ tile: Matrix, row: Int) -> Double {
        reduce(tile, row) {
            $0 * $0
        } scalar: {
            $0 * $0
        }
    }

    /// Σ x² over the tile.
    static func squares(_ tile: Matrix) -> Double {
        (0..<tile.rows).reduce(0) { $0 + squares(tile, row: $1) }
    }

    /// Σ x y over a row of both.
    static func product(_ x: Matrix, _ y: Matrix, row: Int) -> Double {
        let count = x.columns
        precondition(y.columns == count, "rows of one length")
        var sums = SIMD8<Double>.zero
        var total = 0.0
        withExtendedLifetime((x.storage, y.storage)) {
            let (first, second) = unsafe (UnsafeRawPointer(x.base + row * count), UnsafeRawPointer(y.base + row * count))
            let whole = count & ~7
            for place in stride(from: 0, to: whole, by: 8) {
                let a = SIMD8<Double>(unsafe first.loadUnaligned(fromByteOffset: 4 * place, as: SIMD8<Float>.self))
                sums += a * SIMD8<Double>(unsafe second.loadUnaligned(fromByteOffset: 4 * place, as: SIMD8<Float>.self))
            }
            for place in whole..<count {
                total +=
                    Double(unsafe first.loadUnaligned(fromByteOffset: 4 * place, as: Float.self))
                    * Double(unsafe second.loadUnaligned(fromByteOffset: 4 * place, as: Float.self))
            }
        }
        return sums.sum() + total
    }

    @inline(__always)
    private static func reduce(
        _ tile: Matrix, _ row: Int, lanes: (SIMD8<Double>) -> SIMD8<Double>, scalar: (Double) -> Double
    ) -> Double {
        let count = tile.columns
        var sums = SIMD8<Double>.zero
        var total = 0.0
        withExtendedLifetime(tile.storage) {
            let values = unsafe UnsafeRawPointer(tile.base + row * count)
            let whole = count & ~7
            for place in stride(from: 0, to: whole, by: 8) {
                sums += lanes(SIMD8<Double>(unsafe values.loadUnaligned(fromByteOffset: 4 * place, as: SIMD8<Float>.self)))
            }
            for place in whole..<count {
                total += scalar(Double(unsafe values.loadUnaligned(fromByteOffset: 4 * place, as: Float.self)))
            }
        }
        return sums.sum() + total
    }
}

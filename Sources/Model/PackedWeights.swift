import Numerics

/// A weight matrix B (inner x columns) in the order in which `PatchProduct` reads it: panels of 32 columns, each row by row; the last
/// panel has 16 where that is enough. Columns behind the last one are zero.
struct PackedWeights {
    let inner: Int
    let columns: Int
    let storage: Matrix

    static func count(inner: Int, columns: Int) -> Int { inner * ((columns + 15) & ~15) }

    /// - Parameter storage: `count` floats, zero at first.
    init(inner: Int, columns: Int, in storage: Matrix) {
        precondition(storage.count == Self.count(inner: inner, columns: columns), "packed weights need their own count of floats")
        self.inner = inner
        self.columns = columns
        self.storage = storage
    }

    /// Columns of the panel that starts at a column, zeros included.
    func width(ofPanel start: Int) -> Int { columns - start > 16 ? 32 : 16 }

    /// Takes rows `first...` of B from a matrix whose element (row, column) is `source[start + row * rowStride + column * columnStride]`.
    func pack(_ rows: Int, at first: Int, from source: Matrix, start: Int, rowStride: Int, columnStride: Int) {
        precondition(first + rows <= inner, "rows behind the last one")
        precondition(
            rows == 0 || start + (rows - 1) * rowStride + (columns - 1) * columnStride < source.count, "the source has fewer values")
        withExtendedLifetime((source.storage, storage.storage)) {
            for panel in stride(from: 0, to: columns, by: 32) {
                let width = width(ofPanel: panel)
                let used = min(width, columns - panel)
                for row in 0..<rows {
                    let target = unsafe storage.base + (panel * inner + (first + row) * width)
                    let values = unsafe source.base + (start + row * rowStride + panel * columnStride)
                    for column in 0..<used { unsafe target[column] = values[column * columnStride] }
                }
            }
        }
    }

    /// Takes rows `first...` of `count` columns from `start` on; in the source, columns follow one another.
    func pack(_ rows: Int, at first: Int, from source: Matrix, start: Int, rowStride: Int, columns begin: Int, count: Int) {
        precondition(first + rows <= inner && begin + count <= columns, "rows or columns behind the last one")
        precondition(rows == 0 || start + (rows - 1) * rowStride + count <= source.count, "the source has fewer values")
        withExtendedLifetime((source.storage, storage.storage)) {
            for column in 0..<count {
                let panel = (begin + column) & ~31
                let width = width(ofPanel: panel)
                for row in 0..<rows {
                    let place = panel * inner + (first + row) * width + begin + column - panel
                    unsafe storage.base[place] = source.base[start + row * rowStride + column]
                }
            }
        }
    }
}

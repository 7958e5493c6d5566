import Numerics

/// A weight matrix B (inner x columns) in the order in which `PatchProduct` reads it: panels of 32 columns, each row by row; the last
/// panel has 16 where that is enough. Columns behind the last one are zero. In half precision a word holds two rows, 2t in its lower half and 2t + 1 in
/// its upper one; a segment with an odd number of rows ends in a row of zeros.
struct PackedWeights {
    let shape: Shape
    let precision: Precision
    let storage: Matrix

    /// What a product reads: the rows of B are `segments` of `length`.
    struct Shape {
        var segments = 1
        var length: Int
        var columns: Int

        var inner: Int { segments * length }

        /// Rows of words in a segment.
        func words(_ precision: Precision) -> Int { precision == .float ? length : (length + 1) / 2 }

        /// Floats, or words in their place.
        func count(_ precision: Precision) -> Int { segments * words(precision) * ((columns + 15) & ~15) }
    }

    /// - Parameter storage: `count` floats, zero at first.
    init(_ shape: Shape, _ precision: Precision, in storage: Matrix) {
        precondition(storage.count == shape.count(precision), "packed weights need their own count of floats")
        self.shape = shape
        self.precision = precision
        self.storage = storage
    }

    /// Columns of the panel that starts at a column, zeros included.
    func width(ofPanel start: Int) -> Int { shape.columns - start > 16 ? 32 : 16 }

    /// The first word of the panel that starts at a column.
    @unsafe func panel(_ start: Int) -> UnsafePointer<Float> { unsafe UnsafePointer(storage.base) + start * rows }

    /// Rows of words.
    private var rows: Int { shape.segments * shape.words(precision) }

    /// Takes rows `first...` of B, columns `begin..<begin + count`, from a matrix whose element (row, column) of them is
    /// `source[start + row * rowStride + column * columnStride]`.
    func pack(
        _ rows: Int, at first: Int, columns begin: Int = 0, count: Int, from source: Matrix, start: Int, rowStride: Int, columnStride: Int
    ) {
        precondition(first + rows <= shape.inner && begin + count <= shape.columns, "rows or columns behind the last one")
        precondition(
            rows == 0 || start + (rows - 1) * rowStride + (count - 1) * columnStride < source.count, "the source has fewer values")
        withExtendedLifetime((source.storage, storage.storage)) {
            let end = begin + count
            var column = begin
            while column < end {
                let panel = column & ~31
                let width = width(ofPanel: panel)
                let used = min(panel + width, end) - column
                for row in 0..<rows {
                    let values = unsafe source.base + (start + row * rowStride + (column - begin) * columnStride)
                    unsafe put(values, columnStride, used, row: first + row, width: width, column: column - panel, panel: panel)
                }
                column += used
            }
        }
    }

    /// Some values of a row, from a column of a panel on.
    @inline(__always) @unsafe
    private func put(
        _ values: UnsafePointer<Float>, _ stride: Int, _ count: Int, row: Int, width: Int, column: Int, panel: Int
    ) {
        guard precision == .bfloat16 else {
            let target = unsafe storage.base + (panel * rows + row * width + column)
            for index in 0..<count { unsafe target[index] = values[index * stride] }
            return
        }
        let (segment, offset) = row.quotientAndRemainder(dividingBy: shape.length)
        let word = segment * shape.words(precision) + offset / 2
        let target =
            unsafe UnsafeMutableRawPointer(storage.base + (panel * rows + word * width + column))
            .assumingMemoryBound(to: UInt16.self) + (offset & 1)
        for start in Swift.stride(from: 0, to: count, by: 16) {
            var part = Lanes.zero
            let used = min(16, count - start)
            for lane in 0..<used { part[lane] = unsafe values[(start + lane) * stride] }
            let rounded = BFloat16.rounded(part, byInstruction: BFloat16.usesInstructions)
            for lane in 0..<used { unsafe target[2 * (start + lane)] = rounded[lane] }
        }
    }
}

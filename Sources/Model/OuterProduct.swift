import Numerics

/// Sums of outer products over the positions of a tile, for weight gradients: C += Σₖ lₖ rₖᵀ, with lₖ and rₖ read where they lie.
///
/// k walks over the positions; lₖ are floats at given offsets from one walking place, rₖ is a run of contiguous floats at another. So neither
/// factor is transposed or packed, and patches of an image need no copy of their columns. Eight floats of l and 32 of r stay in sixteen
/// vector registers while all positions pass by; each element is one chain of fused multiply-adds in the order of the positions.
struct OuterProduct {
    var grid: PositionGrid
    var left: PositionGrid.Steps
    var right: PositionGrid.Steps

    private static let tileRows = 8

    /// Where the elements of the result are added: (row, column) at `start + row * rowStride + column * columnStride`.
    struct Target {
        var matrix: Matrix
        var start = 0
        var rowStride: Int
        var columnStride: Int
    }

    /// Adds the sum to the target.
    ///
    /// - Parameters:
    ///   - rows: floats of l; `offset` says how far each is from the place, which starts at the first float of `left`.
    ///   - columns: floats of r, a multiple of 16; `rightStart` is the first one at the first position.
    func add(
        _ left: Matrix, rows: Int, offset: (Int) -> Int, _ right: Matrix, from rightStart: Int = 0, columns: Int, to target: Target
    ) {
        guard grid.count > 0 else { return }
        precondition(columns % 16 == 0 && rightStart >= 0, "runs of \(columns) floats are not whole vectors")
        precondition(rightStart + grid.last(self.right) + columns <= right.count, "the runs exceed the matrix")
        precondition(
            target.start + (rows - 1) * target.rowStride + (columns - 1) * target.columnStride < target.matrix.count,
            "the result exceeds the matrix")
        let tile = Self.tileRows
        withExtendedLifetime((left.storage, right.storage, target.matrix.storage)) {
            var vectors = InlineArray<16, Lanes>(repeating: .zero)
            unsafe vectors.withFloats { sums in
                unsafe withUnsafeTemporaryAllocation(of: UnsafePointer<Float>.self, capacity: tile) { lefts in
                    for first in stride(from: 0, to: rows, by: tile) {
                        let valid = min(tile, rows - first)
                        for row in 0..<tile {
                            // rows behind the last one repeat it: every tile is computed alike
                            let start = offset(first + min(row, valid - 1))
                            precondition(start >= 0 && start + grid.last(self.left) < left.count, "the rows exceed the matrix")
                            unsafe lefts[row] = UnsafePointer(left.base) + start
                        }
                        for column in stride(from: 0, to: columns, by: 32) {
                            let run = unsafe UnsafePointer(right.base) + (rightStart + column)
                            let width = min(32, columns - column)
                            if width == 32 {
                                unsafe sum32(lefts.baseAddress!, run, sums)
                            } else {
                                unsafe sum16(lefts.baseAddress!, run, sums)
                            }
                            for row in 0..<valid {
                                let start = target.start + (first + row) * target.rowStride + column * target.columnStride
                                unsafe Self.add(sums + row * width, width, to: target.matrix.base + start, target.columnStride)
                            }
                        }
                    }
                }
            }
        }
    }

    @inline(__always) @unsafe
    private static func add(_ line: UnsafePointer<Float>, _ count: Int, to target: UnsafeMutablePointer<Float>, _ stride: Int) {
        if stride == 1 {
            for column in Swift.stride(from: 0, to: count, by: 16) {
                unsafe (Lanes(loading: target + column) + Lanes(loading: line + column)).store(to: target + column)
            }
        } else {
            for column in 0..<count { unsafe target[column &* stride] += line[column] }
        }
    }

    /// sums (8 x 32) = Σₖ lₖ rₖᵀ.
    @inline(never) @unsafe
    private func sum32(
        _ rows: UnsafePointer<UnsafePointer<Float>>, _ run: UnsafePointer<Float>, _ sums: UnsafeMutablePointer<Float>
    ) {
        let (l0, l1, l2, l3) = unsafe (rows[0], rows[1], rows[2], rows[3])
        let (l4, l5, l6, l7) = unsafe (rows[4], rows[5], rows[6], rows[7])
        var (a0, a1, a2, a3, a4, a5, a6, a7) = (
            Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero
        )
        var (b0, b1, b2, b3, b4, b5, b6, b7) = (
            Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero
        )
        for image in 0..<grid.images {
            for line in 0..<grid.height {
                var place = image * left.image + line * left.line
                var values = unsafe run + (image * right.image + line * right.line)
                for _ in 0..<grid.width {
                    let (first, second) = unsafe (Lanes(loading: values), Lanes(loading: values + 16))
                    let (x0, x1, x2, x3) = unsafe (
                        Lanes(repeating: l0[place]), Lanes(repeating: l1[place]),
                        Lanes(repeating: l2[place]), Lanes(repeating: l3[place])
                    )
                    a0.addProduct(first, x0)
                    b0.addProduct(second, x0)
                    a1.addProduct(first, x1)
                    b1.addProduct(second, x1)
                    a2.addProduct(first, x2)
                    b2.addProduct(second, x2)
                    a3.addProduct(first, x3)
                    b3.addProduct(second, x3)
                    let (x4, x5, x6, x7) = unsafe (
                        Lanes(repeating: l4[place]), Lanes(repeating: l5[place]),
                        Lanes(repeating: l6[place]), Lanes(repeating: l7[place])
                    )
                    a4.addProduct(first, x4)
                    b4.addProduct(second, x4)
                    a5.addProduct(first, x5)
                    b5.addProduct(second, x5)
                    a6.addProduct(first, x6)
                    b6.addProduct(second, x6)
                    a7.addProduct(first, x7)
                    b7.addProduct(second, x7)
                    place &+= left.position
                    unsafe values += right.position
                }
            }
        }
        unsafe a0.store(to: sums + 0)
        unsafe b0.store(to: sums + 16)
        unsafe a1.store(to: sums + 32)
        unsafe b1.store(to: sums + 48)
        unsafe a2.store(to: sums + 64)
        unsafe b2.store(to: sums + 80)
        unsafe a3.store(to: sums + 96)
        unsafe b3.store(to: sums + 112)
        unsafe a4.store(to: sums + 128)
        unsafe b4.store(to: sums + 144)
        unsafe a5.store(to: sums + 160)
        unsafe b5.store(to: sums + 176)
        unsafe a6.store(to: sums + 192)
        unsafe b6.store(to: sums + 208)
        unsafe a7.store(to: sums + 224)
        unsafe b7.store(to: sums + 240)
    }

    /// sums (8 x 16) = Σₖ lₖ rₖᵀ.
    @inline(never) @unsafe
    private func sum16(
        _ rows: UnsafePointer<UnsafePointer<Float>>, _ run: UnsafePointer<Float>, _ sums: UnsafeMutablePointer<Float>
    ) {
        let (l0, l1, l2, l3) = unsafe (rows[0], rows[1], rows[2], rows[3])
        let (l4, l5, l6, l7) = unsafe (rows[4], rows[5], rows[6], rows[7])
        var (a0, a1, a2, a3, a4, a5, a6, a7) = (
            Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero
        )
        for image in 0..<grid.images {
            for line in 0..<grid.height {
                var place = image * left.image + line * left.line
                var values = unsafe run + (image * right.image + line * right.line)
                for _ in 0..<grid.width {
                    let column = unsafe Lanes(loading: values)
                    unsafe a0.addProduct(column, Lanes(repeating: l0[place]))
                    unsafe a1.addProduct(column, Lanes(repeating: l1[place]))
                    unsafe a2.addProduct(column, Lanes(repeating: l2[place]))
                    unsafe a3.addProduct(column, Lanes(repeating: l3[place]))
                    unsafe a4.addProduct(column, Lanes(repeating: l4[place]))
                    unsafe a5.addProduct(column, Lanes(repeating: l5[place]))
                    unsafe a6.addProduct(column, Lanes(repeating: l6[place]))
                    unsafe a7.addProduct(column, Lanes(repeating: l7[place]))
                    place &+= left.position
                    unsafe values += right.position
                }
            }
        }
        unsafe a0.store(to: sums + 0)
        unsafe a1.store(to: sums + 16)
        unsafe a2.store(to: sums + 32)
        unsafe a3.store(to: sums + 48)
        unsafe a4.store(to: sums + 64)
        unsafe a5.store(to: sums + 80)
        unsafe a6.store(to: sums + 96)
        unsafe a7.store(to: sums + 112)
    }
}

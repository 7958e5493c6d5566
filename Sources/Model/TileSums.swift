/// The sums of a tile of eight patches with a panel of weights.
struct TileSums<Arithmetic: ProductArithmetic> {
    let segments: Int
    /// Of a segment.
    let words: Int
    /// Values from one segment to the next.
    let segmentStride: Int

    /// sums (8 x 32) = patches · panel.
    @inline(never) @unsafe
    func sum32(
        _ patches: UnsafePointer<UnsafePointer<Arithmetic.Element>>, _ panel: UnsafePointer<Float>, _ sums: UnsafeMutablePointer<Float>
    ) {
        var (p0, p1, p2, p3) = unsafe (patches[0], patches[1], patches[2], patches[3])
        var (p4, p5, p6, p7) = unsafe (patches[4], patches[5], patches[6], patches[7])
        var (a0, a1, a2, a3, a4, a5, a6, a7) = (
            Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero
        )
        var (b0, b1, b2, b3, b4, b5, b6, b7) = (
            Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero
        )
        var weights = unsafe panel
        for _ in 0..<segments {
            var k = 0
            while k < words {
                let left = unsafe Lanes(loading: weights)
                let right = unsafe Lanes(loading: weights + 16)
                let (x0, x1, x2, x3) = unsafe (
                    Arithmetic.word(p0, k), Arithmetic.word(p1, k), Arithmetic.word(p2, k), Arithmetic.word(p3, k)
                )
                Arithmetic.addProduct(&a0, left, x0)
                Arithmetic.addProduct(&b0, right, x0)
                Arithmetic.addProduct(&a1, left, x1)
                Arithmetic.addProduct(&b1, right, x1)
                Arithmetic.addProduct(&a2, left, x2)
                Arithmetic.addProduct(&b2, right, x2)
                Arithmetic.addProduct(&a3, left, x3)
                Arithmetic.addProduct(&b3, right, x3)
                let (x4, x5, x6, x7) = unsafe (
                    Arithmetic.word(p4, k), Arithmetic.word(p5, k), Arithmetic.word(p6, k), Arithmetic.word(p7, k)
                )
                Arithmetic.addProduct(&a4, left, x4)
                Arithmetic.addProduct(&b4, right, x4)
                Arithmetic.addProduct(&a5, left, x5)
                Arithmetic.addProduct(&b5, right, x5)
                Arithmetic.addProduct(&a6, left, x6)
                Arithmetic.addProduct(&b6, right, x6)
                Arithmetic.addProduct(&a7, left, x7)
                Arithmetic.addProduct(&b7, right, x7)
                unsafe weights += 32
                k += 1
            }
            unsafe (p0, p1, p2, p3) = (p0 + segmentStride, p1 + segmentStride, p2 + segmentStride, p3 + segmentStride)
            unsafe (p4, p5, p6, p7) = (p4 + segmentStride, p5 + segmentStride, p6 + segmentStride, p7 + segmentStride)
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

    /// sums (8 x 16) = patches · panel of 16 columns.
    @inline(never) @unsafe
    func sum16(
        _ patches: UnsafePointer<UnsafePointer<Arithmetic.Element>>, _ panel: UnsafePointer<Float>, _ sums: UnsafeMutablePointer<Float>
    ) {
        var (p0, p1, p2, p3) = unsafe (patches[0], patches[1], patches[2], patches[3])
        var (p4, p5, p6, p7) = unsafe (patches[4], patches[5], patches[6], patches[7])
        var (a0, a1, a2, a3, a4, a5, a6, a7) = (
            Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero
        )
        var weights = unsafe panel
        for _ in 0..<segments {
            var k = 0
            while k < words {
                let column = unsafe Lanes(loading: weights)
                unsafe Arithmetic.addProduct(&a0, column, Arithmetic.word(p0, k))
                unsafe Arithmetic.addProduct(&a1, column, Arithmetic.word(p1, k))
                unsafe Arithmetic.addProduct(&a2, column, Arithmetic.word(p2, k))
                unsafe Arithmetic.addProduct(&a3, column, Arithmetic.word(p3, k))
                unsafe Arithmetic.addProduct(&a4, column, Arithmetic.word(p4, k))
                unsafe Arithmetic.addProduct(&a5, column, Arithmetic.word(p5, k))
                unsafe Arithmetic.addProduct(&a6, column, Arithmetic.word(p6, k))
                unsafe Arithmetic.addProduct(&a7, column, Arithmetic.word(p7, k))
                unsafe weights += 16
                k += 1
            }
            unsafe (p0, p1, p2, p3) = (p0 + segmentStride, p1 + segmentStride, p2 + segmentStride, p3 + segmentStride)
            unsafe (p4, p5, p6, p7) = (p4 + segmentStride, p5 + segmentStride, p6 + segmentStride, p7 + segmentStride)
        }
        unsafe a0.store(to: sums)
        unsafe a1.store(to: sums + 16)
        unsafe a2.store(to: sums + 32)
        unsafe a3.store(to: sums + 48)
        unsafe a4.store(to: sums + 64)
        unsafe a5.store(to: sums + 80)
        unsafe a6.store(to: sums + 96)
        unsafe a7.store(to: sums + 112)
    }
}

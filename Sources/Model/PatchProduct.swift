import Numerics

/// Products of patches of a matrix with packed weights: a register-blocked kernel with the epilogue fused in.
///
/// A row of the left operand is a *patch*: `segments` runs of `length` contiguous floats, `segmentStride` apart. The rows of a dense
/// layer are patches of one run, the patches of an image with channels innermost have one run per line of the kernel, so a
/// convolution needs no copy of its columns. Eight rows and 32 columns at a time stay in sixteen vector registers; every float is
/// one chain of fused multiply-adds in the order of the patch, whatever the number of rows: a row has the same bits in every tile.
struct PatchProduct {
    /// The positions that rows stand for.
    var grid: PositionGrid
    /// The walks through the left operand and the result.
    var source: PositionGrid.Steps
    var target: PositionGrid.Steps
    var segments = 1
    var length: Int
    var segmentStride = 0

    private static let tileRows = 8

    /// target = epilogue(patches · weights). The results of a position are `weights.columns` contiguous floats.
    ///
    /// - Parameters:
    ///   - sourceStart: the first float of the patch of the first position.
    ///   - targetStart: the first result of the first position; slopes and factors of the epilogue are addressed like the target.
    func multiply(
        _ source: Matrix, from sourceStart: Int = 0, _ weights: PackedWeights, into target: Matrix, at targetStart: Int = 0,
        _ epilogue: Epilogue
    ) {
        precondition(segments * length == weights.inner, "patches of \(segments * length) floats for weights of \(weights.inner) rows")
        guard grid.count > 0 else { return }
        precondition(
            sourceStart >= 0 && sourceStart + grid.last(self.source) + (segments - 1) * segmentStride + length <= source.count
                && targetStart >= 0 && targetStart + grid.last(self.target) + weights.columns <= target.count,
            "the patches exceed the matrices")
        withExtendedLifetime((source.storage, weights.storage.storage, target.storage, epilogue)) {
            let source = unsafe UnsafePointer(source.base) + sourceStart
            let out = unsafe target.base + targetStart
            switch epilogue {
            case .none:
                unsafe run(source, weights, StoreFinish(out: out))
            case .multiply(let factors):
                precondition(factors.count == target.count, "factors do not fit the product")
                unsafe run(source, weights, MultiplyFinish(out: out, factors: UnsafePointer(factors.base) + targetStart))
            case .activate(let end):
                precondition(
                    end.bias.count == weights.columns && end.slopes.map { $0.count == target.count } ?? true, "bias or slopes do not fit")
                let biases = unsafe UnsafePointer(end.bias.base)
                let slopes = unsafe end.slopes.map { unsafe $0.base + targetStart }
                unsafe end.activation.withKernel(
                    Activating(product: self, source: source, weights: weights, out: out, biases: biases, slopes: slopes))
            }
        }
    }

    @unsafe
    private struct Activating: KernelUser {
        let product: PatchProduct
        let source: UnsafePointer<Float>
        let weights: PackedWeights
        let out: UnsafeMutablePointer<Float>
        let biases: UnsafePointer<Float>
        let slopes: UnsafeMutablePointer<Float>?

        func use<Kernel: ActivationKernel>(_ kernel: Kernel) {
            unsafe product.run(source, weights, ActivateFinish(out: out, biases: biases, slopes: slopes, kernel: kernel))
        }
    }

    /// Panel by panel, so that a panel of weights stays in the cache while all rows pass by it.
    @unsafe
    private func run<Finish: TileFinish>(_ source: UnsafePointer<Float>, _ weights: PackedWeights, _ finish: Finish) {
        // 32 columns of each row
        var vectors = InlineArray<16, Lanes>(repeating: .zero)
        unsafe vectors.withFloats { sums in
            unsafe withPlaces(source) { patches, targets in
                for panel in stride(from: 0, to: weights.columns, by: 32) {
                    let width = weights.width(ofPanel: panel)
                    let used = min(width, weights.columns - panel)
                    let packed = unsafe UnsafePointer(weights.storage.base) + panel * weights.inner
                    for first in stride(from: 0, to: grid.count, by: Self.tileRows) {
                        if width == 32 {
                            unsafe sum32(patches + first, packed, sums)
                        } else {
                            unsafe sum16(patches + first, packed, sums)
                        }
                        for row in 0..<min(Self.tileRows, grid.count - first) {
                            let line = unsafe UnsafePointer(sums) + row &* width
                            unsafe finish.storeLine(line, column: panel, at: targets[first &+ row] &+ panel, count: used)
                        }
                    }
                }
            }
        }
    }

    /// Where each position's patch starts, and its result: found once for all panels. Behind the last position stands the last one again, so that
    /// every tile of rows is computed alike.
    @inline(__always) @unsafe
    private func withPlaces(
        _ source: UnsafePointer<Float>, _ body: (_ patches: UnsafePointer<UnsafePointer<Float>>, _ targets: UnsafePointer<Int>) -> Void
    ) {
        let capacity = (grid.count + Self.tileRows - 1) / Self.tileRows * Self.tileRows
        unsafe withUnsafeTemporaryAllocation(of: UnsafePointer<Float>.self, capacity: capacity) { patches in
            unsafe withUnsafeTemporaryAllocation(of: Int.self, capacity: capacity) { targets in
                var walk = GridWalk(grid, self.source, self.target)
                let (patch, target) = (patches.baseAddress!, targets.baseAddress!)
                for index in 0..<capacity {
                    unsafe patch[index] = source + walk.source
                    unsafe target[index] = walk.target
                    if index + 1 < grid.count { walk.advance() }
                }
                unsafe body(patch, target)
            }
        }
    }

    /// sums (8 x 32) = patches · panel.
    @inline(never) @unsafe
    private func sum32(
        _ patches: UnsafePointer<UnsafePointer<Float>>, _ panel: UnsafePointer<Float>, _ sums: UnsafeMutablePointer<Float>
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
            while k < length {
                let left = unsafe Lanes(loading: weights)
                let right = unsafe Lanes(loading: weights + 16)
                let (x0, x1, x2, x3) = unsafe (
                    Lanes(repeating: p0[k]), Lanes(repeating: p1[k]), Lanes(repeating: p2[k]), Lanes(repeating: p3[k])
                )
                a0.addProduct(left, x0)
                b0.addProduct(right, x0)
                a1.addProduct(left, x1)
                b1.addProduct(right, x1)
                a2.addProduct(left, x2)
                b2.addProduct(right, x2)
                a3.addProduct(left, x3)
                b3.addProduct(right, x3)
                let (x4, x5, x6, x7) = unsafe (
                    Lanes(repeating: p4[k]), Lanes(repeating: p5[k]), Lanes(repeating: p6[k]), Lanes(repeating: p7[k])
                )
                a4.addProduct(left, x4)
                b4.addProduct(right, x4)
                a5.addProduct(left, x5)
                b5.addProduct(right, x5)
                a6.addProduct(left, x6)
                b6.addProduct(right, x6)
                a7.addProduct(left, x7)
                b7.addProduct(right, x7)
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
    private func sum16(
        _ patches: UnsafePointer<UnsafePointer<Float>>, _ panel: UnsafePointer<Float>, _ sums: UnsafeMutablePointer<Float>
    ) {
        var (p0, p1, p2, p3) = unsafe (patches[0], patches[1], patches[2], patches[3])
        var (p4, p5, p6, p7) = unsafe (patches[4], patches[5], patches[6], patches[7])
        var (a0, a1, a2, a3, a4, a5, a6, a7) = (
            Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero
        )
        var weights = unsafe panel
        for _ in 0..<segments {
            var k = 0
            while k < length {
                let column = unsafe Lanes(loading: weights)
                unsafe a0.addProduct(column, Lanes(repeating: p0[k]))
                unsafe a1.addProduct(column, Lanes(repeating: p1[k]))
                unsafe a2.addProduct(column, Lanes(repeating: p2[k]))
                unsafe a3.addProduct(column, Lanes(repeating: p3[k]))
                unsafe a4.addProduct(column, Lanes(repeating: p4[k]))
                unsafe a5.addProduct(column, Lanes(repeating: p5[k]))
                unsafe a6.addProduct(column, Lanes(repeating: p6[k]))
                unsafe a7.addProduct(column, Lanes(repeating: p7[k]))
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

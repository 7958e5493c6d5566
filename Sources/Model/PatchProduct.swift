import CLanes
import Numerics

/// Products of patches of a matrix with packed weights: a register-blocked kernel with the epilogue fused in.
///
/// A row of the left operand is a *patch*: segments of contiguous values, `segmentStride` apart, as the weights say how many and how long. The rows of a
/// dense layer are patches of one segment, the patches of an image with channels innermost have one per line of the kernel, so a
/// convolution needs no copy of its columns. Eight rows and 32 columns at a time stay in sixteen vector registers; every sum is
/// one chain of fused multiply-adds in the order of the patch, whatever the number of rows: a row has the same bits in every tile.
struct PatchProduct {
    /// The positions that rows stand for.
    var grid: PositionGrid
    /// The walks through the left operand and the result.
    var source: PositionGrid.Steps
    var target: PositionGrid.Steps
    var segmentStride = 0

    private static let tileRows = 8

    /// target = epilogue(patches · weights). The results of a position are as many contiguous floats as the weights have columns.
    ///
    /// - Parameters:
    ///   - source: in the precision of the weights.
    ///   - sourceStart: the first value of the patch of the first position.
    ///   - targetStart: the first result of the first position; slopes and factors of the epilogue are addressed like the target.
    func multiply(
        _ source: ProductOperand, from sourceStart: Int = 0, _ weights: PackedWeights, into target: Matrix, at targetStart: Int = 0,
        _ epilogue: Epilogue
    ) {
        precondition(source.precision == weights.precision, "a product of \(source.precision) and \(weights.precision)")
        guard grid.count > 0 else { return }
        let shape = weights.shape
        precondition(
            sourceStart >= 0
                && sourceStart + grid.last(self.source) + (shape.segments - 1) * segmentStride
                    + ProductOperand.step(shape.length, weights.precision) <= source.count
                && targetStart >= 0 && targetStart + grid.last(self.target) + shape.columns <= target.count,
            "the patches exceed the matrices")
        let part = Part(
            source: source, sourceStart: sourceStart, weights: weights, target: target, targetStart: targetStart, epilogue: epilogue)
        switch weights.precision {
        case .float: multiply(part, FloatArithmetic.self)
        case .bfloat16:
            BFloat16.usesInstructions
                ? multiplyPairs(part, NativePairs.self) : multiplyPairs(part, EmulatedPairs.self)
        }
    }

    /// What `multiply` is given.
    private struct Part {
        let source: ProductOperand
        let sourceStart: Int
        let weights: PackedWeights
        let target: Matrix
        let targetStart: Int
        let epilogue: Epilogue
    }

    /// With the mode in which all ways to multiply pairs have the same bits, in the epilogue too.
    private func multiplyPairs<Pairs: PairArithmetic>(_ part: Part, _: Pairs.Type) {
        let mode = lanes_flush_denormals()
        multiply(part, Pairs.self)
        lanes_set_mode(mode)
    }

    /// Never inlined: no operation may leave the mode that the caller has set.
    @inline(never)
    private func multiply<Arithmetic: ProductArithmetic>(_ part: Part, _: Arithmetic.Type) {
        let (target, weights) = (part.target, part.weights)
        withExtendedLifetime((part.source.matrix.storage, weights.storage.storage, target.storage, part.epilogue)) {
            let source =
                unsafe UnsafeRawPointer(part.source.matrix.base).assumingMemoryBound(to: Arithmetic.Element.self) + part.sourceStart
            let out = unsafe target.base + part.targetStart
            switch part.epilogue {
            case .none:
                unsafe run(Arithmetic.self, source, weights, StoreFinish(out: out))
            case .multiply(let factors):
                precondition(factors.count == target.count, "factors do not fit the product")
                unsafe run(
                    Arithmetic.self, source, weights, MultiplyFinish(out: out, factors: UnsafePointer(factors.base) + part.targetStart))
            case .activate(let end):
                precondition(
                    end.bias.count == weights.shape.columns && end.slopes.map { $0.count == target.count } ?? true,
                    "bias or slopes do not fit")
                let biases = unsafe UnsafePointer(end.bias.base)
                let slopes = unsafe end.slopes.map { unsafe $0.base + part.targetStart }
                unsafe end.activation.withKernel(
                    Activating<Arithmetic>(product: self, source: source, weights: weights, out: out, biases: biases, slopes: slopes))
            }
        }
    }

    @unsafe
    private struct Activating<Arithmetic: ProductArithmetic>: KernelUser {
        let product: PatchProduct
        let source: UnsafePointer<Arithmetic.Element>
        let weights: PackedWeights
        let out: UnsafeMutablePointer<Float>
        let biases: UnsafePointer<Float>
        let slopes: UnsafeMutablePointer<Float>?

        func use<Kernel: ActivationKernel>(_ kernel: Kernel) {
            unsafe product.run(
                Arithmetic.self, source, weights, ActivateFinish(out: out, biases: biases, slopes: slopes, kernel: kernel))
        }
    }

    /// Panel by panel, so that a panel of weights stays in the cache while all rows pass by it.
    @unsafe
    private func run<Arithmetic: ProductArithmetic, Finish: TileFinish>(
        _: Arithmetic.Type, _ source: UnsafePointer<Arithmetic.Element>, _ weights: PackedWeights, _ finish: Finish
    ) {
        let columns = weights.shape.columns
        let tile = TileSums<Arithmetic>(
            segments: weights.shape.segments, words: weights.shape.words(weights.precision), segmentStride: segmentStride)
        // 32 columns of each row
        var vectors = InlineArray<16, Lanes>(repeating: .zero)
        unsafe vectors.withFloats { sums in
            unsafe withPlaces(source) { patches, targets in
                for panel in stride(from: 0, to: columns, by: 32) {
                    let width = weights.width(ofPanel: panel)
                    let used = min(width, columns - panel)
                    let packed = unsafe weights.panel(panel)
                    for first in stride(from: 0, to: grid.count, by: Self.tileRows) {
                        if width == 32 {
                            unsafe tile.sum32(patches + first, packed, sums)
                        } else {
                            unsafe tile.sum16(patches + first, packed, sums)
                        }
                        let rows = min(Self.tileRows, grid.count - first)
                        unsafe finish.storeTile(UnsafePointer(sums), width, rows: rows, column: panel, at: targets + first, count: used)
                    }
                }
            }
        }
    }

    /// Where each position's patch starts, and its result: found once for all panels. Behind the last position stands the last one again, so that
    /// every tile of rows is computed alike.
    @inline(__always) @unsafe
    private func withPlaces<Element>(
        _ source: UnsafePointer<Element>, _ body: (_ patches: UnsafePointer<UnsafePointer<Element>>, _ targets: UnsafePointer<Int>) -> Void
    ) {
        let capacity = (grid.count + Self.tileRows - 1) / Self.tileRows * Self.tileRows
        unsafe withUnsafeTemporaryAllocation(of: UnsafePointer<Element>.self, capacity: capacity) { patches in
            unsafe withUnsafeTemporaryAllocation(of: Int.self, capacity: capacity) { targets in
                let (patch, target) = (patches.baseAddress!, targets.baseAddress!)
                var index = 0
                for image in 0..<grid.images {
                    for line in 0..<grid.height {
                        let patchStart = unsafe source + (image &* self.source.image &+ line &* self.source.line)
                        let targetStart = image &* self.target.image &+ line &* self.target.line
                        for position in 0..<grid.width {
                            unsafe patch[index &+ position] = patchStart + position &* self.source.position
                            unsafe target[index &+ position] = targetStart &+ position &* self.target.position
                        }
                        index &+= grid.width
                    }
                }
                while index < capacity {
                    unsafe patch[index] = patch[index - 1]
                    unsafe target[index] = target[index - 1]
                    index += 1
                }
                unsafe body(patch, target)
            }
        }
    }
}

import Numerics

/// A convolution on images with channels innermost: the patches of the padded input are multiplied where they lie (`PatchProduct`).
///
/// Backward, a pixel of the input collects from the outputs whose kernels covered it. For a stride s these are the same taps for all
/// pixels with the same remainders (y mod s, x mod s): each of these phases is again a product of patches, now of the padded `delta`,
/// with weights mirrored. Inputs of few channels would leave the kernel's columns empty. With a stride, the pixels of a small block are made
/// together there, as the columns of one product with patches of `delta` (`BlockGradient`); without, the product with all taps is made as columns
/// and added up (col2im). The weight gradient is a sum of outer products over the positions (`OuterProduct`), or for channels that are not whole
/// vectors im2col and OpenBLAS.
///
/// Samples are taken in groups that stay in the cache. Groups and blocks depend on the shapes alone.
struct ConvolutionMap: LinearMap {
    let input: ImageShape
    let output: ImageShape
    let kernel: Int
    let stride: Int
    let padding: Int

    var outputs: Int { output.channels }
    var inputs: Int { kernel * kernel * input.channels }
    var positions: Int { output.height * output.width }
    var weightShape: WeightShape { WeightShape(rows: outputs, columns: inputs) }
    var multiplications: Int { positions * outputs * inputs }

    /// Floats of columns of one block: 512 KiB, half of the second cache.
    static let blockFloats = 128 * 1024
    /// Fewer positions than this would spend their time on reading the weights.
    static let leastPositions = 512
    /// Fewer input channels than this go through columns on the way back.
    static let leastChannels = 8

    var usesPhases: Bool { input.channels >= Self.leastChannels }
    var blockGradient: BlockGradient? { usesPhases ? nil : BlockGradient(self) }

    var padded: PaddedImages {
        PaddedImages(image: input, before: padding, heightAfter: padding, widthAfter: padding)
    }

    /// The gradient of the output with the border that the phases read over.
    var paddedDelta: PaddedImages {
        PaddedImages(
            image: output, before: (kernel + stride - 1) / stride - 1,
            heightAfter: max(0, (input.height - 1 + padding) / stride - (output.height - 1)),
            widthAfter: max(0, (input.width - 1 + padding) / stride - (output.width - 1)))
    }

    // MARK: Groups and scratch

    /// The size of the largest of the fewest equal parts of `total` that do not exceed `limit`.
    static func share(of total: Int, atMost limit: Int) -> Int {
        guard total > 0 else { return 1 }
        let parts = (total + limit - 1) / limit
        return (total + parts - 1) / parts
    }

    var largestGroup: Int { max(1, Self.leastPositions / positions) }

    /// Positions of a block of columns, as a limit.
    var blockPositions: Int { max(Self.leastPositions / 2, Self.blockFloats / inputs) }

    /// For products with columns: samples of a group and lines of a block.
    func blocking(rows: Int) -> (group: Int, lines: Int) {
        let group = Self.share(of: rows, atMost: max(1, blockPositions / positions))
        let lines = Self.share(of: group * output.height, atMost: max(1, blockPositions / output.width))
        return (group, lines)
    }

    func scratchCount(rows: Int) -> Int {
        // a smaller number of rows may be cut into larger groups: the limits count, not the shares
        let group = min(rows, max(1, blockPositions / positions))
        let lines = min(group * output.height, max(1, blockPositions / output.width))
        let blocks = ColumnScratch.count(
            columns: lines * output.width * inputs, padded: padded.count(group), positions: lines * output.width, outputs)
        let direct = min(rows, largestGroup)
        let blockCount = blockGradient.map { $0.scratchCount(min(rows, largestGroup)) } ?? 0
        return max(blocks, padded.count(direct), usesPhases ? paddedDelta.count(direct) : blockCount)
    }

    func split(_ scratch: Matrix, group: Int, lines: Int) -> ColumnScratch {
        ColumnScratch(scratch, columns: lines * output.width * inputs, padded: padded.count(group))
    }

    // MARK: Prepared copies

    private var forward: PackedWeights.Shape { .init(segments: kernel, length: kernel * input.channels, columns: outputs) }
    private var columns: PackedWeights.Shape { .init(length: outputs, columns: inputs) }

    private func backwardCount(_ precision: Precision) -> Int {
        guard usesPhases else { return (blockGradient?.weights ?? columns).count(precision) }
        var count = 0
        forEachPhase { _, _, weights in count += weights.count(precision) }
        return count
    }

    func preparedCount(_ precision: PassPrecision) -> Int { forward.count(precision.forward) + backwardCount(precision.backward) }

    func packedForward(_ copies: WeightCopies) -> PackedWeights { copies.packed(forward, copies.precision.forward) }

    /// Of a way back that is one product.
    func packedBackward(_ copies: WeightCopies) -> PackedWeights {
        copies.packed(blockGradient?.weights ?? columns, copies.precision.backward, from: forward.count(copies.precision.forward))
    }

    func prepare(_ weights: Matrix, into copies: WeightCopies) {
        packedForward(copies).pack(inputs, at: 0, count: outputs, from: weights, start: 0, rowStride: 1, columnStride: inputs)
        if let blockGradient { return blockGradient.prepare(weights, into: packedBackward(copies)) }
        guard usesPhases else {
            return packedBackward(copies).pack(outputs, at: 0, count: inputs, from: weights, start: 0, rowStride: inputs, columnStride: 1)
        }
        forEachPhase(copies) { y, x, packed in
            for row in 0..<y.taps {
                for column in 0..<x.taps {
                    let tap = y.kernelPosition(row, stride) * kernel + x.kernelPosition(column, stride)
                    packed.pack(
                        outputs, at: (row * x.taps + column) * outputs, count: input.channels, from: weights, start: tap * input.channels,
                        rowStride: inputs, columnStride: 1)
                }
            }
        }
    }

    func forEachGroup(rows: Int, _ body: (_ images: Range<Int>) -> Void) {
        let group = Self.share(of: rows, atMost: largestGroup)
        for first in Swift.stride(from: 0, to: rows, by: group) { body(first..<min(first + group, rows)) }
    }

    func forEachPhase(_ copies: WeightCopies, _ body: (_ y: ConvolutionPhase, _ x: ConvolutionPhase, _ packed: PackedWeights) -> Void) {
        let precision = copies.precision.backward
        var start = forward.count(copies.precision.forward)
        forEachPhase { y, x, weights in
            if y.count > 0 && x.count > 0 { body(y, x, copies.packed(weights, precision, from: start)) }
            start += weights.count(precision)
        }
    }

    /// The phases of the lines and of the places in a line, and the weights of their product.
    @inline(__always)
    private func forEachPhase(_ body: (_ y: ConvolutionPhase, _ x: ConvolutionPhase, _ weights: PackedWeights.Shape) -> Void) {
        for remainderY in 0..<min(stride, kernel) {
            for remainderX in 0..<min(stride, kernel) {
                let y = ConvolutionPhase(remainderY, size: input.height, kernel: kernel, stride: stride, padding: padding)
                let x = ConvolutionPhase(remainderX, size: input.width, kernel: kernel, stride: stride, padding: padding)
                body(y, x, .init(segments: y.taps, length: x.taps * outputs, columns: input.channels))
            }
        }
    }
}

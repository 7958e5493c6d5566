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
    var sampleInputs: Int { input.count }

    /// Floats of columns of one block: 512 KiB, half of the second cache.
    private static let blockFloats = 128 * 1024
    /// Fewer positions than this would spend their time on reading the weights.
    private static let leastPositions = 512
    /// Fewer input channels than this go through columns on the way back.
    private static let leastChannels = 8

    private var usesPhases: Bool { input.channels >= Self.leastChannels }
    private var blockGradient: BlockGradient? { usesPhases ? nil : BlockGradient(self) }

    private var padded: PaddedImages {
        PaddedImages(image: input, before: padding, heightAfter: padding, widthAfter: padding)
    }

    /// The gradient of the output with the border that the phases read over.
    private var paddedDelta: PaddedImages {
        PaddedImages(
            image: output, before: (kernel + stride - 1) / stride - 1,
            heightAfter: max(0, (input.height - 1 + padding) / stride - (output.height - 1)),
            widthAfter: max(0, (input.width - 1 + padding) / stride - (output.width - 1)))
    }

    // MARK: Groups and scratch

    /// The size of the largest of the fewest equal parts of `total` that do not exceed `limit`.
    private static func share(of total: Int, atMost limit: Int) -> Int {
        guard total > 0 else { return 1 }
        let parts = (total + limit - 1) / limit
        return (total + parts - 1) / parts
    }

    private var largestGroup: Int { max(1, Self.leastPositions / positions) }

    /// Positions of a block of columns, as a limit.
    private var blockPositions: Int { max(Self.leastPositions / 2, Self.blockFloats / inputs) }

    /// For products with columns: samples of a group and lines of a block.
    private func blocking(rows: Int) -> (group: Int, lines: Int) {
        let group = Self.share(of: rows, atMost: max(1, blockPositions / positions))
        let lines = Self.share(of: group * output.height, atMost: max(1, blockPositions / output.width))
        return (group, lines)
    }

    func scratchCount(rows: Int) -> Int {
        // a smaller number of rows may be cut into larger groups: the limits count, not the shares
        let group = min(rows, max(1, blockPositions / positions))
        let lines = min(group * output.height, max(1, blockPositions / output.width))
        let blocks = Scratch.columnCount(lines * output.width * inputs) + padded.count(group)
        let direct = min(rows, largestGroup)
        let blockCount = blockGradient.map { $0.scratchCount(min(rows, largestGroup)) } ?? 0
        return max(blocks, padded.count(direct), usesPhases ? paddedDelta.count(direct) : blockCount)
    }

    private func split(_ scratch: Matrix, group: Int, lines: Int) -> Scratch {
        Scratch(scratch, columns: lines * output.width * inputs, padded: padded.count(group))
    }

    // MARK: Prepared copies

    private var forwardCount: Int { PackedWeights.count(inner: inputs, columns: outputs) }

    private var backwardCount: Int {
        if usesPhases { return PackedWeights.count(inner: kernel * kernel * outputs, columns: input.channels) }
        return blockGradient?.preparedCount ?? PackedWeights.count(inner: outputs, columns: inputs)
    }

    var preparedCount: Int { forwardCount + backwardCount }

    private func packedForward(_ copies: Matrix) -> PackedWeights {
        PackedWeights(inner: inputs, columns: outputs, in: copies.view(from: 0, rows: 1, columns: forwardCount))
    }

    private func backwardCopy(_ copies: Matrix) -> Matrix { copies.view(from: forwardCount, rows: 1, columns: backwardCount) }

    private func packedColumns(_ copies: Matrix) -> PackedWeights {
        PackedWeights(inner: outputs, columns: inputs, in: backwardCopy(copies))
    }

    func prepare(_ weights: Matrix, into copies: Matrix) {
        packedForward(copies).pack(inputs, at: 0, from: weights, start: 0, rowStride: 1, columnStride: inputs)
        if let blockGradient { return blockGradient.prepare(weights, into: backwardCopy(copies)) }
        guard usesPhases else {
            return packedColumns(copies).pack(outputs, at: 0, from: weights, start: 0, rowStride: inputs, columnStride: 1)
        }
        forEachPhase(copies) { y, x, packed in
            for row in 0..<y.taps {
                for column in 0..<x.taps {
                    let tap = y.kernelPosition(row, stride) * kernel + x.kernelPosition(column, stride)
                    packed.pack(
                        outputs, at: (row * x.taps + column) * outputs, from: weights, start: tap * input.channels, rowStride: inputs,
                        columnStride: 1)
                }
            }
        }
    }

    // MARK: Products

    func apply(_ x: Matrix, _ copies: Matrix, scratch: Matrix, into y: Matrix, _ epilogue: Epilogue) {
        let packed = packedForward(copies)
        let lineFloats = padded.width * input.channels
        forEachGroup(rows: x.rows) { images in
            let source = padded.pad(x.rows(images), into: scratch)
            let product = PatchProduct(
                grid: .init(
                    images: images.count, height: output.height, width: output.width,
                    source: .init(image: padded.imageCount, line: stride * lineFloats, position: stride * input.channels),
                    target: .init(image: output.count, line: output.width * outputs, position: outputs)),
                segments: kernel, length: kernel * input.channels, segmentStride: lineFloats)
            product.multiply(source, packed, into: y, at: images.lowerBound * output.count, epilogue)
        }
    }

    func applyTranspose(_ delta: Matrix, _ copies: Matrix, scratch: Matrix, into gradient: Matrix, _ epilogue: Epilogue) {
        if let blockGradient {
            return forEachGroup(rows: gradient.rows) { images in
                let part = delta.rows((images.lowerBound * positions)..<(images.upperBound * positions))
                blockGradient.apply(part, backwardCopy(copies), scratch: scratch, into: gradient.rows(images))
                epilogue.apply(to: gradient.rows(images), startingAt: images.lowerBound)
            }
        }
        guard usesPhases else { return applyTransposeByColumns(delta, copies, scratch: scratch, into: gradient, epilogue) }
        // pixels between the kernels get nothing
        if kernel < stride { gradient.fill(0) }
        let lineFloats = paddedDelta.width * outputs
        forEachGroup(rows: gradient.rows) { images in
            let source = paddedDelta.pad(delta.rows((images.lowerBound * positions)..<(images.upperBound * positions)), into: scratch)
            forEachPhase(copies) { y, x, packed in
                let product = PatchProduct(
                    grid: .init(
                        images: images.count, height: y.count, width: x.count,
                        source: .init(image: paddedDelta.imageCount, line: lineFloats, position: outputs),
                        target: .init(
                            image: input.count, line: stride * input.width * input.channels, position: stride * input.channels)),
                    segments: y.taps, length: x.taps * outputs, segmentStride: lineFloats)
                let start = (y.firstOutput + paddedDelta.before) * lineFloats + (x.firstOutput + paddedDelta.before) * outputs
                let pixel = (images.lowerBound * input.height + y.first) * input.width + x.first
                product.multiply(source, from: start, packed, into: gradient, at: pixel * input.channels, epilogue)
            }
        }
    }

    private func applyTransposeByColumns(
        _ delta: Matrix, _ copies: Matrix, scratch: Matrix, into gradient: Matrix, _ epilogue: Epilogue
    ) {
        let packed = packedColumns(copies)
        let rows = gradient.rows
        let (group, lines) = blocking(rows: rows)
        let scratch = split(scratch, group: group, lines: lines)
        for first in Swift.stride(from: 0, to: rows, by: group) {
            let images = first..<min(first + group, rows)
            scratch.padded.fill(0)
            for line in Swift.stride(from: 0, to: images.count * output.height, by: lines) {
                let block = line..<min(line + lines, images.count * output.height)
                let count = block.count * output.width
                let columns = scratch.columns(rows: count, inputs)
                let product = PatchProduct(
                    grid: .init(images: count, source: .init(image: outputs), target: .init(image: inputs)), length: outputs)
                product.multiply(delta.rows(positions(first, block)), packed, into: columns, .none)
                addPatches(columns, lines: block, to: scratch.padded)
            }
            let part = gradient.rows(images)
            padded.crop(scratch.padded, into: part)
            epilogue.apply(to: part, startingAt: first)
        }
    }

    func addWeightGradient(_ x: Matrix, _ delta: Matrix, scratch: Matrix, into gradient: Matrix) {
        let run = kernel * input.channels
        guard run % 16 == 0 || outputs % 16 == 0 else { return addWeightGradientByColumns(x, delta, scratch: scratch, into: gradient) }
        let lineFloats = padded.width * input.channels
        let (places, patches) = (
            PatchProduct.Steps(image: output.count, line: output.width * outputs, position: outputs),
            PatchProduct.Steps(image: padded.imageCount, line: stride * lineFloats, position: stride * input.channels)
        )
        forEachGroup(rows: x.rows) { images in
            let source = padded.pad(x.rows(images), into: scratch)
            let delta = delta.rows((images.lowerBound * positions)..<(images.upperBound * positions))
            if run % 16 == 0 {
                let product = OuterProduct(
                    images: images.count, height: output.height, width: output.width, left: places, right: patches)
                for line in 0..<kernel {
                    let target = OuterProduct.Target(matrix: gradient, start: line * run, rowStride: inputs, columnStride: 1)
                    product.add(delta, rows: outputs, offset: { $0 }, source, from: line * lineFloats, columns: run, to: target)
                }
            } else {
                let product = OuterProduct(
                    images: images.count, height: output.height, width: output.width, left: patches, right: places)
                let target = OuterProduct.Target(matrix: gradient, rowStride: 1, columnStride: inputs)
                product.add(
                    source, rows: inputs, offset: { $0 / run * lineFloats + $0 % run }, delta, columns: outputs, to: target)
            }
        }
    }

    private func addWeightGradientByColumns(_ x: Matrix, _ delta: Matrix, scratch: Matrix, into gradient: Matrix) {
        let (group, lines) = blocking(rows: x.rows)
        let scratch = split(scratch, group: group, lines: lines)
        for first in Swift.stride(from: 0, to: x.rows, by: group) {
            let images = first..<min(first + group, x.rows)
            let source = padded.pad(x.rows(images), into: scratch.padded, always: true)
            for line in Swift.stride(from: 0, to: images.count * output.height, by: lines) {
                let block = line..<min(line + lines, images.count * output.height)
                let columns = scratch.columns(rows: block.count * output.width, inputs)
                gatherPatches(source, lines: block, into: columns)
                Products.multiply(transposing: delta.rows(positions(first, block)), columns, into: gradient, accumulate: true)
            }
        }
    }

    private func forEachGroup(rows: Int, _ body: (_ images: Range<Int>) -> Void) {
        let group = Self.share(of: rows, atMost: largestGroup)
        for first in Swift.stride(from: 0, to: rows, by: group) { body(first..<min(first + group, rows)) }
    }

    private func forEachPhase(_ copies: Matrix, _ body: (_ y: Phase, _ x: Phase, _ packed: PackedWeights) -> Void) {
        var start = forwardCount
        for remainderY in 0..<min(stride, kernel) {
            for remainderX in 0..<min(stride, kernel) {
                let y = Phase(remainderY, size: input.height, kernel: kernel, stride: stride, padding: padding)
                let x = Phase(remainderX, size: input.width, kernel: kernel, stride: stride, padding: padding)
                let inner = y.taps * x.taps * outputs
                let count = PackedWeights.count(inner: inner, columns: input.channels)
                if y.count > 0 && x.count > 0 {
                    let storage = copies.view(from: start, rows: 1, columns: count)
                    body(y, x, PackedWeights(inner: inner, columns: input.channels, in: storage))
                }
                start += count
            }
        }
    }

    /// The positions, among those of all samples, of some lines of a group that starts at a sample.
    private func positions(_ first: Int, _ lines: Range<Int>) -> Range<Int> {
        let start = first * positions
        return (start + lines.lowerBound * output.width)..<(start + lines.upperBound * output.width)
    }

    /// im2col: for each position, `kernel` runs of kernel x channels contiguous floats. Runs are copied in whole vectors; what is
    /// copied beyond a run is overwritten by the next run or falls into the slack behind the columns.
    private func gatherPatches(_ images: Matrix, lines: Range<Int>, into columns: Matrix) {
        let run = kernel * input.channels
        let (lineFloats, step) = (padded.width * input.channels, stride * input.channels)
        withExtendedLifetime((images.storage, columns.storage)) {
            var target = unsafe columns.base
            for line in lines {
                let (image, y) = line.quotientAndRemainder(dividingBy: output.height)
                var source = unsafe UnsafePointer(images.base) + (image * padded.height + y * stride) * lineFloats
                for _ in 0..<output.width {
                    var line = unsafe source
                    for _ in 0..<kernel {
                        var offset = 0
                        repeat {
                            unsafe Lanes(loading: line + offset).store(to: target + offset)
                            offset += 16
                        } while offset < run
                        unsafe target += run
                        unsafe line += lineFloats
                    }
                    unsafe source += step
                }
            }
        }
    }

    /// col2im: adds every run of the columns to its place in the padded images.
    private func addPatches(_ columns: Matrix, lines: Range<Int>, to images: Matrix) {
        let run = kernel * input.channels
        let whole = run & ~15
        let (lineFloats, step) = (padded.width * input.channels, stride * input.channels)
        withExtendedLifetime((images.storage, columns.storage)) {
            var source = unsafe UnsafePointer(columns.base)
            for line in lines {
                let (image, y) = line.quotientAndRemainder(dividingBy: output.height)
                var target = unsafe images.base + (image * padded.height + y * stride) * lineFloats
                for _ in 0..<output.width {
                    var line = unsafe target
                    for _ in 0..<kernel {
                        var offset = 0
                        while offset < whole {
                            unsafe (Lanes(loading: line + offset) + Lanes(loading: source + offset)).store(to: line + offset)
                            offset += 16
                        }
                        while offset < run {
                            unsafe line[offset] += source[offset]
                            offset += 1
                        }
                        unsafe source += run
                        unsafe line += lineFloats
                    }
                    unsafe target += step
                }
            }
        }
    }
}

/// Along one axis, the pixels that lie under the same taps of the kernel: those whose place in the padded input leaves the same
/// remainder by the stride.
private struct Phase {
    private let remainder: Int
    /// How many taps meet these pixels.
    let taps: Int
    /// The first such pixel and their number; the next is a stride away.
    let first: Int
    let count: Int
    /// The first output that reaches the first pixel; negative in the border. The next pixel starts with the next output.
    let firstOutput: Int

    init(_ remainder: Int, size: Int, kernel: Int, stride: Int, padding: Int) {
        self.remainder = remainder
        taps = (kernel - remainder + stride - 1) / stride
        // (first + padding) mod stride = remainder
        let shift = (remainder - padding) % stride
        first = shift < 0 ? shift + stride : shift
        count = first < size ? (size - first + stride - 1) / stride : 0
        firstOutput = (first + padding - remainder) / stride - (taps - 1)
    }

    /// The place in the kernel with which the t-th of the outputs, counted upwards, reaches the pixel: later outputs by earlier taps.
    func kernelPosition(_ t: Int, _ stride: Int) -> Int { remainder + stride * (taps - 1 - t) }
}

/// The scratch of a convolution: columns of a block, padded images of a group, each with slack for a vector that runs over the end.
private struct Scratch {
    private let all: Matrix
    let padded: Matrix

    static func columnCount(_ floats: Int) -> Int { (floats + 16 + 15) & ~15 }

    init(_ all: Matrix, columns: Int, padded: Int) {
        self.all = all
        self.padded = all.view(from: Self.columnCount(columns), rows: 1, columns: padded)
    }

    func columns(rows: Int, _ count: Int) -> Matrix {
        all.view(from: 0, rows: rows, columns: count)
    }
}

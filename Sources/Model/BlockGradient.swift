import Numerics

/// The input gradient of a convolution with a stride on few channels: the pixels of a block of `size` x `size` are computed together.
///
/// The block's side is a multiple of the stride, so every block meets the same taps: its pixels and channels, at most sixteen, are the columns
/// of one product, whose patches are the outputs that reach the block. Many of the packed weights are zero, yet for one channel, a 5 x 5
/// kernel and stride 2 it took less than half of the time of making all columns and adding them up.
struct BlockGradient {
    private let map: ConvolutionMap
    private let size: Int
    /// The first output, along one axis, that reaches the first block, and the number of outputs that reach a block.
    private let firstOutput: Int
    private let reach: Int

    private var input: ImageShape { map.input }
    private var columns: Int { size * size * input.channels }
    /// Of the product.
    var weights: PackedWeights.Shape { .init(segments: reach, length: reach * map.outputs, columns: columns) }

    /// Nothing where blocks do not tile the image or would not fill the columns.
    init?(_ map: ConvolutionMap) {
        let (stride, input) = (map.stride, map.input)
        let sizes = Swift.stride(from: stride, through: 4, by: stride).filter {
            $0 * $0 * input.channels <= 16 && input.height.isMultiple(of: $0) && input.width.isMultiple(of: $0)
        }
        guard stride > 1, let size = sizes.last, size * size * input.channels > 8 else { return nil }
        self.map = map
        self.size = size
        // oy s <= y + p <= oy s + k - 1 for the pixels y of the first block
        let lowest = map.padding - map.kernel + 1
        firstOutput = lowest > 0 ? (lowest + stride - 1) / stride : -(-lowest / stride)
        reach = (size - 1 + map.padding) / stride - firstOutput + 1
    }

    /// The gradient of the output with a border, where blocks read over its edge.
    private var padded: PaddedImages {
        let (before, steps) = (max(0, -firstOutput), size / map.stride)
        func after(_ pixels: Int, _ outputs: Int) -> Int { max(0, (pixels / size - 1) * steps + firstOutput + reach - outputs) }
        return PaddedImages(
            image: map.output, before: before, heightAfter: after(input.height, map.output.height),
            widthAfter: after(input.width, map.output.width))
    }

    func scratchCount(_ images: Int) -> Int { padded.count(images) + images * input.count }

    func prepare(_ weights: Matrix, into packed: PackedWeights) {
        for tapY in 0..<reach {
            for tapX in 0..<reach {
                for y in 0..<size {
                    for x in 0..<size {
                        let kernelY = y + map.padding - map.stride * (firstOutput + tapY)
                        let kernelX = x + map.padding - map.stride * (firstOutput + tapX)
                        guard (0..<map.kernel).contains(kernelY), (0..<map.kernel).contains(kernelX) else { continue }
                        packed.pack(
                            map.outputs, at: (tapY * reach + tapX) * map.outputs, columns: (y * size + x) * input.channels,
                            count: input.channels, from: weights, start: (kernelY * map.kernel + kernelX) * input.channels,
                            rowStride: map.inputs, columnStride: 1)
                    }
                }
            }
        }
    }

    /// gradient = delta W for some images; the scratch holds padded `delta` and the blocks.
    func apply(_ delta: Matrix, _ packed: PackedWeights, scratch: Matrix, into gradient: Matrix) {
        let images = gradient.rows
        let source = padded.operand(delta, packed.precision, scratch: scratch)
        let (down, across) = (input.height / size, input.width / size)
        let blocks = scratch.view(from: padded.count(images), rows: images * down * across, columns: columns)
        let steps = size / map.stride
        let lineFloats = padded.width * map.outputs
        let product = PatchProduct(
            grid: .init(images: images, height: down, width: across),
            source: .init(image: padded.step(packed.precision), line: steps * lineFloats, position: steps * map.outputs),
            target: .init(image: down * across * columns, line: across * columns, position: columns), segmentStride: lineFloats)
        let start = (firstOutput + padded.before) * (lineFloats + map.outputs)
        product.multiply(source, from: start, packed, into: blocks, .none)
        scatter(blocks, into: gradient)
    }

    /// A few floats: a call to the system's copy would cost more.
    @inline(__always) @unsafe
    private func copy(_ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, _ count: Int) {
        var index = 0
        while index &+ 4 <= count {
            let part = unsafe UnsafeRawPointer(source + index).loadUnaligned(as: SIMD4<Float>.self)
            unsafe UnsafeMutableRawPointer(target + index).storeBytes(of: part, as: SIMD4<Float>.self)
            index &+= 4
        }
        while index < count {
            unsafe target[index] = source[index]
            index &+= 1
        }
    }

    /// Lines of blocks to their places in the images.
    private func scatter(_ blocks: Matrix, into gradient: Matrix) {
        let run = size * input.channels
        let across = input.width / size
        withExtendedLifetime((blocks.storage, gradient.storage)) {
            var source = unsafe UnsafePointer(blocks.base)
            for bandOfBlocks in 0..<(gradient.rows * input.height / size) {
                for block in 0..<across {
                    var target = unsafe gradient.base + (bandOfBlocks * size * across + block) * run
                    for _ in 0..<size {
                        unsafe copy(source, to: target, run)
                        unsafe source += run
                        unsafe target += across * run
                    }
                }
            }
        }
    }
}

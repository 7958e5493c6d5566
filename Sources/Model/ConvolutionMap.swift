import Numerics

/// A convolution as a product of patches (im2col): a row of `columns` holds the kernel x kernel x channels values under one position.
///
/// Samples are taken in groups, and the positions of a group in blocks of whole lines, so that the columns stay in the second
/// cache without making the products small. Groups and blocks depend on the shapes alone: the same tile gives the same bits.
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
    /// Fewer positions than this make OpenBLAS spend its time on packing the weights.
    private static let leastPositions = 256

    private var padded: PaddedImages { PaddedImages(image: input, padding: padding) }

    /// Samples of a group and lines of a block, both as even as can be.
    private func blocking(rows: Int) -> (group: Int, lines: Int) {
        let wanted = max(Self.leastPositions, Self.blockFloats / inputs)
        let group = Self.share(of: rows, atMost: max(1, wanted / positions))
        let lines = Self.share(of: group * output.height, atMost: max(1, wanted / output.width))
        return (group, lines)
    }

    /// The size of the largest of the fewest equal parts of `total` that do not exceed `limit`.
    private static func share(of total: Int, atMost limit: Int) -> Int {
        guard total > 0 else { return 1 }
        let parts = (total + limit - 1) / limit
        return (total + parts - 1) / parts
    }

    func scratchCount(rows: Int) -> Int {
        // a smaller number of rows may be cut into a larger group
        let wanted = max(Self.leastPositions, Self.blockFloats / inputs)
        let group = min(rows, max(1, wanted / positions))
        let lines = min(group * output.height, max(1, wanted / output.width))
        return Scratch.columnCount(lines * output.width * inputs) + padded.count(group)
    }

    private func split(_ scratch: Matrix, group: Int, lines: Int) -> Scratch {
        Scratch(scratch, columns: lines * output.width * inputs, padded: padded.count(group))
    }

    func apply(_ x: Matrix, _ weights: MapWeights, scratch: Matrix, into y: Matrix, _ epilogue: Epilogue) {
        forEachBlock(of: x, scratch: scratch) { columns, positions in
            let part = y.rows(positions)
            Products.multiply(columns, weights.transposed, into: part)
            epilogue.apply(to: part, startingAt: positions.lowerBound)
        }
    }

    func addWeightGradient(_ x: Matrix, _ delta: Matrix, scratch: Matrix, into gradient: Matrix) {
        forEachBlock(of: x, scratch: scratch) { columns, positions in
            Products.multiply(transposing: delta.rows(positions), columns, into: gradient, accumulate: true)
        }
    }

    func applyTranspose(_ delta: Matrix, _ weights: MapWeights, scratch: Matrix, into gradient: Matrix, _ epilogue: Epilogue) {
        let rows = gradient.rows
        let (group, lines) = blocking(rows: rows)
        let scratch = split(scratch, group: group, lines: lines)
        for first in Swift.stride(from: 0, to: rows, by: group) {
            let images = first..<min(first + group, rows)
            scratch.padded.fill(0)
            for line in Swift.stride(from: 0, to: images.count * output.height, by: lines) {
                let block = line..<min(line + lines, images.count * output.height)
                let columns = scratch.columns(rows: block.count * output.width, inputs)
                Products.multiply(delta.rows(positions(first, block)), weights.stored, into: columns)
                addPatches(columns, lines: block, to: scratch.padded)
            }
            let part = gradient.rows(images)
            padded.crop(scratch.padded, into: part)
            epilogue.apply(to: part, startingAt: first)
        }
    }

    /// Calls `body` with the columns of every block and the range of positions that they belong to.
    @inline(__always)
    private func forEachBlock(of x: Matrix, scratch: Matrix, _ body: (_ columns: Matrix, _ positions: Range<Int>) -> Void) {
        let (group, lines) = blocking(rows: x.rows)
        let scratch = split(scratch, group: group, lines: lines)
        for first in Swift.stride(from: 0, to: x.rows, by: group) {
            let images = first..<min(first + group, x.rows)
            padded.pad(x.rows(images), into: scratch.padded)
            for line in Swift.stride(from: 0, to: images.count * output.height, by: lines) {
                let block = line..<min(line + lines, images.count * output.height)
                let columns = scratch.columns(rows: block.count * output.width, inputs)
                gatherPatches(scratch.padded, lines: block, into: columns)
                body(columns, positions(first, block))
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

/// Images with a border of zeros on each side.
private struct PaddedImages {
    let image: ImageShape
    let padding: Int

    var width: Int { image.width + 2 * padding }
    var height: Int { image.height + 2 * padding }

    /// Floats of so many images, with slack for a vector that runs over the end.
    func count(_ images: Int) -> Int { images * width * height * image.channels + 16 }

    func pad(_ x: Matrix, into target: Matrix) {
        if padding > 0 { target.fill(0) }
        forEachLine(rows: x.rows) { line, inside, count in
            unsafe (target.base + inside).update(from: x.base + line, count: count)
        }
    }

    func crop(_ source: Matrix, into x: Matrix) {
        forEachLine(rows: x.rows) { line, inside, count in
            unsafe (x.base + line).update(from: source.base + inside, count: count)
        }
    }

    /// Calls `body` with the first float of every line, without and with the border, and its length.
    @inline(__always)
    private func forEachLine(rows: Int, _ body: (_ line: Int, _ inside: Int, _ count: Int) -> Void) {
        let count = image.width * image.channels
        for row in 0..<rows {
            for y in 0..<image.height {
                let inside = ((row * height + y + padding) * width + padding) * image.channels
                body((row * image.height + y) * count, inside, count)
            }
        }
    }
}

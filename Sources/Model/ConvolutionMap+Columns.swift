import Numerics

/// Convolutions on few channels by way of columns: im2col, a plain product, col2im.
extension ConvolutionMap {
    func applyTransposeByColumns(
        _ delta: Matrix, _ copies: WeightCopies, scratch: Matrix, into gradient: Matrix, _ epilogue: Epilogue
    ) {
        let packed = packedBackward(copies)
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
                let source = ProductOperand.rows(
                    delta.rows(positions(first, block)), length: outputs, packed.precision, scratch: scratch.pairs(rows: count, outputs))
                let product = PatchProduct(
                    grid: .init(images: count), source: .init(image: ProductOperand.step(outputs, packed.precision)),
                    target: .init(image: inputs))
                product.multiply(source, packed, into: columns, .none)
                addPatches(columns, lines: block, to: scratch.padded)
            }
            let part = gradient.rows(images)
            padded.crop(scratch.padded, into: part)
            epilogue.apply(to: part, startingAt: first)
        }
    }

    func addWeightGradientByColumns(_ x: Matrix, _ delta: Matrix, scratch: Matrix, into gradient: Matrix) {
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

/// The scratch of a convolution: columns of a block, padded images of a group, each with slack for a vector that runs over the end, and pairs of the
/// gradient of a block.
struct ColumnScratch {
    private let all: Matrix
    let padded: Matrix
    private let pairStart: Int

    static func columnCount(_ floats: Int) -> Int { (floats + 16 + 15) & ~15 }

    static func count(columns: Int, padded: Int, positions: Int, _ outputs: Int) -> Int {
        columnCount(columns) + padded + ProductOperand.pairCount(rows: positions, length: outputs)
    }

    init(_ all: Matrix, columns: Int, padded: Int) {
        self.all = all
        self.padded = all.view(from: Self.columnCount(columns), rows: 1, columns: padded)
        pairStart = Self.columnCount(columns) + padded
    }

    func pairs(rows: Int, _ length: Int) -> Matrix {
        all.view(from: pairStart, rows: 1, columns: ProductOperand.pairCount(rows: rows, length: length))
    }

    func columns(rows: Int, _ count: Int) -> Matrix {
        all.view(from: 0, rows: rows, columns: count)
    }
}

import Numerics

/// Images with a border of zeros: `before` lines and columns in front, others behind.
struct PaddedImages {
    let image: ImageShape
    let before: Int
    let heightAfter: Int
    let widthAfter: Int

    var width: Int { before + image.width + widthAfter }
    var height: Int { before + image.height + heightAfter }
    /// Floats of one image.
    var imageCount: Int { width * height * image.channels }

    /// Floats of so many images, with slack for a vector that runs over the end.
    func count(_ images: Int) -> Int { images * imageCount + 16 }

    /// Copies images into the front of `target`, with their border, and returns them there; without a border there is nothing to copy,
    /// and the images are returned where they are unless a copy, with slack behind it, is wanted always.
    func pad(_ x: Matrix, into target: Matrix, always: Bool = false) -> Matrix {
        guard always || imageCount > image.count else { return x }
        let images = x.count / image.count
        let target = target.view(from: 0, rows: 1, columns: count(images))
        withExtendedLifetime((x.storage, target.storage)) {
            var written = 0
            forEachLine(images, step: imageCount) { line, inside, count in
                unsafe (target.base + written).update(repeating: 0, count: inside - written)
                unsafe (target.base + inside).update(from: x.base + line, count: count)
                written = inside + count
            }
            unsafe (target.base + written).update(repeating: 0, count: target.count - written)
        }
        return target
    }

    func crop(_ source: Matrix, into x: Matrix) {
        forEachLine(x.count / image.count, step: imageCount) { line, inside, count in
            unsafe (x.base + line).update(from: source.base + inside, count: count)
        }
    }

    /// Calls `body` with the first value of every line, without and with the border, and its length; `step` values from one image with a border to the
    /// next.
    @inline(__always)
    private func forEachLine(_ images: Int, step: Int, _ body: (_ line: Int, _ inside: Int, _ count: Int) -> Void) {
        let count = image.width * image.channels
        for index in 0..<images {
            for y in 0..<image.height {
                let inside = index * step + ((y + before) * width + before) * image.channels
                body((index * image.height + y) * count, inside, count)
            }
        }
    }
}

extension PaddedImages {
    /// Values from one image to the next in an operand; a pair that starts in an image of pairs ends in it.
    func step(_ precision: Precision) -> Int { precision == .float ? imageCount : (imageCount + 2) & ~1 }

    /// `pad` as the left operand of a product.
    func operand(_ x: Matrix, _ precision: Precision, scratch: Matrix) -> ProductOperand {
        guard precision == .bfloat16 else { return .floats(pad(x, into: scratch)) }
        let images = x.count / image.count
        let step = step(precision)
        let target = scratch.view(from: 0, rows: 1, columns: images * step / 2)
        withExtendedLifetime((x.storage, target.storage)) {
            let halves = unsafe UnsafeMutableRawPointer(target.base).assumingMemoryBound(to: UInt16.self)
            var written = 0
            forEachLine(images, step: step) { line, inside, count in
                unsafe (halves + written).update(repeating: 0, count: inside - written)
                unsafe BFloat16.round(x.base + line, count: count, into: halves + inside)
                written = inside + count
            }
            unsafe (halves + written).update(repeating: 0, count: images * step - written)
        }
        return ProductOperand(matrix: target, precision: precision)
    }
}

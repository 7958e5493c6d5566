import Numerics

/// The sum or mean over windows that tile the image.
struct PoolingStage: LinearStage {
    let input: ImageShape
    let windowHeight: Int
    let windowWidth: Int
    /// 1 for sums, 1 / (pixels of a window) for means.
    let scale: Float

    var outputCount: Int { input.count / (windowHeight * windowWidth) }
    var activation: Activation? { nil }

    func forward(_ x: Matrix, _ weights: StageWeights, scratch: Matrix, into output: Matrix, slopes: Matrix?) {
        output.fill(0)
        forEachPixel(rows: x.rows) { pixel, window in
            let channels = input.channels
            let source = x.view(from: pixel * channels, rows: 1, columns: channels)
            let target = output.view(from: window * channels, rows: 1, columns: channels)
            Elementwise.add(target, source, scale: scale, into: target)
        }
    }

    func applyLinearPart(_ x: Matrix, _ weights: StageWeights, withBias: Bool, scratch: Matrix, into output: Matrix) {
        forward(x, weights, scratch: scratch, into: output, slopes: nil)
    }

    func pullBack(_ delta: Matrix, _ weights: StageWeights, scratch: Matrix, into gradient: Matrix, _ epilogue: Epilogue) {
        gradient.fill(0)
        forEachPixel(rows: delta.rows) { pixel, window in
            let channels = input.channels
            let source = delta.view(from: window * channels, rows: 1, columns: channels)
            let target = gradient.view(from: pixel * channels, rows: 1, columns: channels)
            Elementwise.add(target, source, scale: scale, into: target)
        }
        epilogue.apply(to: gradient)
    }

    /// Calls `body` with the index of every pixel of every sample and the index of the window that it falls into.
    @inline(__always)
    private func forEachPixel(rows: Int, _ body: (_ pixel: Int, _ window: Int) -> Void) {
        let (across, down) = (input.width / windowWidth, input.height / windowHeight)
        for row in 0..<rows {
            for y in 0..<input.height {
                for x in 0..<input.width {
                    let pixel = (row * input.height + y) * input.width + x
                    body(pixel, (row * down + y / windowHeight) * across + x / windowWidth)
                }
            }
        }
    }
}

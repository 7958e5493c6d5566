/// Along one axis, the pixels that lie under the same taps of the kernel: those whose place in the padded input leaves the same
/// remainder by the stride.
struct ConvolutionPhase {
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

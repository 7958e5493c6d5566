import Testing
import Training

/// Pictures of any number of samples of any size are drawn as far as they fit.
struct SamplePictureLayoutTests {
    @Test("columns, scale and number are as asked for where they fit")
    func fits() {
        let layout = SamplePicture.layout(100, height: 28, width: 28, channels: 1, columns: 8, scale: 2)
        #expect(layout == (100, 8, 2))
    }

    @Test("where all have to be shown the scale gives way")
    func whole() {
        let layout = SamplePicture.layout(96 * 8, height: 171, width: 171, channels: 3, columns: 8, scale: 64, isWhole: true)
        #expect(layout.columns == 8 && layout.count == 96 * 8 && 96 * (171 * layout.scale + 1) <= 1 << 16 && layout.scale >= 1)
    }

    @Test(
        "sides have at most 2¹⁶ pixels and pictures 2²⁸ values",
        arguments: [(150_000, 28, 28, 1, 8, 2), (4096, 28, 28, 3, 4096, 64), (5, 40_000, 2, 1, 3, 64), (65_536, 2000, 2000, 3, 7, 1)])
    func limits(count: Int, height: Int, width: Int, channels: Int, columns: Int, scale: Int) {
        let layout = SamplePicture.layout(count, height: height, width: width, channels: channels, columns: columns, scale: scale)
        let rows = (layout.count + layout.columns - 1) / layout.columns
        let (high, wide) = (rows * (height * layout.scale + 1) + 1, layout.columns * (width * layout.scale + 1) + 1)
        #expect(layout.count >= 1 && layout.count < count && high <= 1 << 16 && wide <= 1 << 16, "\(layout)")
        #expect(high * wide * channels <= (1 << 28) + (1 << 20))
    }
}

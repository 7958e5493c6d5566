import Foundation
import Numerics
import Testing
import Training

/// Pictures of any samples, of any number and size, are drawn as far as they fit.
struct SamplePictureTests {
    @Test func `columns, scale and number are as asked for where they fit`() {
        let layout = SamplePicture.layout(100, height: 28, width: 28, channels: 1, columns: 8, scale: 2)
        #expect(layout == (100, 8, 2))
    }

    @Test func `where all have to be shown the scale gives way`() {
        let layout = SamplePicture.layout(96 * 8, height: 171, width: 171, channels: 3, columns: 8, scale: 64, isWhole: true)
        #expect(layout.columns == 8 && layout.count == 96 * 8 && 96 * (171 * layout.scale + 1) <= 1 << 16 && layout.scale >= 1)
    }

    @Test(arguments: [(150_000, 28, 28, 1, 8, 2), (4096, 28, 28, 3, 4096, 64), (5, 40_000, 2, 1, 3, 64), (65_536, 2000, 2000, 3, 7, 1)])
    func `sides have at most 2¹⁶ pixels and pictures 2²⁸ values`(
        count: Int, height: Int, width: Int, channels: Int, columns: Int, scale: Int
    ) {
        let layout = SamplePicture.layout(count, height: height, width: width, channels: channels, columns: columns, scale: scale)
        let rows = (layout.count + layout.columns - 1) / layout.columns
        let (high, wide) = (rows * (height * layout.scale + 1) + 1, layout.columns * (width * layout.scale + 1) + 1)
        #expect(layout.count >= 1 && layout.count < count && high <= 1 << 16 && wide <= 1 << 16, "\(layout)")
        #expect(high * wide * channels <= (1 << 28) + (1 << 20))
    }

    @Test(arguments: [Float.nan, .infinity, 0, 5000, 1e30, -3e38])
    func `samples that are not finite, all equal or huge can be drawn`(value: Float) throws {
        let scratch = ScratchFolder()
        let shapes = [
            ("moons", ImageShape(vector: 2)), ("digits", ImageShape(height: 8, width: 8, channels: 1)), ("moons", ImageShape(vector: 5)),
        ]
        for (number, (source, shape)) in shapes.enumerated() {
            let configuration = try ScratchRun.configuration(["data.source=\(source)"])
            let path = "\(scratch.path)/\(number).png"
            let samples = [Float](repeating: value, count: 3 * shape.count)
            try SamplePicture(configuration: configuration, shape: shape).write(samples, count: 3, to: path)
            #expect(FileManager.default.fileExists(atPath: path))
        }
    }
}

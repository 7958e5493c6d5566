import CPNG
import Failures
import Formats
import TestSupport
import Testing

/// Decodes a PNG with libpng.
private func decode(_ bytes: [UInt8], channels: Int) throws -> Picture {
    var image = unsafe png_image()
    unsafe image.version = UInt32(PNG_IMAGE_VERSION)
    let began = unsafe png_image_begin_read_from_memory(&image, bytes, bytes.count)
    guard began != 0 else { throw Failure(.software, "libpng cannot read") }
    unsafe image.format = UInt32(channels == 1 ? 0 : PNG_FORMAT_FLAG_COLOR)
    var picture = unsafe Picture(width: Int(image.width), height: Int(image.height), channels: channels)
    let finished = unsafe picture.pixels.withUnsafeMutableBytes { unsafe png_image_finish_read(&image, nil, $0.baseAddress, 0, nil) }
    guard finished != 0 else { throw Failure(.software, "libpng cannot read") }
    return picture
}

@Suite struct PictureTests {
    @Test func `PNG keeps every pixel`() throws {
        var random = SplitMix64(state: 6)
        for (width, height, channels) in [(1, 1, 1), (3, 2, 3), (17, 5, 1), (200, 100, 3), (500, 400, 1)] {
            var picture = Picture(width: width, height: height, channels: channels)
            // Noise does not compress: the file is larger than the pixels.
            for index in picture.pixels.indices { picture.pixels[index] = UInt8(random.next(below: 256)) }
            let bytes = try picture.png()
            #expect(bytes.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))
            // Gray (0) or RGB (2) of 8 bits, in the header chunk.
            #expect(bytes[24] == 8 && bytes[25] == (channels == 1 ? 0 : 2))
            #expect(try decode(bytes, channels: channels) == picture)
        }
    }

    @Test func `a grid shows every image in its place`() throws {
        // Three images of 1 x 2 pixels, two in a row, scale 2: tiles of 3 x 5 pixels with the margin.
        let grid = ImageGrid.picture(
            [-1, 1, 0, 2, -9, .nan], count: 3, height: 1, width: 2, channels: 1, low: -1, high: 1, columns: 2, scale: 2)
        #expect(grid.width == 11 && grid.height == 7 && grid.channels == 1)
        let (m, e): (UInt8, UInt8) = (64, 64)
        #expect(
            grid.pixels == [
                m, m, m, m, m, m, m, m, m, m, m,
                m, 0, 0, 255, 255, m, 128, 128, 255, 255, m,
                m, 0, 0, 255, 255, m, 128, 128, 255, 255, m,
                m, m, m, m, m, m, m, m, m, m, m,
                m, 0, 0, 0, 0, m, e, e, e, e, m,
                m, 0, 0, 0, 0, m, e, e, e, e, m,
                m, m, m, m, m, m, m, m, m, m, m,
            ])
        let colour = ImageGrid.picture([0, 0.5, 1], count: 1, height: 1, width: 1, channels: 3, low: 0, high: 1, scale: 1)
        #expect(colour.pixels[(4 * 3)..<(5 * 3)] == [0, 128, 255])
        let usual = ImageGrid.picture([Float](repeating: 0, count: 64 * 64), count: 64, height: 8, width: 8, channels: 1, low: 0, high: 1)
        #expect(usual.width == 8 * 65 + 1)
    }

    @Test func `a histogram is brightest where the points are, with y upwards`() {
        let square = PointPlot.Square(x: 0...4, y: 0...4)
        let points: [Float] = [0.5, 3.5, 0.6, 3.6, 0.7, 3.4, 3.5, 0.5, .nan, 1, 9, 9, 4, 4]
        let picture = PointPlot.histogram(points, in: square, cells: 4, scale: 1)
        let brightness = (0..<16).map { cell in picture.pixels[(3 * cell)..<(3 * cell + 3)].reduce(0) { $0 + Int($1) } }
        #expect(brightness[0] == 252 + 255 + 164)
        #expect(brightness[15] > brightness[1] && brightness[15] < brightness[0])
        #expect(brightness[3] == brightness[15])
        #expect(brightness.filter { $0 == 4 }.count == 13)
        #expect(PointPlot.histogram([], in: square, cells: 2, scale: 3).pixels.count == 6 * 6 * 3)
    }

    @Test func `a density plot has the scale of colours that is asked for`() {
        let values: [Float] = [0, 1, 2, 4]
        #expect(PointPlot.field(values, cells: 2, scale: 1) == PointPlot.field(values, cells: 2, scale: 1, greatest: 4))
        let bright = PointPlot.field(values, cells: 2, scale: 1, greatest: 2)
        // The upper row, of the values 2 and 4, has the brightest colour.
        #expect(bright.pixels[..<6] == [252, 255, 164, 252, 255, 164])
    }
}

@Suite struct ChecksumTests {
    /// XXH3_64bits of nothing and of "abc", as published with the reference implementation.
    @Test func `known values`() {
        #expect(Checksum.of([UInt8]()) == "2d06800538d394c2")
        #expect(Checksum.of(Array("abc".utf8)) == "78af5f94892f3950")
    }

    @Test func `pieces give the checksum of the whole`() {
        let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        for cut in [0, 1, 240, 256, 1024, 9999, 10_000] {
            let sum = Checksum()
            sum.add(Array(bytes[..<cut]))
            sum.add(Array(bytes[cut...]))
            #expect(sum.text == Checksum.of(bytes))
        }
        #expect(Checksum.of([Float(1), 2]) == Checksum.of([0, 0, 0x80, 0x3f, 0, 0, 0, 0x40] as [UInt8]))
    }
}
